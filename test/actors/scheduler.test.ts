// RxJS's own operators run on the pool's clock.

import { debounceTime, delay, interval, map, Subject, take, timeout, timer } from 'rxjs'
import { expect, it } from 'vitest'
import { ClockScheduler } from '../../src/actors/time/scheduler.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

function scheduling() {
  const clock = createSimulatedClock()
  return { clock, scheduler: new ClockScheduler(clock, true), log: [] as string[] }
}

it('tells the clock’s time', async () => {
  const { clock, scheduler } = scheduling()
  await clock.advance(42)
  expect(scheduler.now()).toBe(42)
})

it('runs timer', async () => {
  const { clock, scheduler, log } = scheduling()
  timer(50, scheduler).subscribe(value => log.push(`${value} at ${clock.now()}`))
  await clock.advance(49)
  expect(log).toEqual([])
  await clock.advance(1)
  expect(log).toEqual(['0 at 50'])
  expect(clock.pending).toBe(0)
})

it('runs interval, which schedules itself again from within, until it is stopped', async () => {
  const { clock, scheduler, log } = scheduling()
  const subscription = interval(10, scheduler).subscribe(value => log.push(`${value} at ${clock.now()}`))
  await clock.advance(35)
  expect(log).toEqual(['0 at 10', '1 at 20', '2 at 30'])
  subscription.unsubscribe()
  expect(clock.pending).toBe(0)
  await clock.advance(100)
  expect(log).toHaveLength(3)
})

it('stops an interval that is stopped from within its own tick', async () => {
  const { clock, scheduler, log } = scheduling()
  interval(10, scheduler)
    .pipe(take(2))
    .subscribe(value => log.push(`${value}`))
  await clock.advance(1_000)
  expect(log).toEqual(['0', '1'])
  expect(clock.pending).toBe(0)
})

it('runs debounceTime', async () => {
  const { clock, scheduler, log } = scheduling()
  const subject = new Subject<string>()
  subject.pipe(debounceTime(20, scheduler)).subscribe(value => log.push(`${value} at ${clock.now()}`))
  subject.next('a')
  await clock.advance(10)
  subject.next('b')
  await clock.advance(19)
  subject.next('c')
  await clock.advance(100)
  expect(log).toEqual(['c at 49'])
})

it('runs delay and timeout', async () => {
  const { clock, scheduler, log } = scheduling()
  const subject = new Subject<string>()
  subject
    .pipe(
      delay(5, scheduler),
      map(value => `${value} at ${clock.now()}`),
      timeout({ each: 30, scheduler }),
    )
    .subscribe({
      next: value => log.push(value),
      error: error => log.push(`${error.name} at ${clock.now()}`),
    })
  subject.next('a')
  await clock.advance(20)
  subject.next('b')
  await clock.advance(100)
  expect(log).toEqual(['a at 5', 'b at 25', 'TimeoutError at 55'])
})

it('passes the state on to the work, and may be unsubscribed before it runs', async () => {
  const { clock, scheduler, log } = scheduling()
  scheduler.schedule<string>(state => log.push(`${state}`), 10, 'kept')
  scheduler.schedule<string>(state => log.push(`${state}`), 10, 'dropped').unsubscribe()
  await clock.advance(10)
  expect(log).toEqual(['kept'])
})

it('lets the process exit only where it is told to', () => {
  for (const [keepsAlive, expected] of [
    [true, 0],
    [false, 1],
  ] as const) {
    let unreferenced = 0
    const clock = { ...createSimulatedClock(), unref: () => unreferenced++ }
    new ClockScheduler(clock, keepsAlive).schedule(() => {}, 10)
    expect(unreferenced).toBe(expected)
  }
})

it('is offered by the pool, for operators over its events', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 0 })
  const log: string[] = []
  pool.events$
    .pipe(debounceTime(500, pool.scheduler))
    .subscribe(event => log.push(`quiet since ${event.type}, at ${clock.now()}`))
  const acquiring = pool.acquire()
  await clock.advance(100)
  ;(await acquiring).release()
  await clock.advance(1_000)
  expect(log).toEqual(['quiet since lease.released, at 600'])
})
