// `npm start -- --serve`: a pool under load that can be looked at in a browser, with switches for what goes wrong.

import { setMaxListeners } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import type { Pool } from '../src/index.js'
import { inspector, type Switch } from '../src/inspector/index.js'
import type { PostgresServer } from '../support/postgres-server.js'
import type { Stage } from './stage.js'

/** So many workers use the pool, each again and again. */
const workers = 12
/** So many callers come at once in a burst. */
const burst = 500
/** So many leases are leaked. */
const leaks = 3

/** How long queries take, in milliseconds: as a rule, and while they are slow. */
const queryTime = { usual: 5, slow: 600 }

/**
 * Serves the page until the signal aborts.
 * @param server the demo's own database, whose faults can be switched; undefined = another one, which is left alone
 */
export async function serve(
  stage: Stage,
  server: PostgresServer | undefined,
  port: number,
  signal: AbortSignal,
): Promise<void> {
  setMaxListeners(0, signal) // all workers listen to it
  const pool = stage.open(stage.database, {
    name: 'shop',
    min: 2,
    max: 10,
    acquireTimeout: 5_000,
    leakWarning: 4_000,
  })
  const reports = stage.open(stage.database, { name: 'reports', min: 1, max: 3 })
  const load = { queryTime: queryTime.usual }
  const page = await inspector([pool, reports], {
    port,
    allowControl: true,
    switches: switchesOf(pool, load, server),
  })
  stage.terminal.text(`Open this address: ${page.url}`)
  stage.terminal.text(
    'Two pools are under load; the page has switches for what can go wrong. Ctrl-C ends it.',
  )
  await Promise.all([
    ...Array.from({ length: workers }, (_, worker) =>
      work(pool, () => load.queryTime, 10 + 5 * worker, signal),
    ),
    work(reports, () => 100, 900, signal),
    new Promise<void>(resolve => signal.addEventListener('abort', () => resolve(), { once: true })),
  ])
  await page.close()
}

/** Queries again and again, with pauses; errors are what the page is for. */
async function work(
  pool: Pool<pg.Client>,
  duration: () => number,
  rest: number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pool.use(client => sleep(client, duration()), { signal }).catch(() => {})
    await pause(rest, undefined, { signal }).catch(() => {})
  }
}

const sleep = (client: pg.Client, milliseconds: number): Promise<unknown> =>
  client.query('select pg_sleep($1)', [(milliseconds / 1_000) * (0.5 + Math.random())])

function switchesOf(
  pool: Pool<pg.Client>,
  load: { queryTime: number },
  server: PostgresServer | undefined,
): Switch[] {
  const leaked: Disposable[] = []
  const general: Switch[] = [
    {
      name: 'Slow queries',
      set: on => {
        load.queryTime = on ? queryTime.slow : queryTime.usual
      },
    },
    {
      name: 'A leak',
      async set(on) {
        if (!on) return leaked.splice(0).forEach(lease => void lease[Symbol.dispose]())
        for (let count = 0; count < leaks; count++) leaked.push(await pool.acquire())
      },
    },
    {
      name: 'A burst',
      set() {
        for (let caller = 0; caller < burst; caller++)
          void pool.use(client => sleep(client, 20)).catch(() => {})
        return false
      },
    },
  ]
  if (server === undefined) return general
  return [
    ...general,
    {
      name: 'Server restart',
      async set() {
        await server.restart()
        return false
      },
    },
    { name: 'Outage', set: on => (on ? server.halt() : server.restart()) },
  ]
}
