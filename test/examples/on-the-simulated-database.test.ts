// The examples that need no server, run for real.

import { expect, test } from 'vitest'
import { runExample } from './program.js'

test('first-program.ts borrows, shares and closes', async () => {
  const { code, output, errors } = await runExample('first-program')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output[0]).toBe("answer: { sql: 'select 42', connection: 1 }")
  const [, opened, idle] =
    /^30 answers; 31 leases on (\d+) connections; (\d+) idle now$/.exec(output[1] ?? '') ?? []
  expect(Number(opened)).toBeLessThanOrEqual(10)
  expect(Number(idle)).toBeGreaterThan(0)
})

test('abort-and-timeout.ts gets the error that belongs to each end of waiting', async () => {
  const { code, output, errors } = await runExample('abort-and-timeout')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output[0]).toBe('connection-1 is leased, and there is no other')
  expect(output[1]).toBe('ACQUIRE_TIMEOUT: leased: 1 of 1')
  expect(output.join('\n')).toContain('ACQUIRE_ABORTED: the client went away')
  expect(output.join('\n')).toContain('(max) is free, and 1 caller is already waiting (maxWaiting is 1)')
  expect(output.at(-2)).toContain('LEASE_RELEASED: Lease 2 has ended: it was released again')
})

test('watch-events.ts sees the life of a connection, and warns of a long lease', async () => {
  const { code, output, errors } = await runExample('watch-events')
  expect(code).toBe(0)
  // On a busy machine, lease 1 may take as long.
  expect(errors).toMatch(
    /^(lease 1 held connection-1 for more than 50 ms\n)?lease 2 held connection-1 for more than 50 ms\n$/,
  )
  expect(output.map(line => line.trim())).toEqual([
    'pool.ready',
    'acquire.requested',
    'connection.connecting connection-1',
    'connection.ready connection-1',
    'acquire.granted connection-1',
    'lease.released connection-1',
    'acquire.requested',
    'acquire.granted connection-1',
    'lease.released connection-1',
    'pool.draining',
    'connection.closed connection-1',
    'pool.closed',
    'the pool is closed, and so is its stream',
  ])
})

test('pool-group.ts caps the sum, and says who has all of it', async () => {
  const { code, output, errors } = await runExample('pool-group')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output[0]).toBe('10 pools have 4 of at most 4 connections')
  expect(output.join('\n')).toContain("pool: 'tenant-0', connections: 4, min: 0, heldBack: false")
  expect(output.at(-1)).toBe('Why: the group "tenants" has no connection left (max is 4): tenant-0 holds 4.')
})

test('fair-queueing.ts has tenants take turns, and no more reports than their lane lets through', async () => {
  const { code, output, errors } = await runExample('fair-queueing')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'next: busy, quiet, paying, paying, busy',
    'quiet was served among the first six of 103',
    'reports: { max: 3, taken: 3, waiting: 5 }',
  ])
})

test('who-holds-what.ts lists holders and waiting callers, and where they called', async () => {
  const { code, output, errors } = await runExample('who-holds-what')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    expect.stringMatching(/^lease 1 is held on connection-[12] at openReport$/),
    expect.stringMatching(/^lease 2 is held on connection-[12] at runNightlyJob$/),
    'position 1, priority 5, up to 30000 ms: called at checkOut',
    'position 2, priority 0, up to 30000 ms: called at sendNewsletter',
    'afterwards: 0 leases, 0 callers',
  ])
})

test('inspect.ts sees the actors and what they tell each other, while it listens', async () => {
  const { code, output, errors } = await runExample('inspect')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'the pool is running',
    'connection-1 is idle',
    'connection-2 is idle',
    'pool got acquire',
    'connection-2 got checkout',
    'lent: connection-2',
    'connection-2 got release',
    'done',
  ])
})

test('inspector.ts shows a pool to those who have the token', async () => {
  const { code, output, errors } = await runExample('inspector')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    expect.stringMatching(/^The pool: http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/),
    'pools: orders',
    'level: ok',
    'without the token: 401',
  ])
})

test.each(['express', 'fastify'])('inspector-%s.ts has the inspector inside an application', async name => {
  const { code, output, errors } = await runExample(`inspector-${name}`)
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output.at(-1)).toBe('/admin/pool/ 200 application/vnd.statepool.stream')
})

test('transitions.ts prints each change of state until it stops', async () => {
  const { code, output, errors } = await runExample('transitions')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'pool: starting → running (connection.ready)',
    'connection-1: connecting → idle (driver.connected)',
    'connection-1: idle → busy.leased (checkout)',
    'connection-1: busy.leased → idle (release)',
    'pool: running → paused (pause)',
    'pool: paused → running (resume)',
    'done',
  ])
})

test('recorder.ts writes a file when an acquire times out, and reads it', async () => {
  const { code, output, errors } = await runExample('recorder')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'AcquireTimeoutError',
    expect.stringMatching(/^acquire timeout: npx statepool replay .*orders-[\dTZ-]+\.statepool\.gz$/),
    'orders acquire timeout',
    '1 lease was held',
    '0 records contradict the statecharts',
  ])
})

test('app-machine.ts serves, degrades while the database is down, drains and stops', async () => {
  const { code, output, errors } = await runExample('app-machine')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'the application is {"serving":"readWrite"}',
    '201: placed',
    'the application is {"serving":"readOnly"}',
    '503: orders cannot be placed at the moment',
    'the application is {"serving":"readWrite"}',
    '201: placed',
    'the application is "draining"',
    'the application is "stopped"',
    'connections left: 0',
  ])
})

test('simulated-time.ts lets a hundred pools live in simulated time', async () => {
  expect(await runExample('simulated-time')).toEqual({
    code: 0,
    output: ['idle: 2', '100 lives, and no invariant was broken'],
    errors: '',
  })
})
