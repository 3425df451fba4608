// A compiled machine does what XState does: random machines and random events, both run side by side.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AnyStateMachine, createMachine } from 'xstate'
import { agree } from '../support/agree.js'
import { cases } from '../support/seeds.js'
import { eventTypes } from './random-actions.js'
import { randomMachine } from './random-machine.js'
import { type Happening, Side, type Way } from './side-by-side.js'

/** How many random machines; STATEPOOL_RUNS=20000 takes two minutes. */
const machines = Number(process.env.STATEPOOL_RUNS ?? cases({ all: 1_000, some: 300 }))

const happenings: fc.Arbitrary<Happening[]> = fc.array(
  fc.oneof(
    {
      weight: 12,
      arbitrary: fc
        .constantFrom(...eventTypes, 'never.heard.of')
        .map(type => ({ kind: 'event', type }) as const),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'tick' } as const) },
    { weight: 1, arbitrary: fc.constant({ kind: 'restore' } as const) },
  ),
  { minLength: 5, maxLength: 20 },
)

/** Runs random machines on both sides; returns how many transitions XState was asked for on each. */
function compare(
  odd: boolean,
  numRuns: number,
  way: Way,
  observed = true,
): { interpreted: number; compiled: number } {
  const counts = { interpreted: 0, compiled: 0 }
  fc.assert(
    fc.property(randomMachine(odd), happenings, (machine, sequence) => {
      const interpreted = new Side(machine, { logic: 'interpreted', by: 'send' }, observed)
      const compiled = new Side(machine, way, observed)
      agree(compiled.look(), interpreted.look())
      for (const happening of sequence) agree(compiled.after(happening), interpreted.after(happening))
      interpreted.stop()
      compiled.stop()
      agree(compiled.look(), interpreted.look())
      counts.interpreted += interpreted.interpreted
      counts.compiled += compiled.interpreted
    }),
    { numRuns },
  )
  return counts
}

/** Random machines may go round for ever in one macrostep: XState before 5.31 has no limit that would stop them. */
const isBounded = (createMachine({}) as AnyStateMachine).options?.maxIterations !== undefined

describe.skipIf(!isBounded)(
  'a compiled machine shows the same snapshots, calls the same functions and throws the same errors as XState',
  () => {
    const ways = [
      ['replayed', { logic: 'compiled', by: 'send' }, true],
      ['written as code', { logic: 'generated', by: 'send' }, true],
      ['written as code, its events delivered in place', { logic: 'generated', by: 'deliver' }, false],
    ] as const satisfies [string, Way, boolean][]

    describe.each(ways)('%s', (_, way, observed) => {
      it('for machines of what is planned, with few of their transitions left to XState', () => {
        const { interpreted, compiled } = compare(false, machines * 0.3, way, observed)
        expect(interpreted).toBeGreaterThan(machines / 2)
        expect(compiled / interpreted).toBeLessThan(0.3)
      }, 3_600_000)

      it('for machines that also have parallel states, histories, invokes, delays and computed events', () => {
        const { interpreted, compiled } = compare(true, machines * 0.2, way, observed)
        expect(compiled / interpreted).toBeLessThan(0.6)
      }, 3_600_000)
    })
  },
)
