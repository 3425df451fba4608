// What to do about one type of event in one configuration: replayed from data at first, and written as code once it is used often.

import type { AnyMachineSnapshot, EventObject } from 'xstate'
import type { Choice, Configuration } from './configuration.js'
import { generate } from './generate.js'
import type { Scope } from './internals.js'
import { choose } from './replay.js'

/** Does all that belongs to an event, and returns the snapshot after it. */
export type Run = (snapshot: AnyMachineSnapshot, event: EventObject, scope: Scope) => AnyMachineSnapshot

/** The same, the guards having been asked already; `choice` is the one that they let pass, if any. */
export type Follow = (
  snapshot: AnyMachineSnapshot,
  event: EventObject,
  scope: Scope,
  choice: Choice | undefined,
) => AnyMachineSnapshot

/** Everything that may happen on one type of event in one configuration. */
export class Plan {
  run: Run
  /** The states that it starts from, as taps are told of them. */
  readonly from: string
  private uses = 0

  /** @param generateAfter how many uses of it pay for writing it as code, which takes some ten microseconds */
  constructor(
    configuration: Configuration,
    readonly choices: readonly Choice[],
    follow: Follow,
    generateAfter: number,
  ) {
    this.from = configuration.name
    const replay: Run = (snapshot, event, scope) =>
      follow(snapshot, event, scope, choose(choices, snapshot, event))
    this.run = (snapshot, event, scope) => {
      if (++this.uses > generateAfter) {
        this.run = generate(configuration, choices, follow) ?? replay
        return this.run(snapshot, event, scope)
      }
      return replay(snapshot, event, scope)
    }
  }
}
