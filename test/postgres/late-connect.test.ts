// A client whose connect comes to its end after the pool gave it up is closed, however long its class took to begin.

import pg from 'pg'
import { describe, expect, it } from 'vitest'
import { postgres } from '../../src/db/pg/index.js'
import { createPool, type Pool } from '../../src/index.js'
import { dropIn, server } from '../support/drop-in.js'
import { until } from '../support/until.js'

/** A class of clients that looks something up before it connects: a token, a tunnel. */
function hesitant() {
  let lookedUp = (): void => {}
  const lookUp = new Promise<void>(resolve => {
    lookedUp = resolve
  })
  /** Those that have connected, or failed to, whether or not anyone wants them by then. */
  const connected: pg.Client[] = []
  class Hesitant extends pg.Client {
    override connect(): Promise<pg.Client>
    override connect(callback: (error: Error) => void): void
    override connect(callback?: (error: Error) => void): Promise<pg.Client> | undefined {
      const connecting = lookUp.then(() => super.connect())
      const over = () => connected.push(this)
      connecting.then(over, over)
      if (callback === undefined) return connecting.then(() => this as unknown as pg.Client)
      connecting.then(() => callback(null as unknown as Error), callback)
      return
    }
  }
  return { Hesitant: Hesitant as unknown as typeof pg.Client, lookedUp: () => lookedUp(), connected }
}

describe('a connect that was given up', () => {
  it.each<[string, (Client: typeof pg.Client) => { try(): Promise<unknown>; end(): Promise<void> }]>([
    [
      'by the pool',
      Client => {
        const pool: Pool<pg.Client> = createPool(postgres({ ...server(), Client }), {
          max: 1,
          connectTimeout: 50,
          acquireTimeout: 50,
        })
        return { try: () => pool.acquire(), end: () => pool.close() }
      },
    ],
    [
      'by the drop-in',
      Client => {
        const pool = dropIn({ Client, max: 1, connectionTimeoutMillis: 50 })
        return { try: () => pool.connect(), end: () => pool.end() }
      },
    ],
  ])('%s leaves no connection behind', async (_, open) => {
    const { Hesitant, lookedUp, connected } = hesitant()
    const pool = open(Hesitant)
    await expect(pool.try()).rejects.toThrow()
    await pool.end()
    lookedUp()
    await until(() => connected.length > 0, 'a client has connected')
    const isClosed = (client: object) =>
      (client as { connection: { stream: { destroyed: boolean } } }).connection.stream.destroyed
    await until(() => connected.every(isClosed), 'its socket is closed')
  })
})
