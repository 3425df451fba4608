// What to do about one type of event in one configuration: replayed from data at first, and written as code once it is used often.

import type { AnyMachineSnapshot, EventObject } from 'xstate'
import type { Choice, Configuration } from './configuration.js'
import { generate } from './generate.js'
import type { Scope } from './internals.js'
import { choose } from './replay.js'
import { type Move, stateName } from './tap.js'

/** Types that are made up on the fly may share a plan. */
const mostMoves = 8

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
  private readonly from: string
  private readonly moves: Move[] = []
  /** The last move, and the states that it led to: most likely it is the next one, too. */
  private lastMove: Move | undefined = undefined
  private lastNodes: AnyMachineSnapshot['_nodes'] | undefined = undefined
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

  /** What taps are told of it, now that it has led to a snapshot. */
  moveTo(type: string, next: AnyMachineSnapshot): Move {
    const { lastMove } = this
    if (lastMove !== undefined && next._nodes === this.lastNodes && lastMove.event === type) return lastMove
    this.lastNodes = next._nodes
    this.lastMove = this.findMove(type, next)
    return this.lastMove
  }

  private findMove(type: string, next: AnyMachineSnapshot): Move {
    const { moves } = this
    const to = stateName(next)
    for (let place = 0; place < moves.length; place++) {
      const move = moves[place] as Move
      if (move.to === to && move.event === type) return move
    }
    const move = { event: type, from: this.from, to }
    if (moves.length < mostMoves) moves.push(move)
    return move
  }
}
