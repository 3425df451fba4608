// The simulated clock is itself the ground that other tests stand on: it is held to a naive model.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSimulatedClock } from './simulated-clock.js'

type Step =
  | { kind: 'set'; delay: number; again: number | undefined }
  | { kind: 'clear'; which: number }
  | { kind: 'advance'; duration: number }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('set' as const),
      delay: fc.oneof(fc.integer({ min: -1, max: 3 }), fc.constant(Number.POSITIVE_INFINITY)),
      again: fc.option(fc.integer({ min: 0, max: 4 }), { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('clear' as const), which: fc.nat(12) }),
    fc.record({ kind: fc.constant('advance' as const), duration: fc.nat(8) }),
  ),
  { maxLength: 30 },
)

/** What should fire and when, worked out by walking through time one millisecond at a time. */
function predict(program: Step[]): string[] {
  const timers: { name: string; time: number; again: number | undefined; live: boolean }[] = []
  const log: string[] = []
  let now = 0
  const set = (delay: number, again: number | undefined): void => {
    timers.push({ name: `${timers.length}`, time: now + Math.max(0, delay), again, live: true })
  }
  const fireThoseDue = (): void => {
    for (;;) {
      const due = timers.find(timer => timer.live && timer.time === now)
      if (!due) return
      due.live = false
      log.push(`${due.name}@${now}`)
      if (due.again !== undefined) set(due.again, undefined)
    }
  }
  for (const step of program) {
    if (step.kind === 'set') set(step.delay, step.again)
    else if (step.kind === 'clear') {
      const timer = timers[step.which]
      if (timer) timer.live = false
    } else {
      fireThoseDue()
      for (const end = now + step.duration; now < end; fireThoseDue()) now++
    }
  }
  return [...log, `pending ${timers.filter(timer => timer.live).length}`, `now ${now}`]
}

describe('the simulated clock', () => {
  it('fires the same timers at the same times and in the same order as a naive model', () =>
    fc.assert(
      fc.asyncProperty(steps, async program => {
        const clock = createSimulatedClock()
        const handles: unknown[] = []
        const log: string[] = []
        const set = (delay: number, again: number | undefined): void => {
          const name = handles.length
          const fire = (): void => {
            log.push(`${name}@${clock.now()}`)
            if (again !== undefined) set(again, undefined)
          }
          handles.push(clock.setTimeout(fire, delay))
        }
        for (const step of program) {
          if (step.kind === 'set') set(step.delay, step.again)
          else if (step.kind === 'clear') clock.clearTimeout(handles[step.which])
          else await clock.advance(step.duration)
        }
        expect([...log, `pending ${clock.pending}`, `now ${clock.now()}`]).toEqual(predict(program))
      }),
      { numRuns: 1_000 },
    ))

  it('lets long chains of promises come to rest between two timers of the same time', async () => {
    const clock = createSimulatedClock()
    const log: string[] = []
    clock.setTimeout(async () => {
      for (let i = 0; i < 1_000; i++) await Promise.resolve()
      clock.setTimeout(() => log.push('third'), 0)
      log.push('first')
    }, 5)
    clock.setTimeout(() => log.push('second'), 5)
    await clock.advance(5)
    expect(log).toEqual(['first', 'second', 'third'])
  })

  it('lets what the test set in motion happen before time passes', async () => {
    const clock = createSimulatedClock()
    const log: number[] = []
    Promise.resolve().then(() => clock.setTimeout(() => log.push(clock.now()), 1))
    await clock.advance(1)
    expect(log).toEqual([1])
  })

  it('stops at a timer that throws, and goes on from there when asked again', async () => {
    const clock = createSimulatedClock()
    const log: number[] = []
    clock.setTimeout(() => {
      throw new Error('boom')
    }, 3)
    clock.setTimeout(() => log.push(clock.now()), 4)
    await expect(clock.advance(10)).rejects.toThrow('boom')
    expect(clock.now()).toBe(3)
    await clock.advance(7)
    expect([log, clock.now()]).toEqual([[4], 10])
  })

  it('runs all timers that ever fire, and gives up on one that sets itself again', async () => {
    const clock = createSimulatedClock()
    let fired = 0
    clock.setTimeout(() => fired++, Number.POSITIVE_INFINITY)
    clock.setTimeout(() => clock.setTimeout(() => fired++, 1_000), 1_000)
    await clock.runAll()
    expect([fired, clock.now(), clock.pending]).toEqual([1, 2_000, 1])
    const tick = (): unknown => clock.setTimeout(tick, 10)
    tick()
    await expect(clock.runAll(50)).rejects.toThrow('50 timers fired')
  })

  it('refuses to go back, to go nowhere definite, and to be moved by two at once', async () => {
    const clock = createSimulatedClock({ start: 100 })
    await expect(clock.advanceTo(99)).rejects.toThrow(RangeError)
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError)
    await expect(clock.advance(Number.POSITIVE_INFINITY)).rejects.toThrow(RangeError)
    const first = clock.advance(1)
    await expect(clock.advance(1)).rejects.toThrow('being advanced already')
    await first
    expect(clock.now()).toBe(101)
  })
})
