// The main paths through the models, walked on a driver's own database.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { AnyMachineSnapshot } from 'xstate'
import {
  connectionModel,
  type DriverUnderTest,
  type ModelPath,
  pathsOf,
  poolModel,
  walk,
} from '../../src/testing/index.js'
import { patience } from '../support/patience.js'
import { cases } from '../support/seeds.js'

/**
 * The pool is resized between two and one: with a third size there are four times as many paths, and nothing new for the server. The
 * same goes for what an operator does: walked in memory alone (every-path.test.ts).
 */
const leftOut = ['resize to none or two', 'pause', 'resume', 'evict']

/** What a pool does after two of these it does after one: every combination of them is walked in memory alone. */
const isTwiceUpset = ({ events }: ModelPath) =>
  events.filter(event => event === 'a connect fails' || event.startsWith('resize')).length > 1

/** What an abort does to the server is tried on each by test/cancel. */
const unaborted = connectionModel.events.filter(event => !/signal|cancel/.test(event))

/** Paths of both models; searching for them takes a second or two, so each file does it for its own. */
export interface Paths {
  readonly connection: readonly ModelPath[]
  readonly pool: readonly ModelPath[]
}

/** The shortest path through each transition of both models. */
export const mainPaths = (): Paths => ({
  connection: pathsOf(connectionModel, { kind: 'shortest', events: unaborted }),
  pool: pathsOf(poolModel, {
    kind: 'shortest',
    limit: 12_000,
    events: poolModel.events.filter(event => !leftOut.includes(event)),
  }).filter(path => !isTwiceUpset(path)),
})

/** What reaches the server, once: for a second and a third server. */
const reachesServer = [
  ...[
    'a connect succeeds',
    'a connect fails',
    'the back-off is over',
    'acquire',
    'release',
    'a lease is destroyed',
  ],
  ...[
    'a leased one is lost',
    'an idle one is lost',
    'one that retires is lost',
    'close',
    'the drain time is up',
  ],
]
const isAlone = ({ context }: AnyMachineSnapshot) =>
  context.waiting === 0 && context.uses <= 1 && !context.poolCloses
const isNeverUpset = ({ events }: ModelPath) => !events.includes('a connect fails')
export const fewPaths = (): Paths => ({
  connection: pathsOf(connectionModel, { kind: 'shortest', events: unaborted, filter: isAlone }),
  pool: pathsOf(poolModel, { kind: 'shortest', events: reachesServer }).filter(isNeverUpset),
})

/** Walks them one after the other; after each step the pool and the server agree. */
export function describeMainPaths<C>(
  name: string,
  setUp: () => Promise<DriverUnderTest<C>>,
  { connection, pool }: Paths,
): void {
  describe(`on ${name},`, () => {
    let subject: DriverUnderTest<C>

    beforeAll(async () => {
      // XState's development build warns of events that come too late, which is what some of these paths are about.
      vi.spyOn(console, 'warn').mockImplementation(() => {})
      subject = await setUp()
    })
    afterAll(() => subject.stop())

    /** One test for all of them: what fails says on which path. */
    const walkAll = (paths: readonly ModelPath[]) => async () => {
      expect(paths.length).toBeGreaterThan(cases({ all: 50, some: 15 }))
      for (const path of paths) await walk(path, subject, { patience })
    }

    it(
      `a connection goes ${connection.length} shortest paths, each through a transition of its model`,
      walkAll(connection),
    )
    it(`a pool goes ${pool.length} shortest paths, each through a transition of its model`, walkAll(pool))
  })
}
