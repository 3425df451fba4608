// One AbortSignal for many callers, as of one HTTP request that asks for many things.
import { getEventListeners } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { onAbort } from '../../src/core/signals.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { processErrors } from '../support/process-errors.js'

async function line(length: number) {
  const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
  await clock.advance(100)
  const lease = await pool.acquire()
  const controller = new AbortController()
  const { signal } = controller
  const callers = Array.from({ length }, () => watch(pool.acquire({ signal })))
  return { pool, lease, controller, signal, callers }
}

it('is listened to once, whatever the number of callers, and no more when nobody waits by it', async () => {
  const { lease, signal, callers } = await line(100)
  expect(getEventListeners(signal, 'abort')).toHaveLength(1)
  lease.release()
  for (const caller of callers) {
    await new Promise(setImmediate)
    caller.value?.release()
  }
  await new Promise(setImmediate)
  expect(callers.map(({ state }) => state)).toEqual(callers.map(() => 'fulfilled'))
  expect(getEventListeners(signal, 'abort')).toEqual([])
})

it('calls all of them off, and nobody else', async () => {
  const { pool, lease, controller, callers } = await line(20)
  const other = watch(pool.acquire())
  controller.abort(new Error('the client is gone'))
  await new Promise(setImmediate)
  for (const caller of callers) {
    expect(caller.error).toMatchObject({ code: 'ACQUIRE_ABORTED', cause: new Error('the client is gone') })
  }
  expect(pool.stats()).toMatchObject({ waiting: 1, aborted: 20 })
  lease.release()
  await new Promise(setImmediate)
  expect(other.state).toBe('fulfilled')
})

it('can be used again after everybody who waited by it was served', async () => {
  const { pool, lease, controller, signal, callers } = await line(1)
  lease.release()
  await new Promise(setImmediate)
  const second = watch(pool.acquire({ signal }))
  controller.abort()
  await new Promise(setImmediate)
  expect([callers[0]?.state, second.state]).toEqual(['fulfilled', 'rejected'])
})

it('calls back each of those who wait by it, also when the first one throws', async () => {
  const controller = new AbortController()
  const calls: number[] = []
  for (const number of [1, 2, 3])
    onAbort(controller.signal, () => {
      calls.push(number)
      if (number === 1) throw new Error('of the first')
    })
  const errors = await processErrors(async () => controller.abort())
  expect([calls, errors]).toEqual([[1, 2, 3], [new Error('of the first')]])
})

it('keeps nothing of those that wait by it no longer, though others came before and after them', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const { signal } = new AbortController()
  const watched = (): { ref: WeakRef<object>; stop: () => void } => {
    const parameters = { text: 'long' }
    return { ref: new WeakRef(parameters), stop: onAbort(signal, () => String(parameters)) }
  }
  const all = [watched(), watched(), watched()]
  all[1]?.stop()
  await new Promise(setImmediate)
  collect()
  expect(all.map(({ ref }) => ref.deref() !== undefined)).toEqual([true, false, true])
  for (const { stop } of all) stop()
})
