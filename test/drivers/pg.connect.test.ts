// Connecting to PostgreSQL: passwords that are asked for, servers that refuse, and nothing left behind by any failure.

import { getEventListeners } from 'node:events'
import type { ConnectionOptions } from 'node:tls'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { type PostgresConfig, postgres } from '../../src/db/pg/driver/postgres.js'
import { type Backends, watchBackends } from '../support/backends.js'
import { startSilentServer } from '../support/silent-server.js'
import { socketsAtRest, socketsHeld } from '../support/sockets.js'
import { until } from '../support/until.js'

describe('connecting to PostgreSQL', () => {
  let backends: Backends
  const opened: (() => void)[] = []
  let sockets = 0

  beforeAll(async () => {
    backends = await watchBackends('pg connect')
    sockets = await socketsAtRest()
  })
  afterEach(async () => {
    for (const destroy of opened.splice(0)) destroy()
    await until(async () => (await backends.count()) === 0, 'no backend is left')
    await until(() => socketsHeld() <= sockets, 'no socket is left')
  })
  afterAll(() => backends.stop())

  const connect = async (more: PostgresConfig, signal = new AbortController().signal): Promise<pg.Client> => {
    const driver = postgres({ ...backends.config, ...more })
    const client = await driver.connect({ signal, onLost() {} })
    opened.push(() => driver.destroy(client))
    return client
  }

  it('asks a password function on each connect, and waits for its answer', async () => {
    let asked = 0
    const password = async (): Promise<string> => {
      asked++
      await new Promise(setImmediate)
      return inject('postgres').password
    }
    await connect({ password })
    await connect({ password })
    expect([asked, await backends.count()]).toEqual([2, 2])
  })

  it('rejects with what the password function threw, and closes the socket', async () => {
    const password = async (): Promise<string> => {
      throw new Error('the vault is sealed')
    }
    await expect(connect({ password })).rejects.toThrow('the vault is sealed')
  })

  it('can be given up while the password function is pending, whose late answer does no harm', async () => {
    let answer: (password: string) => void = () => {}
    const controller = new AbortController()
    const password = (): Promise<string> =>
      new Promise(resolve => {
        answer = resolve
        controller.abort(new Error('too late'))
      })
    await expect(connect({ password }, controller.signal)).rejects.toThrow('too late')
    answer(inject('postgres').password)
    await new Promise(setImmediate)
  })

  it('rejects a wrong password with the error of the server, which does not repeat it', async () => {
    const error: unknown = await connect({ password: 'letmein-1234' }).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: '28P01' })
    expect(JSON.stringify(error) + String(error)).not.toContain('letmein')
  })

  it('rejects when nobody listens', async () => {
    const server = await startSilentServer()
    await server.stop()
    await expect(connect({ port: server.port })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('rejects, and closes its socket, when the server has no TLS and TLS was asked for', async () => {
    const server = await startSilentServer('N')
    await expect(connect({ port: server.port, ssl: true })).rejects.toThrow('does not support SSL')
    await until(() => server.open === 0, 'the socket is closed')
    await server.stop()
  })

  it("rejects a server whose certificate is not trusted, and accepts it with its authority's", async () => {
    await expect(connect({ ssl: true })).rejects.toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    const { host, cert } = inject('postgres')
    // Before 8.23, pg does not tell TLS the address that the certificate is for.
    const client = await connect({ ssl: { ca: cert, host } as ConnectionOptions })
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()')
    expect(rows).toEqual([{ ssl: true }])
  })

  it("keeps pg's own connectionTimeoutMillis, when that is shorter", async () => {
    const server = await startSilentServer()
    await expect(connect({ port: server.port, connectionTimeoutMillis: 20 })).rejects.toThrow(
      'timeout expired',
    )
    await until(() => server.open === 0, 'the socket is closed')
    await server.stop()
  })

  it('takes a connection string, and a class of the application', async () => {
    class Counted extends pg.Client {}
    const { host, port, user, password, database } = inject('postgres')
    const connectionString = `postgres://${user}:${password}@${host}:${port}/${database}?application_name=pg%20connect`
    const driver = postgres({ connectionString, Client: Counted })
    const controller = new AbortController()
    const client = await driver.connect({ signal: controller.signal, onLost() {} })
    opened.push(() => driver.destroy(client))
    expect(client).toBeInstanceOf(Counted)
    expect(await backends.count()).toBe(1)
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0)
  })
})
