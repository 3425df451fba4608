// Vitest's global setup of all servers that the tests share, side by side: each starts in the time that another one waits.

import type { TestProject } from 'vitest/node'
import setUpMariadb from './mariadb.js'
import setUpNats from './nats.js'
import setUpPostgres from './postgres.js'
import setUpRedis from './redis.js'

export default async function setUpServers(project: TestProject): Promise<() => Promise<void>> {
  const started = await Promise.all(
    [setUpPostgres, setUpMariadb, setUpRedis, setUpNats].map(setUp => setUp(project)),
  )
  return async () => {
    await Promise.all(started.map(stop => stop?.()))
  }
}
