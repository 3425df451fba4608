// Actor systems that are no pools: what their inspectors tell of them, kept so that a page that is opened later sees them too.
import type { StatelyEvent, SystemEvent } from './protocol.js'
import { Rate } from './rate.js'

/** So many actors of one program are kept; the oldest are forgotten. */
const mostActors = 200
/** So many programs are kept; the oldest are forgotten. */
const mostSources = 16
/** A program may tell so much at once, and then so much in each second; what is more is not shown. */
const burst = 5_000
const perSecond = 1_000

const types = ['@xstate.actor', '@xstate.event', '@xstate.snapshot']

/** What is kept of an actor. */
interface KnownActor {
  actor?: SystemEvent
  snapshot?: SystemEvent
}

/** What all programs have told. */
export class Systems {
  readonly #tell: (event: SystemEvent) => void
  readonly #now: () => number
  readonly #sources = new Map<number, Map<string, KnownActor>>()
  #count = 0

  /**
   * @param tell called with everything that is told
   * @param now milliseconds of any clock that runs evenly
   */
  constructor(tell: (event: SystemEvent) => void, now: () => number) {
    this.#tell = tell
    this.#now = now
  }

  /** The actors and their last snapshots, for a page that was not there. */
  known(): SystemEvent[] {
    const actors = [...this.#sources.values()].flatMap(source => [...source.values()])
    return actors.flatMap(({ actor, snapshot }) => [actor, snapshot].filter(event => event !== undefined))
  }

  /** A program that begins to tell. @returns what takes its messages, one JSON text each */
  source(): (text: string) => void {
    const source = this.#count++
    const actors = new Map<string, KnownActor>()
    const rate = new Rate(burst, perSecond, this.#now)
    this.#sources.set(source, actors)
    if (this.#sources.size > mostSources) deleteFirst(this.#sources)
    return text => {
      const event = rate.take() ? statelyEvent(text) : undefined
      if (event === undefined) return
      const told: SystemEvent = { type: 'system', source, event }
      note(actors, told)
      this.#tell(told)
    }
  }
}

function note(actors: Map<string, KnownActor>, told: SystemEvent): void {
  const { type, sessionId } = told.event
  if (type === '@xstate.event') return
  const known = actors.get(sessionId) ?? {}
  if (type === '@xstate.actor') known.actor = told
  else known.snapshot = told
  actors.set(sessionId, known)
  if (actors.size > mostActors) deleteFirst(actors)
}

function deleteFirst<K>(map: Map<K, unknown>): void {
  const first = map.keys().next()
  if (!first.done) map.delete(first.value)
}

/** A message, without what the page does not read; undefined if it is none. */
export function statelyEvent(text: string): StatelyEvent | undefined {
  const given = parsed(text)
  if (given === undefined || !types.includes(String(given.type)) || typeof given.sessionId !== 'string')
    return undefined
  const event: Record<string, unknown> = { type: given.type, sessionId: given.sessionId }
  for (const name of ['rootId', 'createdAt', 'name', 'parentId', 'definition', 'sourceId']) {
    if (typeof given[name] === 'string') event[name] = given[name]
  }
  for (const name of ['event', 'snapshot']) if (given[name] !== undefined) event[name] = given[name]
  return event as unknown as StatelyEvent
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
