// A process of `npm run simulate`: tells stories, seed by seed, and says what became of them.

import { simulate } from '../../src/testing/index.js'
import { mix } from './mix.js'

/** Which seeds to simulate: from the first up to, and without, the last. */
export interface Assignment {
  readonly from: number
  readonly to: number
  readonly steps: number | undefined
  readonly keepGoing: boolean
  /** All pools' statements share, and each seed has a mix of nothing but statements, too. */
  readonly sharing: boolean
  /** Each seed is such a mix, and no life. */
  readonly mixes: boolean
}

/** What became of them, in sums; durations in simulated milliseconds. */
export interface Told {
  readonly lives: number
  readonly events: number
  readonly duration: number
  readonly callers: number
  readonly opened: number
  /** Of statements that share connections. */
  readonly statements: number
  readonly answered: number
  readonly failed: number
  readonly givenUp: number
  readonly failures: readonly { readonly seed: number; readonly message: string }[]
}

type Lived = { -readonly [Name in 'events' | 'duration' | 'callers' | 'opened']: Told[Name] }

/** The seed under way, for what goes wrong outside of the simulation's own promises. */
let current = 0
const failures: { seed: number; message: string }[] = []

Error.stackTraceLimit = 0 // thousands of errors are made in a second, and the trace of a failure says more than their stacks

/** How the statements of a seed's pool share. */
const shareOf = (seed: number) => ({ depth: 1 + (seed % 7), patience: 20 * (seed % 5) })

process.on('unhandledRejection', reason => {
  failures.push({ seed: current, message: `Seed ${current}: a rejection was not handled: ${String(reason)}` })
})

process.on('message', async (assignment: Assignment) => {
  const { from, to, keepGoing, sharing, mixes } = assignment
  const told = {
    ...{ lives: 0, events: 0, duration: 0, callers: 0, opened: 0 },
    ...{ statements: 0, answered: 0, failed: 0, givenUp: 0 },
  }
  failures.length = 0
  for (current = from; current < to && (keepGoing || failures.length === 0); current++) {
    try {
      if (sharing || mixes) {
        const { answered, failed, givenUp } = await mix(current, assignment.steps ?? 40)
        told.statements += answered + failed + givenUp
        told.answered += answered
        told.failed += failed
        told.givenUp += givenUp
      }
      if (!mixes) await live(assignment, told)
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      failures.push({ seed: current, message: sharing || mixes ? `Seed ${current}: ${message}` : message })
    }
    told.lives++
  }
  await new Promise(resolve => setImmediate(resolve)) // rejections that were not handled are told by now
  process.send?.({ ...told, failures: [...failures] } satisfies Told)
})

async function live({ steps, sharing }: Assignment, told: Lived): Promise<void> {
  const report = await simulate({
    seed: current,
    ...(steps !== undefined && { steps }),
    ...((sharing || current % 4 === 0) && { pool: { share: shareOf(current) } }),
  })
  told.events += report.events
  told.duration += report.duration
  told.callers += report.callers
  told.opened += report.opened
}
