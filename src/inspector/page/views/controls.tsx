// What a person may do to a pool, where the program allows it; and the faults that a demonstration can be given.

import { useState } from 'preact/hooks'
import type { Answer, ControlRequest } from '../../protocol.js'
import type { PoolView } from '../model/pool-view.js'
import { useStore } from './hooks.js'

type Wish = ControlRequest extends infer Request
  ? Request extends unknown
    ? Omit<Request, 'pool'>
    : never
  : never

interface Control {
  readonly allowed: boolean
  /** What the program said to the last wish that it refused. */
  readonly refusal: string | undefined
  ask(wish: Wish): void
}

/** The way to ask something of a pool. */
export function useControl(pool: PoolView): Control {
  const store = useStore()
  const [refusal, setRefusal] = useState<string | undefined>(undefined)
  return {
    allowed: store.introduction?.allowControl === true && store.source.control !== undefined,
    refusal,
    ask(wish) {
      void store.source
        .control?.({ pool: pool.identity.id, ...wish } as ControlRequest)
        .then((answer: Answer) => setRefusal(answer.ok ? undefined : answer.error.message))
    },
  }
}

export function Controls({ pool }: { readonly pool: PoolView }) {
  const control = useControl(pool)
  const stats = pool.frame?.stats
  if (!control.allowed || stats === undefined) return null
  const isPaused = pool.state === 'paused'
  const resize = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    control.ask({ action: 'resize', min: Number(form.get('min')), max: Number(form.get('max')) })
  }
  return (
    <section class="controls" aria-label="Controls">
      <button type="button" onClick={() => control.ask({ action: isPaused ? 'resume' : 'pause' })}>
        {isPaused ? 'Resume' : 'Pause'}
      </button>
      <button
        type="button"
        title="Replaces every connection; no caller loses a lease"
        onClick={() => control.ask({ action: 'evict' })}
      >
        Replace all connections
      </button>
      <form onSubmit={resize}>
        <label>
          min{' '}
          <input
            name="min"
            type="number"
            min="0"
            max="10000"
            key={`min ${stats.min}`}
            defaultValue={String(stats.min)}
          />
        </label>
        <label>
          max{' '}
          <input
            name="max"
            type="number"
            min="1"
            max="10000"
            key={`max ${stats.adaptive?.limit ?? stats.max}`}
            defaultValue={String(stats.adaptive?.limit ?? stats.max)}
          />
        </label>
        <button type="submit">Resize</button>
      </form>
      <span class="refusal" role="alert">
        {control.refusal}
      </span>
    </section>
  )
}

/** A switch for each fault. */
export function Faults() {
  const store = useStore()
  if (store.switches.length === 0 || store.source.fault === undefined) return null
  return (
    <fieldset class="faults">
      <legend>Faults</legend>
      {store.switches.map(({ id, title, on }) => (
        <label key={id} class={on ? 'on' : ''}>
          <input
            type="checkbox"
            role="switch"
            aria-checked={on}
            checked={on}
            onChange={event => {
              void store.source.fault?.({ id, on: event.currentTarget.checked })
            }}
          />
          <i aria-hidden="true" />
          {title}
        </label>
      ))}
    </fieldset>
  )
}
