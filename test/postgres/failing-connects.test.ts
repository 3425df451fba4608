// A server that does not answer, does not let us in or is not there: an error that says so, and nothing left behind.

import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { ConnectError, createPool } from '../../src/index.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { startSilentServer } from '../support/silent-server.js'
import { socketsAtRest, socketsHeld } from '../support/sockets.js'
import { until } from '../support/until.js'

let backends: Backends
beforeAll(async () => {
  backends = await watchBackends('failing connects')
})
afterAll(() => backends.stop())

it('a server that accepts and says nothing: a timeout, and no socket stays', async () => {
  const server = await startSilentServer()
  const before = (await socketsAtRest()) - server.open
  const { host, port } = server
  const pool = createPool(postgres({ host, port, user: 'me', password: 'hunter2' }), {
    min: 2,
    max: 2,
    connectTimeout: 100,
    acquireTimeout: 250,
  })
  const ready = await pool.ready().catch(error => error)
  expect(ready).toBeInstanceOf(ConnectError)
  expect(ready).toMatchObject({ code: 'CONNECT_TIMEOUT' })
  const acquiring = await pool.acquire().catch(error => error)
  expect(acquiring).toMatchObject({ code: 'ACQUIRE_TIMEOUT', lastConnectError: { code: 'CONNECT_TIMEOUT' } })
  await pool.close()
  await until(() => server.open === 0, 'the server sees no socket any more')
  await server.stop()
  expect(socketsHeld()).toBeLessThanOrEqual(before)
})

it('a wrong password: PostgreSQL’s own error as the cause, and the password nowhere', async () => {
  const pool = createPool(postgres({ ...backends.config, password: 'hunter2-wrong' }), {
    acquireTimeout: 300,
  })
  const ready = await pool.ready().catch(error => error)
  expect(ready).toBeInstanceOf(ConnectError)
  expect(ready.code).toBe('CONNECT_FAILED')
  expect(ready.cause).toMatchObject({ code: '28P01' })
  const acquiring = await pool.acquire().catch(error => error)
  expect(acquiring.message).toContain('password authentication failed')
  const snapshot = pool.actor.getSnapshot()
  const shown = [ready, acquiring, pool.stats(), snapshot.context].map(value =>
    inspect(value, { depth: 6, showHidden: true }),
  )
  expect(shown.join('\n')).not.toContain('hunter2')
  await pool.close()
  expect(await backends.count()).toBe(0)
})

it('nothing that listens: ECONNREFUSED as the cause, with the address', async () => {
  const gone = await startSilentServer()
  await gone.stop()
  const pool = createPool(postgres({ host: gone.host, port: gone.port, user: 'me' }))
  const ready = await pool.ready().catch(error => error)
  expect(ready.cause).toMatchObject({ code: 'ECONNREFUSED' })
  expect(ready.target).toContain(`${gone.host}:${gone.port}`)
  await pool.close()
})
