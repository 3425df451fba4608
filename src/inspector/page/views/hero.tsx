// The first thing one sees: is the pool all right, and the four figures that say so.

import { type Headline, headlineOf } from '../model/headline.js'
import type { PoolView } from '../model/pool-view.js'
import { poolIs } from '../model/state-words.js'
import { verdictOf } from '../model/verdict.js'
import { count, hostWords, openOfMost, sizeWords } from '../model/words.js'

export function Hero({ pool }: { readonly pool: PoolView }) {
  const { level, word, reason } = verdictOf(pool)
  const stats = pool.frame?.stats
  const headline = headlineOf(pool)
  const max = stats?.max ?? 0
  const figures = [
    { key: 'idle', title: 'Idle', value: headline?.idle },
    { key: 'leased', title: 'Leased', value: headline?.leased },
    { key: 'waiting', title: 'Waiting', value: headline?.waiting },
    { key: 'connecting', title: 'Connecting', value: headline?.connecting },
  ]
  return (
    <section class={`hero ${level}`} aria-label="State of the pool">
      <div class="verdict" role="status">
        {stats?.host && <span class="host">{hostWords(stats.host)}</span>}
        <span class="word">
          <i class="lamp" aria-hidden="true" />
          {word}
        </span>
        <span class="reason">{reason}</span>
      </div>
      <dl class="figures">
        {figures.map(({ key, title, value }) => (
          <div key={key} class={`figure ${key} ${value ? '' : 'zero'}`}>
            <dt>
              <i class={`swatch ${key}`} aria-hidden="true" />
              {title}
            </dt>
            <dd>{value === undefined ? '–' : count(value)}</dd>
          </div>
        ))}
      </dl>
      <Capacity headline={headline} max={max} />
      <p class="capacity-words">
        <span>
          The pool is {pool.state === undefined ? 'not known yet' : poolIs(pool.state)}
          {stats?.heldBack === true && ', held back by its budget'}
          {stats?.adaptive && `, ${sizeWords(stats.adaptive)}`}
        </span>
        <span>{headline !== undefined && openOfMost(headline.total, max)}</span>
      </p>
    </section>
  )
}

/** The pool's size as a bar: what each part of it is doing, and what is not open. */
function Capacity({
  headline,
  max: most,
}: {
  readonly headline: Headline | undefined
  readonly max: number
}) {
  const max = Math.max(most, headline?.total ?? 0, 1)
  const parts = (['leased', 'validating', 'connecting', 'closing', 'idle'] as const).map(
    band => [band, headline?.[band] ?? 0] as const,
  )
  let taken = 0
  return (
    <div class={`capacity ${max <= 40 ? 'notched' : ''}`} style={{ '--max': max }} aria-hidden="true">
      {parts.map(([band, value]) => {
        const start = taken
        taken += value
        return (
          <i
            key={band}
            class={band}
            style={{ transform: `translateX(${(start / max) * 100}%) scaleX(${value / max})` }}
          />
        )
      })}
    </div>
  )
}
