// The programs that the guide to OpenTelemetry and diagnostics channels shows.

import { expect, it } from 'vitest'
import { runExample } from '../examples/program.js'

it('opentelemetry.ts has the spans in each other, and all metrics', async () => {
  const { code, output, errors } = await runExample('opentelemetry')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output.slice(0, 4)).toEqual([
    'statepool.connect (a root)',
    'statepool.acquire in statepool.transaction',
    'statepool.transaction in GET /orders',
    'GET /orders (a root)',
  ])
  expect(output.slice(4).map(line => line.replace(/ +/g, ' '))).toEqual([
    'db.client.connection.count idle 1',
    'db.client.connection.count used 0',
    'db.client.connection.idle.max 2',
    'db.client.connection.idle.min 0',
    'db.client.connection.limit 2',
    'db.client.connection.pending_requests 0',
    'db.client.connection.timeouts 0',
    'statepool.leases 1',
    'statepool.statements 0',
    'statepool.refusals OVERLOADED 0',
    'statepool.refusals _OTHER 0',
    'statepool.held_back 0',
    'statepool.budget.away 0',
    'statepool.statements.active 0',
    'db.client.connection.create_time 1 recorded',
    'db.client.connection.wait_time 1 recorded',
    'db.client.connection.use_time 1 recorded',
  ])
})

it('diagnostics-channels.ts hears of each caller and of the pool', async () => {
  const { code, output, errors } = await runExample('diagnostics-channels')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual([
    'orders: a caller got connection-1 from position 0',
    expect.stringMatching(/^orders: request \d+ was refused$/),
    'orders: a caller got connection-1 from position 1',
    'closed: orders',
  ])
})
