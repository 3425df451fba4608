// Actor systems that are no pools, as `@statelyai/inspect` tells of them: a list of actors, their states, and their charts.

import type { SystemEvent } from '../../protocol.js'

/** One actor of a foreign system. */
export interface ForeignActor {
  readonly key: string
  readonly name: string
  readonly parent: string | undefined
  /** Its machine's config, if it is a machine. */
  readonly definition: unknown
  /** Its active states, with dots between them; empty for an actor without states. */
  state: readonly string[]
  status: string
  lastEvent: string | undefined
  events: number
}

const mostActors = 500

/** All of them, in the order in which they appeared. */
export class Systems {
  readonly actors = new Map<string, ForeignActor>()

  tell({ source, event }: SystemEvent): void {
    const key = `${source}/${event.sessionId}`
    let actor = this.actors.get(key)
    if (actor === undefined || event.type === '@xstate.actor') {
      if (actor === undefined && this.actors.size >= mostActors) this.#forgetOne()
      actor = {
        key,
        name: event.name ?? actor?.name ?? event.sessionId,
        parent: event.parentId === undefined ? actor?.parent : `${source}/${event.parentId}`,
        definition: parsed(event.definition) ?? actor?.definition,
        state: actor?.state ?? [],
        status: actor?.status ?? 'active',
        lastEvent: actor?.lastEvent,
        events: actor?.events ?? 0,
      }
      this.actors.set(key, actor)
    }
    if (event.type !== '@xstate.actor') {
      actor.events++
      actor.lastEvent = event.event?.type ?? actor.lastEvent
    }
    if (typeof event.snapshot === 'object' && event.snapshot !== null) {
      const { value, status } = event.snapshot as { value?: unknown; status?: unknown }
      if (value !== undefined) actor.state = statesIn(value)
      if (typeof status === 'string') actor.status = status
    }
  }

  /** The oldest that has ended, or the oldest. */
  #forgetOne(): void {
    const all = [...this.actors.values()]
    const { key } = (all.find(({ status }) => status !== 'active') ?? all[0]) as ForeignActor
    this.actors.delete(key)
  }
}

/** `['busy.leased']` of `{ busy: 'leased' }`; several for a parallel state. */
export function statesIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => {
    const below = statesIn(inner)
    return below.length === 0 ? [key] : below.map(state => `${key}.${state}`)
  })
}

function parsed(definition: string | undefined): unknown {
  if (definition === undefined) return undefined
  try {
    return JSON.parse(definition)
  } catch {
    return undefined
  }
}
