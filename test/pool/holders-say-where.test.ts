// With leakWarning on, an acquire that times out says where those who hold the connections acquired them.

import { expect, it } from 'vitest'
import { firstUsefulLine } from '../../src/core/wording.js'
import type { AcquireTimeoutError, PoolOptions } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

async function timeOut(options: Pick<PoolOptions, 'leakWarning' | 'leakSampling' | 'random'>) {
  const { pool, clock } = poolInSimulatedTime({ min: 2, max: 2, validateAfter: false, ...options })
  await clock.advance(100)
  const loadOrders = () => pool.acquire()
  const loadUsers = () => pool.use(() => new Promise(() => {}))
  await loadOrders()
  await clock.advance(10)
  watch(loadUsers())
  const loadItems = () => pool.acquire({ timeout: 500 })
  const waiting = watch(loadItems())
  await clock.advance(500)
  return waiting.error as AcquireTimeoutError
}

it('each holder as a stack that begins in the application, and the longest in the message', async () => {
  const { holders, message } = await timeOut({ leakWarning: 60_000 })
  expect(holders).toMatchObject([{ lease: 1 }, { lease: 2 }])
  expect(holders[0]?.acquiredFrom).toMatch(/^at loadOrders \(.*holders-say-where\.test\.ts:\d+:\d+\)/)
  expect(holders[1]?.acquiredFrom).toMatch(/^at loadUsers \(/)
  expect(message).toMatch(
    /held longest: lease 1 on .* for 500 ms \(lease 1 was acquired at loadOrders \(.*\)\)\.\n {2}What to do/,
  )
})

it('and the error’s stack is that of the acquire that timed out', async () => {
  const { stack = '', name, message } = await timeOut({ leakWarning: 60_000 })
  expect(stack.slice(0, `${name}: ${message}`.length)).toBe(`${name}: ${message}`)
  expect(stack.slice(`${name}: ${message}`.length)).toMatch(
    /^\n {4}at loadItems \(.*holders-say-where\.test\.ts:\d+:\d+\)\n {4}at /,
  )
})

it('a stack that behaves as any other: it is not listed, and can be written to', async () => {
  const error = await timeOut({ leakWarning: 60_000 })
  expect(Object.keys(error)).not.toContain('stack')
  expect(error.stack).toBe(error.stack)
  expect(Object.keys(error)).not.toContain('stack')
  for (const text of ['another one', 'and another']) {
    error.stack = text
    expect(error.stack).toBe(text)
  }
})

it('that is the message alone where no stacks are recorded at all', async () => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    const error = await timeOut({ leakWarning: 60_000 })
    expect(error.stack).toBe(`${error.name}: ${error.message}`)
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
})

it('and is the pool’s own where this one was not recorded', async () => {
  const { stack } = await timeOut({ leakWarning: 60_000, leakSampling: 0.1, random: () => 0.5 })
  expect(stack).toMatch(/ {4}at /)
  expect(stack).not.toContain('loadItems') // it did not await the acquire
})

it('and nothing of that with leakWarning off', async () => {
  const { holders, message } = await timeOut({})
  for (const holder of holders) expect(holder).not.toHaveProperty('acquiredFrom')
  expect(message).not.toContain('was acquired')
})

it.each([
  ['at load (/app/a.js:1:1)\nat run (/app/b.js:1:1)', 'at load (/app/a.js:1:1)'],
  ['at q (/app/node_modules/kysely/a.js:1:1)\nat run (/app/b.js:1:1)', 'at run (/app/b.js:1:1)'],
  ['at C:\\app\\node_modules\\x\\a.js:1:1\nat C:\\app\\b.js:1:1', 'at C:\\app\\b.js:1:1'],
  ['at process.tick (node:internal/process:1:1)\nat b (/b.js:1:1)', 'at b (/b.js:1:1)'],
  ['at q (/app/node_modules/pg/a.js:1:1)', 'at q (/app/node_modules/pg/a.js:1:1)'],
])('the line to look at first of %j', (stack, line) => {
  expect(firstUsefulLine(stack)).toBe(line)
})
