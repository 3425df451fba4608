// Other clients take the server's connections, so that the pool's own are refused (53300), and give them back later.

import pg from 'pg'
import type { Scenario, Stage } from '../scenario.js'

/** Three are kept for superusers; the pool, which would have ten, gets five. */
const settings = { max_connections: 16, superuser_reserved_connections: 3, reserved_connections: 0 }
const taken = 8

const hogs = new WeakMap<Stage, pg.Client[]>()

export const tooManyClients: Scenario = {
  name: 'too-many-clients',
  title: 'the server refuses half of the connections (too many clients), for 2 s',
  through: 'server',
  settings,
  bounds: { inFlight: 0, recovery: 3_000, refill: 6_000 },
  async prepare(stage) {
    const { server } = stage
    const { host, port, database } = server
    await stage.observer.run("CREATE ROLE hog LOGIN PASSWORD 'hog'")
    const clients = Array.from(
      { length: taken },
      () => new pg.Client({ host, port, database, user: 'hog', password: 'hog' }),
    )
    hogs.set(stage, clients)
    stage.atEnd(() => leave(stage))
    for (const client of clients) {
      client.on('error', () => {})
      await client.connect()
    }
  },
  async strike() {},
  lasts: 2_000,
  lift: leave,
}

async function leave(stage: Stage): Promise<void> {
  const clients = hogs.get(stage) ?? []
  hogs.delete(stage)
  await Promise.all(clients.map(client => client.end()))
}
