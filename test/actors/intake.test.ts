// Nobody is forgotten when the way in is closed: neither who waits inside, nor who comes too late.
import { expect, it } from 'vitest'
import { closedError, Intake } from '../../src/actors/callers/intake.js'
import { AcquireRequest } from '../../src/actors/callers/request.js'
import { ClockScheduler } from '../../src/actors/time/scheduler.js'
import { watch } from '../support/pool-in-simulated-time.js'
import { createSimulatedClock } from '../support/simulated-clock.js'

function open(receive: (request: AcquireRequest<unknown>) => void = () => {}) {
  const clock = createSimulatedClock()
  const queue = new Intake<unknown>(new ClockScheduler(clock, true), () => {})
  queue.requests$.subscribe(receive)
  queue.cancellations$.subscribe()
  const submit = (timeout: number, signal?: AbortSignal) => {
    const request = new AcquireRequest<unknown>(0, timeout, 0)
    const outcome = watch(request.promise())
    queue.submit(request, signal)
    return outcome
  }
  return { clock, queue, submit }
}

const closed = { state: 'rejected', error: { code: 'POOL_CLOSED' } }

it('refuses a request that comes after the end, and sets no timer for it', async () => {
  const { clock, queue, submit } = open()
  queue.close(closedError)
  const late = [submit(1_000), submit(Number.POSITIVE_INFINITY)]
  await new Promise(setImmediate)
  expect(late).toMatchObject([closed, closed])
  expect(clock.pending).toBe(0)
})

it('refuses a request during which it is closed', async () => {
  const { queue, submit } = open(() => queue.close(closedError))
  const outcome = submit(1_000)
  await new Promise(setImmediate)
  expect(outcome).toMatchObject(closed)
})

it('refuses everybody who still waits when it is closed, whatever they wait by, and lets go of them', async () => {
  const { clock, queue, submit } = open()
  const { signal } = new AbortController()
  let listeners = 0
  signal.addEventListener = () => listeners++
  signal.removeEventListener = () => listeners--
  const waiting = [
    submit(1_000),
    submit(500, signal),
    submit(Number.POSITIVE_INFINITY),
    submit(Number.POSITIVE_INFINITY, signal),
  ]
  expect(listeners).toBe(1)
  queue.close(closedError)
  queue.close(closedError)
  await new Promise(setImmediate)
  expect(waiting).toMatchObject([closed, closed, closed, closed])
  expect(listeners).toBe(0)
  expect(clock.pending).toBe(0)
})
