// One connection: its chart with its state lit, who holds it, and what it did last.

import { useEffect, useRef } from 'preact/hooks'
import { connectionChart } from '../charts.js'
import { bandOf } from '../model/bands.js'
import type { PoolView } from '../model/pool-view.js'
import { count, duration, withoutIndent } from '../model/words.js'
import { ChartView } from './chart-view.js'
import { useControl } from './controls.js'
import { useStore, useTick } from './hooks.js'

const steps = 40

export function ConnectionPanel({ pool, id }: { readonly pool: PoolView; readonly id: string }) {
  useTick()
  const store = useStore()
  const heading = useRef<HTMLHeadingElement>(null)
  const lane = pool.lanes.get(id)
  const control = useControl(pool)
  const seen = useRef(lane?.history.total ?? 0)
  useEffect(() => {
    const before = document.activeElement
    heading.current?.focus()
    seen.current = lane?.history.total ?? 0
    return () => (before as HTMLElement | null)?.focus?.()
  }, [id])
  useEffect(() => {
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape') store.select(undefined)
    }
    addEventListener('keydown', close)
    return () => removeEventListener('keydown', close)
  }, [store])
  if (lane === undefined) return null
  const now = store.now(pool)
  const holder = pool.frame?.leases.find(({ connection }) => connection === id)
  const band = lane.state === undefined ? undefined : bandOf(lane.state)
  return (
    <aside class="panel" aria-labelledby="panel-title">
      <header>
        <h2 id="panel-title" ref={heading} tabIndex={-1}>
          <i class={`swatch ${band ?? 'none'}`} aria-hidden="true" />
          {id}
        </h2>
        <button type="button" class="quiet-button" onClick={() => store.select(undefined)}>
          Close
        </button>
      </header>
      <dl class="facts">
        <div>
          <dt>State</dt>
          <dd>{lane.state ?? 'not open'}</dd>
        </div>
        <div>
          <dt>For</dt>
          <dd>{duration(now - lane.since)}</dd>
        </div>
        <div>
          <dt>Open for</dt>
          <dd>
            {lane.state === undefined || lane.openedAt === undefined ? '–' : duration(now - lane.openedAt)}
          </dd>
        </div>
        <div>
          <dt>Leased</dt>
          <dd>{count(lane.uses)} ×</dd>
        </div>
      </dl>
      <section class={`holder ${holder?.leaked ? 'leaked' : ''}`}>
        <h3>Holder</h3>
        {holder === undefined ? (
          <p class="quiet">No caller holds it.</p>
        ) : (
          <>
            <p>
              Lease {holder.lease}, held for {duration(now - holder.since)}
              {holder.leaked && <strong class="bad"> · reported as a leak</strong>}
            </p>
            {holder.from === undefined ? (
              <p class="quiet">Where it was acquired is not recorded. The option leakWarning records it.</p>
            ) : (
              <pre>{withoutIndent(holder.from)}</pre>
            )}
            {control.allowed && (
              <button
                type="button"
                class="danger"
                onClick={() => control.ask({ action: 'kill', lease: holder.lease })}
              >
                End lease {holder.lease}
              </button>
            )}
          </>
        )}
      </section>
      <section>
        <h3>Chart</h3>
        <ChartView
          chart={connectionChart}
          shape="narrow"
          title={`The chart of ${id}, which is ${lane.state ?? 'not open'}`}
          numbered={false}
          counts={() => statesOf(lane.state)}
          pulses={() => {
            const fresh = lane.history.newest(Math.min(8, lane.history.total - seen.current)).reverse()
            seen.current = lane.history.total
            return fresh.map(step => ({ ...step, actor: id, number: 0 }))
          }}
        />
      </section>
      <section>
        <h3>History</h3>
        {lane.history.length === 0 ? (
          <p class="quiet">It has done nothing since this page was opened.</p>
        ) : (
          <ol class="history">
            {lane.history.newest(steps).map((step, index) => (
              <li key={index}>
                <time>{duration(now - step.at)} ago</time>
                <span>
                  <b>{step.event}</b>
                  {step.from === step.to ? ' stays' : ` → ${step.to}`}
                </span>
              </li>
            ))}
          </ol>
        )}
      </section>
    </aside>
  )
}

/** The state and those around it. */
export function statesOf(state: string | undefined): Map<string, number> {
  const states = new Map<string, number>()
  for (
    let name = state;
    name !== undefined && name !== '';
    name = name.slice(0, Math.max(0, name.lastIndexOf('.')))
  )
    states.set(name, 1)
  return states
}
