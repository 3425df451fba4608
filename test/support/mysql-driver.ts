// A look at the MariaDB server, and connections that a test file opens by the driver: gone again after each test.

import type { Connection } from 'mysql2/promise'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { Driver } from '../../src/db/driver.js'
import { type MysqlConfig, mysql } from '../../src/db/mysql2/driver/mysql.js'
import { type Threads, watchThreads } from './mariadb-threads.js'
import { socketsAtRest, socketsHeld } from './sockets.js'
import { until } from './until.js'

export interface Opened {
  readonly driver: Driver<Connection>
  readonly connection: Connection
  /** What `onLost` was called with. */
  readonly lost: unknown[]
}

export interface DriverInTest {
  readonly threads: Threads
  open(more?: MysqlConfig, signal?: AbortSignal): Promise<Opened>
}

/** To be called in a `describe`; when its tests are over, the server counts no connection and this process no socket. */
export function useMysqlDriver(): DriverInTest {
  let threads: Threads
  let sockets = 0
  const opened: (() => void)[] = []

  beforeAll(async () => {
    threads = await watchThreads()
    sockets = await socketsAtRest()
  })
  afterEach(async () => {
    for (const destroy of opened.splice(0)) destroy()
    await until(async () => (await threads.count()) === 0, 'no thread is left')
    await until(() => socketsHeld() <= sockets, 'no socket is left')
  })
  afterAll(() => threads.stop())

  return {
    get threads() {
      return threads
    },
    async open(more = {}, signal = new AbortController().signal) {
      const driver = mysql({ ...threads.config, ...more })
      const lost: unknown[] = []
      const connection = await driver.connect({ signal, onLost: reason => lost.push(reason) })
      opened.push(() => driver.destroy(connection))
      return { driver, connection, lost }
    },
  }
}
