// What happened, the newest first: what the pool reported, and on request every transition.

import { useRef, useState } from 'preact/hooks'
import type { LogEntry, PoolView, Transition } from '../model/pool-view.js'
import { counted, momentOf, sentenceOf } from '../model/words.js'
import { Card, Scroll } from './card.js'
import { useStore } from './hooks.js'

const most = 200
type Kind = 'problems' | 'notices' | 'transitions'
const kinds: readonly { readonly kind: Kind; readonly title: string }[] = [
  { kind: 'problems', title: 'Problems' },
  { kind: 'notices', title: 'Events' },
  { kind: 'transitions', title: 'Transitions' },
]

export function Log({ pool }: { readonly pool: PoolView }) {
  const [kind, setKind] = useState<Kind>('notices')
  const [filter, setFilter] = useState('')
  const [held, hold] = useState<readonly LogLine[] | undefined>(undefined)
  const search = useRef<HTMLInputElement>(null)
  const entries = held ?? newest(pool, kind, filter.trim().toLowerCase())
  const choose = (next: Kind): void => {
    setKind(next)
    hold(held === undefined ? undefined : newest(pool, next, filter.trim().toLowerCase()))
  }
  return (
    <Card
      title="Event log"
      class="log"
      note={held === undefined ? undefined : 'paused'}
      actions={
        <>
          <input
            ref={search}
            type="search"
            placeholder="Filter: connection-3, timed out, …"
            aria-label="Filter the event log"
            value={filter}
            onInput={event => {
              const text = event.currentTarget.value
              setFilter(text)
              hold(held === undefined ? undefined : newest(pool, kind, text.trim().toLowerCase()))
            }}
          />
          <fieldset class="choice">
            <legend class="hidden">What is listed</legend>
            {kinds.map(each => (
              <label key={each.kind}>
                <input
                  type="radio"
                  name="log"
                  checked={kind === each.kind}
                  onChange={() => choose(each.kind)}
                />
                <span>{each.title}</span>
              </label>
            ))}
          </fieldset>
          <button
            type="button"
            class="quiet-button fixed"
            aria-pressed={held !== undefined}
            onClick={() => hold(held === undefined ? entries : undefined)}
          >
            {held === undefined ? 'Pause' : 'Follow'}
          </button>
        </>
      }
    >
      <Scroll label="Events, the newest first">
        {entries.length === 0 ? (
          <div class="nothing small">
            <p>{filter === '' ? emptyWords[kind] : 'No event matches the filter.'}</p>
            <p class="quiet">
              {filter === ''
                ? 'They are listed here as they happen.'
                : `It searched ${counted(kept(pool, kind), 'event')}.`}
            </p>
          </div>
        ) : (
          <table>
            <thead class="hidden">
              <tr>
                <th scope="col">Time</th>
                <th scope="col">Where</th>
                <th scope="col">What</th>
              </tr>
            </thead>
            <tbody>
              {/* Their places are the keys: lines that move down would shift all that is below. */}
              {entries.map(({ entry, times }, index) => (
                <Line key={index} entry={entry} times={times} pool={pool} />
              ))}
            </tbody>
          </table>
        )}
      </Scroll>
    </Card>
  )
}

const emptyWords: Readonly<Record<Kind, string>> = {
  problems: 'No problems so far.',
  notices: 'No events so far.',
  transitions: 'No transitions so far.',
}

const kept = (pool: PoolView, kind: Kind): number =>
  kind === 'transitions' ? pool.transitions.length : pool.notices.length

/** A line, and how often the same happened in a row. */
interface LogLine {
  readonly entry: LogEntry
  times: number
}

function newest(pool: PoolView, kind: Kind, filter: string): LogLine[] {
  if (kind === 'transitions')
    return pool.transitions
      .newest(most, ({ transition }) => filter === '' || textOf(transition).includes(filter))
      .map(entry => ({ entry, times: 1 }))
  const lines: LogLine[] = []
  let last = ''
  pool.notices.newest(1, ({ notice }) => {
    const { tone, text } = sentenceOf(notice)
    if (kind === 'problems' && tone !== 'bad' && tone !== 'warn') return false
    if (
      filter !== '' &&
      !`${notice.connection ?? 'pool'} ${notice.type} ${text}`.toLowerCase().includes(filter)
    )
      return false
    const line = lines.at(-1)
    const same = `${notice.connection} ${text}`
    if (line !== undefined && same === last) line.times++
    else lines.push({ entry: { kind: 'notice', at: notice.at, notice }, times: 1 })
    last = same
    return lines.length > most
  })
  return lines.slice(0, most)
}

const textOf = ({ actor, event, from, to }: Transition): string =>
  `${actor} ${event} ${from ?? ''} ${to}`.toLowerCase()

function Line({ entry, times, pool }: LogLine & { readonly pool: PoolView }) {
  const store = useStore()
  const { wallOffset } = pool.identity
  const time = momentOf(entry.at, wallOffset)
  const where = entry.kind === 'notice' ? (entry.notice.connection ?? 'pool') : entry.transition.actor
  const tone = entry.kind === 'notice' ? sentenceOf(entry.notice).tone : 'plain'
  return (
    <tr class={tone}>
      <td>
        <time>{time}</time>
      </td>
      <td>
        {pool.lanes.has(where) ? (
          <button type="button" class="link" tabIndex={-1} onClick={() => store.select(where)}>
            {where}
          </button>
        ) : (
          where
        )}
      </td>
      <td>
        {entry.kind === 'notice' ? (
          <>
            {sentenceOf(entry.notice).text}
            {times > 1 && <span class="times">{times} ×</span>}
          </>
        ) : (
          <>
            <b>{entry.transition.event}</b> {way(entry.transition)}
          </>
        )}
      </td>
    </tr>
  )
}

const way = ({ from, to }: Transition): string =>
  from === to ? `stays ${to}` : from === undefined ? `starts in ${to}` : `${from} → ${to}`
