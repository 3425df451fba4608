// An inspector with a bug in it stops seeing the pool; the pool goes on as if nobody had looked.

import { expect, it, onTestFinished } from 'vitest'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

/** Takes the place of the test runner's own listeners, and of the end of the process. */
function uncaughtErrors(): unknown[] {
  const errors: unknown[] = []
  const others = process.rawListeners('uncaughtException') as ((error: Error) => void)[]
  const listener = (error: unknown) => {
    errors.push(error)
  }
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', listener)
  onTestFinished(() => {
    process.off('uncaughtException', listener)
    for (const other of others) process.on('uncaughtException', other)
  })
  return errors
}

/** Long enough for an error thrown outside of every call to have reached the process. */
const nextTurn = () => new Promise<void>(resolve => setImmediate(resolve))

it.each(['function', 'object'])('that is a %s delivers every message all the same', async shape => {
  const errors = uncaughtErrors()
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  let calls = 0
  const bug = new Error('cannot read properties of undefined')
  const throwing = () => {
    calls++
    throw bug
  }
  pool.inspect(shape === 'function' ? throwing : { next: throwing })
  const lease = await pool.acquire()
  lease.release()
  expect(await pool.use(() => 'served')).toBe('served')
  expect(pool.stats()).toMatchObject({ state: 'running', idle: 1, busy: 0, acquired: 2, released: 2 })
  await nextTurn()
  expect(calls, 'its inspection ended with its first error').toBe(1)
  expect(errors, 'which is an uncaught exception, once').toEqual([bug])
})

it('is told of no more transitions either, and the pool goes on', async () => {
  const errors = uncaughtErrors()
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const bug = new Error('cannot read properties of undefined')
  let calls = 0
  pool.transitions(() => {
    calls++
    throw bug
  })
  expect(await pool.use(() => 'served')).toBe('served')
  await nextTurn()
  expect(calls).toBe(1)
  expect(errors).toEqual([bug])
  expect(() => pool.transitions('inspector' as never)).toThrow('a function or an object with a next method')
})

it('leaves other inspectors as they are', async () => {
  uncaughtErrors()
  const { pool, clock } = poolInSimulatedTime({ min: 1 })
  await clock.advance(100)
  const seen: string[] = []
  pool.inspect(() => {
    throw new Error('broken')
  })
  pool.inspect(event => {
    if (event.type === '@xstate.event') seen.push(event.event.type)
  })
  await pool.use(() => {})
  await nextTurn()
  expect(seen).toEqual(['acquire', 'checkout', 'release'])
})

it.each([undefined, null, 'inspector'])('%j is no inspector', observer => {
  const { pool } = poolInSimulatedTime()
  expect(() => pool.inspect(observer as never)).toThrow(expect.objectContaining({ option: 'observer' }))
})
