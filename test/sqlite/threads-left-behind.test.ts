// Threads that nobody can end do not pile up: while four are left behind, no connection is opened, and the error says why.

import { expect, it } from 'vitest'
import { sqlite } from '../../src/db/sqlite/index.js'
import { openEngine } from '../../src/db/sqlite/worker/engine.js'
import { fileForTest } from '../support/sqlite-file.js'

it('four threads inside SQLite are borne with; then connects are refused until one has ended', async () => {
  const filename = await fileForTest()
  const driver = sqlite({ filename, busyTimeout: 60_000 })
  const connect = () => driver.connect({ signal: new AbortController().signal, onLost() {} })
  await driver.close(await connect()) // which has made the file, and set its journal's mode
  const owner = await openEngine(undefined, {
    filename,
    readonly: false,
    lockWait: 0,
    places: [import.meta.url],
  })
  owner.exec('BEGIN IMMEDIATE')
  const refused: Promise<unknown>[] = []
  for (let i = 0; i < 4; i++) {
    const connection = await connect()
    await connection.get('SELECT 1')
    // exec waits for its lock inside SQLite.
    refused.push(connection.exec('CREATE TABLE t (i)').catch((error: unknown) => error))
    await new Promise(resolve => setTimeout(resolve, 200)) // a thread that is not inside yet would simply end
    driver.destroy(connection)
  }
  for (const error of await Promise.all(refused)) expect(error).toMatchObject({ code: 'CONNECTION_CLOSED' })
  await expect(connect()).rejects.toThrow("isolation: 'process'")
  const waiting = connect()
  owner.exec('ROLLBACK')
  await driver.close(await waiting)
  owner.close()
})
