// The SQLite driver keeps the contract that every driver keeps, in threads and in processes.

import { openEngine } from '../../src/db/sqlite/engine.js'
import { type Isolation, type SqliteConnection, sqlite } from '../../src/db/sqlite.js'
import { describeDriverContract } from '../support/driver-contract.js'
import { temporaryFile } from '../support/sqlite-file.js'
import { endlessRows, endlessStep } from '../support/sqlite-statements.js'
import { crash, workersAlive } from '../support/sqlite-workers.js'

const contract = (isolation: Isolation): void =>
  describeDriverContract<SqliteConnection>(`sqlite in a ${isolation}`, async () => {
    const { filename, remove } = await temporaryFile()
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
  })

contract('thread')
contract('process')
