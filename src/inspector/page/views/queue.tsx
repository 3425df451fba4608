// The callers who wait, in the order in which the pool will serve them.

import type { Frame, FrameCaller } from '../../../recorder/format.js'
import type { PoolView } from '../model/pool-view.js'
import { waitedOf, whyTheyWait } from '../model/why-they-wait.js'
import { count, counted, duration, firstUsefulLine, shortly } from '../model/words.js'
import { Card, Scroll } from './card.js'

export function Queue({ pool }: { readonly pool: PoolView }) {
  const { frame } = pool
  const callers = frame?.waiting ?? []
  const waiting = frame?.stats.waiting ?? 0
  return (
    <Card title="Queue" class="queue" note={waiting === 0 ? undefined : counted(waiting, 'caller')}>
      {frame === undefined || callers.length === 0 ? (
        <div class="nothing small">
          <p>The queue is empty.</p>
          <p class="quiet">Callers who wait for a connection are listed here.</p>
        </div>
      ) : (
        <Scroll label="Callers who wait">
          <p class="why">{whyTheyWait(pool)}</p>
          <ol>
            {callers.slice(0, 40).map((caller, place) => (
              <Waiting key={place} caller={caller} frame={frame} />
            ))}
          </ol>
          {waiting > 40 && <p class="quiet more">and {count(waiting - 40)} more</p>}
        </Scroll>
      )}
    </Card>
  )
}

function Waiting({ caller, frame }: { readonly caller: FrameCaller; readonly frame: Frame }) {
  const { position, timeout, priority, tenant, lane, inLane, request, from } = caller
  const waited = waitedOf(caller, frame)
  const share = timeout === null || timeout === 0 ? 0 : Math.min(1, waited / timeout)
  return (
    <li>
      <span class="position">{position === 0 ? '•' : position}</span>
      <span class="who">
        {from === undefined ? (
          `Caller ${request}`
        ) : (
          <code title={from}>{shortly(firstUsefulLine(from))}</code>
        )}
        {priority !== 0 && <em>priority {priority}</em>}
        {tenant !== undefined && <em>tenant {tenant}</em>}
        {lane !== undefined && (
          <em>
            {inLane === undefined ? 'lane' : 'waits for lane'} {lane}
          </em>
        )}
      </span>
      <span class="waited">{duration(waited)}</span>
      <span
        class={`patience ${share > 0.75 ? 'late' : ''}`}
        title={`Timeout: ${timeout === null ? 'none' : duration(timeout)}`}
      >
        <i style={{ transform: `scaleX(${share})` }} />
      </span>
    </li>
  )
}
