// The SQLite driver on a file of its own, with hands on its workers, as the contract and the walks by model want them.

import { type Isolation, type SqliteConnection, sqlite } from '../../src/db/sqlite/index.js'
import { openEngine } from '../../src/db/sqlite/worker/engine.js'
import type { DriverUnderTest } from '../../src/testing/index.js'
import { temporaryFile } from './sqlite-file.js'
import { endlessRows, endlessStep } from './sqlite-statements.js'
import { crash, workersFromNow } from './sqlite-workers.js'

/** @param isolation where its connections live */
export async function sqliteUnderTest(isolation: Isolation): Promise<DriverUnderTest<SqliteConnection>> {
  const { filename, remove } = await temporaryFile()
  const workersAlive = workersFromNow()
  return {
    driver: sqlite({ filename, isolation }),
    countOnServer: workersAlive,
    kill: crash,
    succeed: connection => connection.get('SELECT 1'),
    fail: connection => connection.get('SELECT nothing FROM nowhere'),
    begin: connection => connection.exec('BEGIN IMMEDIATE'),
    failsAlone: true,
    async inTransaction(connection) {
      await connection.get('SELECT 1')
      return connection.inTransaction
    },
    // A thread inside one endless step could never be ended: see the guide.
    runForEver: connection =>
      isolation === 'thread' ? connection.all(endlessRows) : connection.get(endlessStep),
    async hung() {
      // Somebody has the whole file, and keeps it: the new connection waits for its lock.
      const taken = await temporaryFile()
      const owner = await openEngine(undefined, {
        filename: taken.filename,
        readonly: false,
        lockWait: 0,
        places: [import.meta.url],
      })
      owner.exec('CREATE TABLE t (i); BEGIN EXCLUSIVE')
      return {
        driver: sqlite({ filename: taken.filename, isolation, busyTimeout: 60_000 }),
        countOnServer: workersAlive,
        async stop() {
          owner.close()
          await taken.remove()
        },
      }
    },
    stop: remove,
  }
}
