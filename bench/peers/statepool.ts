// statepool itself, imported by its name like any user's; and the same with its machines run by XState's interpreter.

import type { Driver, Lease, Pool } from '../../src/index.js'
import { driverOf } from '../loan.js'
import type { BenchPool, Marks, Peer, Settings, Source } from '../peer.js'

/** Where one build of the package is. Not literals, so that the compiler looks at the sources, and Node at what is measured. */
interface Build {
  readonly core: string
  readonly recorder: string
  readonly pg: string
}

const installed: Build = { core: 'statepool', recorder: 'statepool/recorder', pg: 'statepool/pg' }

const interpretedBuild: Build = {
  core: new URL('../../interpreted/dist/index.js', import.meta.url).href,
  recorder: new URL('../../interpreted/dist/recorder/index.js', import.meta.url).href,
  pg: new URL('../../interpreted/dist/db/pg/index.js', import.meta.url).href,
}

export const statepool: Peer = {
  name: 'statepool',
  kind: 'own',
  open: (source, settings) => open(installed, source, settings),
}

export const interpreted: Peer = {
  name: 'statepool (interpreted)',
  kind: 'own',
  open: (source, settings) => open(interpretedBuild, source, settings),
}

/** Statements share connections. */
export const sharing: Peer = {
  name: 'statepool (shared)',
  kind: 'own',
  open: (source, settings) => open(installed, source, settings, { share: true }),
}

/** With the flight recorder on, as it is by default. */
export const recorded: Peer = {
  name: 'statepool (recorded)',
  kind: 'own',
  open: (source, settings) => open(installed, source, settings, { recorded: true }),
}

/**
 * validateAfter: false, as no peer validates here. maxConnecting: as many as fit, as in the peers, which have no limit, except
 * where the way it grows is what is measured. Everything else as it is by default: lifetimes, idle timeouts and keepalives.
 */
async function open<C extends Marks>(
  build: Build,
  source: Source<C>,
  { min, max, acquireTimeout = Number.POSITIVE_INFINITY, defaultPace = false, defaults = false }: Settings,
  { share = false, recorded = false } = {},
): Promise<BenchPool<C, Lease<C>>> {
  const { createPool } = (await import(build.core)) as typeof import('../../src/index.js')
  const pool = createPool(await driverFor(build, source), {
    min,
    max,
    ...(!defaults && { acquireTimeout, validateAfter: false }),
    ...(!defaults && !defaultPace && { maxConnecting: max }),
    ...(share && { share }),
  })
  if (recorded) {
    const { recorder } = (await import(build.recorder)) as typeof import('../../src/recorder/index.js')
    recorder(pool)
  }
  await pool.ready()
  return adapt(pool)
}

async function driverFor<C extends Marks>(build: Build, source: Source<C>): Promise<Driver<C>> {
  const { connectionString } = source
  if (connectionString !== undefined) {
    const { postgres } = (await import(build.pg)) as typeof import('../../src/db/pg/index.js')
    return postgres(connectionString) as unknown as Driver<C>
  }
  return driverOf(source)
}

function adapt<C extends Marks>(pool: Pool<C>): BenchPool<C, Lease<C>> {
  return {
    acquire: () => pool.acquire(),
    connectionOf: lease => lease.connection,
    release: lease => lease.release(),
    acquireWithin: timeout => pool.acquire({ timeout }),
    acquireAbortable: token => pool.acquire({ signal: (token as AbortController).signal }),
    abortables: count =>
      Array.from({ length: count }, () => {
        const token = new AbortController()
        return { token, abort: () => token.abort() }
      }),
    query: async (text, values) => (await pool.query<{ rows: Record<string, unknown>[] }>(text, values)).rows,
    close: () => pool.close(),
  }
}
