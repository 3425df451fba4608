// The events of one call of acquire share a number that no other call has, however the call ends.

import { expect, it, vi } from 'vitest'
import type { PoolNotice } from '../../src/index.js'
import { openedPool, pausedUse } from '../support/nested-uses.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

type OfARequest = Extract<PoolNotice, { readonly request: number }>

/** The types of the events that have a request's number, by that number, in the order in which the calls were made. */
function storiesOf(events: readonly PoolNotice[]): string[][] {
  const stories = new Map<number, string[]>()
  for (const event of events) {
    if (!isOfARequest(event)) continue
    stories.set(event.request, [...(stories.get(event.request) ?? []), event.type])
  }
  return [...stories.values()]
}

const isOfARequest = (event: PoolNotice): event is OfARequest => 'request' in event

it('whether it is granted, times out, is aborted or is refused', async () => {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, maxWaiting: 3 })
  await clock.advance(100)
  const events: PoolNotice[] = []
  pool.events$.subscribe(event => events.push(event))
  const controller = new AbortController()
  const lease = await pool.acquire()
  const waiting = [{}, { timeout: 50 }, { signal: controller.signal }].map(options =>
    watch(pool.acquire(options)),
  )
  watch(pool.acquire())
  await clock.advance(50)
  controller.abort()
  lease.release()
  await clock.advance(0)
  waiting[0]?.value?.release()
  await clock.advance(0)
  expect(storiesOf(events)).toEqual([
    ['acquire.requested', 'acquire.granted'],
    ['acquire.requested', 'acquire.granted'],
    ['acquire.requested', 'acquire.timedOut'],
    ['acquire.requested', 'acquire.aborted'],
    ['acquire.requested', 'acquire.refused'],
  ])
  const granted = events.flatMap(event => (event.type === 'acquire.granted' ? [event.lease] : []))
  expect(granted).toEqual([1, 2])
})

it('also in a pool that watches its borrowers, which tells of a deadlock before the call times out', async () => {
  using _ = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
  const { pool, clock } = await openedPool(1, { deadlockCheck: 'warn', leakWarning: 60_000 })
  const events: PoolNotice[] = []
  pool.events$.subscribe(event => events.push(event))
  const { outcome, goOn } = pausedUse(pool)
  await clock.advance(0)
  goOn(() => pool.acquire({ timeout: 200 }))
  await clock.advance(200)
  expect(outcome.error).toMatchObject({ code: 'ACQUIRE_TIMEOUT' })
  expect(storiesOf(events)).toEqual([
    ['acquire.requested', 'acquire.granted'],
    ['acquire.requested', 'acquire.deadlocked', 'acquire.timedOut'],
  ])
})

it('two pools of a process never use the same number', async () => {
  const numbers: number[] = []
  for (const { pool, clock } of [poolInSimulatedTime({ min: 1 }), poolInSimulatedTime({ min: 1 })]) {
    pool.events$.subscribe(event => {
      if (event.type === 'acquire.requested') numbers.push(event.request)
    })
    await clock.advance(100)
    await pool.use(() => {})
    await clock.advance(0)
  }
  expect(numbers).toHaveLength(2)
  expect(new Set(numbers).size).toBe(2)
})
