// Runs actors of one random machine side by side, interpreted and compiled, and tells everything that can be seen of each.

import {
  type Actor,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  createActor,
  SimulatedClock,
} from 'xstate'
import { compile, compiled } from '../../src/machines/compiled/compiled.js'
import { deliver } from '../../src/machines/compiled/deliver.js'
import { eventTypes, type Record } from './random-actions.js'
import type { RandomMachine } from './random-machine.js'

/** One thing that happens to an actor. */
export type Happening =
  | { readonly kind: 'event'; readonly type: string }
  | { readonly kind: 'tick' }
  | { readonly kind: 'restore' }

/** How an actor is run. */
export interface Way {
  /** By XState, by replaying plans, or by plans that are written as code at their first use. */
  readonly logic: 'interpreted' | 'compiled' | 'generated'
  /** Whether events are sent, as anybody would, or delivered in place, which nobody may observe. */
  readonly by: 'send' | 'deliver'
}

/** One of the actors, and what was seen of it. */
export class Side {
  /** How often `machine.transition` was called for this side. */
  interpreted = 0
  private seen: unknown[] = []
  private clock = new SimulatedClock()
  private actor: Actor<AnyStateMachine>
  private readonly machine: AnyStateMachine
  private readonly logic: AnyStateMachine

  constructor(
    make: RandomMachine,
    private readonly way: Way,
    private readonly observed: boolean,
  ) {
    const record: Record = (what, { context, event, self, system }, params) => {
      const value = self?._snapshot?.value // getSnapshot refuses while the actor is being made
      this.seen.push({ what, context: { ...context }, event: { ...event }, params, value })
      if (self !== undefined && this.actor !== undefined)
        this.seen.push(Object.is(self, this.actor), system === undefined || system === this.actor.system)
    }
    this.machine = make(record)
    const interpret = this.machine.transition
    this.machine.transition = (...args) => {
      this.interpreted++
      return interpret(...args)
    }
    this.logic =
      way.logic === 'interpreted'
        ? this.machine
        : way.logic === 'compiled'
          ? compiled(this.machine)
          : compile(this.machine, 0)
    createActor(this.logic, { clock: this.clock }) // the next one may begin as this one did
    this.seen = []
    this.actor = this.start()
  }

  /** Lets it happen, and tells all that could be seen meanwhile and can be seen now. */
  after(happening: Happening): unknown {
    const before = this.actor.getSnapshot()
    if (before.status !== 'active') return before.status
    if (happening.kind === 'event') this.tell({ type: happening.type })
    else if (happening.kind === 'tick') this.clock.increment(10)
    else this.restore()
    return { ...this.look(), same: before === this.actor.getSnapshot() }
  }

  look() {
    const snapshot: AnyMachineSnapshot = this.actor.getSnapshot()
    const seen = this.seen
    this.seen = []
    return {
      seen,
      keys: Object.keys(snapshot),
      value: snapshot.value,
      context: snapshot.context,
      status: snapshot.status,
      output: snapshot.output,
      error: String(snapshot.error),
      tags: [...snapshot.tags],
      nodes: snapshot._nodes.map(node => node.id),
      meta: snapshot.getMeta(),
      matches: snapshot.matches(snapshot.value),
      can: snapshot.status === 'active' ? eventTypes.map(type => asked(() => snapshot.can({ type }))) : [],
      machine: snapshot.machine === this.machine,
      json: JSON.stringify(snapshot.toJSON()),
      persisted: JSON.stringify(asked(() => this.actor.getPersistedSnapshot())),
      seenByCan: this.seen.splice(0).length,
    }
  }

  stop(): void {
    this.actor.stop()
  }

  private tell(event: { readonly type: string }): void {
    if (this.way.by === 'deliver') deliver(this.actor, event)
    else this.actor.send(event)
  }

  private start(snapshot?: unknown): Actor<AnyStateMachine> {
    const actor = createActor(this.logic, {
      id: 'root',
      clock: this.clock,
      logger: () => {},
      ...(snapshot === undefined ? {} : { snapshot: snapshot as never }),
    })
    this.actor = actor
    actor.on('*', event => this.seen.push({ emitted: event }))
    actor.subscribe({
      ...(this.observed && { next: snapshot => this.seen.push({ next: snapshot.value }) }),
      error: error => this.seen.push({ error: String(error) }),
      complete: () => this.seen.push('complete'),
    })
    return actor.start()
  }

  private restore(): void {
    const persisted = asked(() => this.actor.getPersistedSnapshot())
    if (typeof persisted === 'string') return
    this.actor.stop()
    this.clock = new SimulatedClock()
    this.start(JSON.parse(JSON.stringify(persisted)))
  }
}

/** The answer, or why there is none. */
function asked<T extends object | boolean>(ask: () => T): T | string {
  try {
    return ask()
  } catch (error) {
    return String(error)
  }
}
