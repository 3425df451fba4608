// Imports go one way, down: options → façade → actors → machines; drivers stand apart; nothing reaches back or sideways.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findCircle, importsOf, type Rule, readImports, violations } from './import-graph.js'

const core =
  'src/(abortable|check|clock|errors|guarded|options|other-pools|outside|platform|signals|this-file|wording)\\.ts'

const rules: Rule[] = [
  {
    name: 'machines import xstate and each other: no I/O, no timers, no clock',
    files: /^src\/machines\//,
    may: /^(xstate$|src\/machines\/)/,
  },
  {
    name: 'the compiler imports xstate and itself: it could be a package',
    files: /^src\/machines\/compiled\//,
    may: /^(xstate$|src\/machines\/compiled\/)/,
  },
  {
    name: 'what others need of the compiler, they import from its index',
    files: /^src\/(?!machines\/compiled\/)/,
    may: /^src\/machines\/compiled\/index\.ts$|^(?!src\/machines\/compiled\/)/,
  },
  {
    name: 'actors import machines, the core, xstate, rxjs, and of drivers the contract’s types',
    files: /^src\/actors\//,
    may: new RegExp(`^(xstate$|rxjs$|src/actors/|src/machines/|${core}$)`),
    mayTypes: /^(src\/db\/driver\.ts|node:async_hooks)$/,
  },
  {
    name: 'the core asks for Node’s async_hooks at run time, so that it loads in a browser',
    files: /^src\/(?!compat\/|db\/|pools\/)/,
    may: /^(?!node:async_hooks$)/,
    mayTypes: /^node:async_hooks$/,
  },
  {
    name: 'drivers import no actors, no machines, and no package but their database’s',
    files: /^src\/db\//,
    may: new RegExp(`^(src/db/|${core}$|node:|pg$|mysql2(/promise)?$|better-sqlite3$)`),
  },
  {
    name: 'what stands in for another library’s pool is made of the entry’s exports and one driver',
    files: /^src\/compat\/pg-pool\//,
    may: new RegExp(`^(src/compat/pg-pool/|src/index\\.ts$|src/db/pg(/|\\.ts$)|${core}$|node:|pg$)`),
  },
  {
    name: 'nobody imports it but the entry that exports it',
    files: /^src\/(?!compat\/|(pg|mysql2(-promise)?)\.ts$)/,
    may: /^(?!src\/compat\/)/,
  },
  {
    name: 'pg is for the PostgreSQL driver and for what stands in for pg.Pool',
    files: /^src\/(?!db\/pg(\/|\.ts$)|compat\/pg-pool\/)/,
    may: /^(?!pg$)/,
  },
  {
    name: 'and so is what stands in for mysql2’s',
    files: /^src\/compat\/mysql2-pool\//,
    may: new RegExp(
      `^(src/compat/mysql2-pool/|src/index\\.ts$|src/db/mysql2(/|\\.ts$)|${core}$|node:|mysql2(/promise)?$)`,
    ),
  },
  {
    name: 'mysql2 is for the MySQL driver and for what stands in for its pool',
    files: /^src\/(?!db\/mysql2(\/|\.ts$)|compat\/mysql2-pool\/)/,
    may: /^(?!mysql2(\/|$))/,
  },
  {
    name: 'the entries for MySQL export the driver and the drop-in',
    files: /^src\/mysql2(-promise)?\.ts$/,
    may: /^src\/(db\/mysql2\.ts$|compat\/mysql2-pool\/)/,
  },
  {
    name: 'better-sqlite3 is for the SQLite driver’s worker, which loads it when it is chosen',
    files: /^src\/(?!db\/sqlite\/engines\/better-sqlite3\.ts$)/,
    may: /^(?!better-sqlite3$)/,
  },
  {
    // What one database needs of several pools, or of a pool in other clothes: so it may not be in src/db, below the actors.
    name: 'pools for one database stand on the pool and on their driver, and nothing stands on them',
    files: /^src\/pools\//,
    may: new RegExp(
      `^(src/pools/|src/actors/(pool|create-pool|lease|stats|transaction-options)\\.ts$|src/db/|${core}$|node:)`,
    ),
  },
  {
    name: 'nothing below imports a pool for one database',
    files: /^src\/(?!pools\/)/,
    may: /^(?!src\/pools\/)/,
  },
  {
    name: 'the entry for PostgreSQL exports the driver and the drop-in',
    files: /^src\/pg\.ts$/,
    may: /^src\/(db\/pg|compat\/pg-pool\/(pool|pg))\.ts$/,
  },
  {
    name: 'the core imports nothing but itself',
    files: new RegExp(`^${core}$`),
    may: new RegExp(`^${core}$`),
    mayTypes: /^node:async_hooks$/,
  },
  {
    // It stands on top of everything, as an application does, and brings the one driver that needs no server.
    name: 'the kit for tests imports the entry, the machines, the simulated driver and what the core is made of',
    files: /^src\/testing\//,
    may: new RegExp(
      `^(src/testing/|src/index\\.ts$|src/actors/|src/machines/|src/db/simulated(/|\\.ts$)|${core}$|xstate(/graph)?$|node:)`,
    ),
    mayTypes: /^src\/db\/driver\.ts$/,
  },
  {
    name: 'telemetry stands on the pool; nothing below knows of it',
    files: /^src\/telemetry\//,
    may: new RegExp(`^(src/telemetry/|src/actors/|src/index\\.ts$|${core}$|node:|@opentelemetry/api$)`),
  },
  {
    name: 'nothing but telemetry imports telemetry',
    files: /^src\/(?!telemetry\/)/,
    may: /^(?!src\/telemetry\/)/,
  },
  {
    name: 'nothing but the kit for tests imports the kit for tests',
    files: /^src\/(?!testing\/)/,
    may: /^(?!src\/testing\/)/,
  },
  {
    name: 'what a recording is, a browser can read: without Node, XState and the pool',
    files: /^src\/recorder\/(format|codec)\.ts$/,
    may: /^src\/recorder\/(format|codec)\.ts$/,
  },
  {
    name: 'the entry imports no driver',
    files: /^src\/index\.ts$/,
    may: /^src\/(?!db\/)/,
    mayTypes: /^src\/db\/driver\.ts$/,
  },
  {
    name: 'the product imports no test, demo or development code',
    files: /^src\//,
    may: /^(src\/(?!.*\.test\.ts$)|xstate(\/graph)?$|rxjs$|@opentelemetry\/api$|pg$|mysql2(\/promise)?$|better-sqlite3$|node:)/,
  },
]

const imports = readImports('src')

describe('imports', () => {
  it('were found', () => {
    expect(imports.length).toBeGreaterThan(50)
    for (const { files } of rules) expect(imports.some(({ from }) => files.test(from))).toBe(true)
  })

  it('go in the right direction', () => {
    expect(violations(imports, rules)).toEqual([])
  })

  it('of values form no circle', () => {
    expect(findCircle(imports)).toBeUndefined()
  })

  it('lead only to files that exist', () => {
    for (const { to } of imports) if (to.startsWith('src/')) expect(readFileSync(to, 'utf8')).not.toBe('')
  })
})

describe('the entry', () => {
  const onlyReexports = (text: string) =>
    text
      .replace(/^\/\/.*$/gm, '')
      .replace(/^export (type )?\{[^}]*\} from '[^']+'$/gm, '')
      .trim() === ''

  it('exports what is elsewhere, and nothing else', () => {
    expect(onlyReexports(readFileSync('src/index.ts', 'utf8'))).toBe(true)
    expect(onlyReexports(readFileSync('src/machines/index.ts', 'utf8'))).toBe(true)
    expect(onlyReexports(readFileSync('src/testing/index.ts', 'utf8'))).toBe(true)
    expect(onlyReexports(readFileSync('src/pg.ts', 'utf8'))).toBe(true)
  })

  it.each([
    "import './actors/pool.js'",
    'export const answer = 42',
    "export { a } from './a.js'; start()",
    "export * from './a.js'",
  ])('would not pass with: %s', text => {
    expect(onlyReexports(text)).toBe(false)
  })
})

describe('the rules', () => {
  const judge = (from: string, text: string) => violations(importsOf(from, text), rules)

  it.each([
    ['src/machines/pool.ts', "import { Observable } from 'rxjs'"],
    ['src/machines/pool.ts', "import { systemClock } from '../clock.js'"],
    ['src/machines/decisions/sizing.ts', "import type { Roster } from '../../actors/roster.js'"],
    ['src/machines/pool.ts', "import { readFile } from 'node:fs/promises'"],
    ['src/actors/pool.ts', "import { postgres } from '../db/pg.js'"],
    ['src/actors/pool.ts', "import type { Postgres } from '../db/pg.js'"],
    ['src/actors/pool.ts', "import { connect } from '../db/driver.js'"],
    ['src/actors/pool.ts', "export * from 'pg'"],
    ['src/actors/pool.ts', "const net = await import('node:net')"],
    ['src/actors/pool.ts', "import { AsyncLocalStorage } from 'node:async_hooks'"],
    ['src/db/pg.ts', "import { createPool } from '../actors/create-pool.js'"],
    ['src/db/pg/session.ts', "import type { PoolEvent } from '../../machines/pool-types.js'"],
    ['src/db/pg.ts', "import { createActor } from 'xstate'"],
    ['src/db/pg.ts', "import { createPool } from '../index.js'"],
    ['src/db/simulated.ts', "import pg from 'pg'"],
    ['src/db/driver.ts', "import 'pg'"],
    ['src/db/pg.ts', "import mysql2 from 'mysql2'"],
    ['src/actors/pool.ts', "import mysql2 from 'mysql2/promise'"],
    ['src/machines/compiled/plan.ts', "import { isStale } from '../decisions/fitness.js'"],
    ['src/machines/pool.ts', "import { deliver } from './compiled/deliver.js'"],
    ['src/db/mysql2.ts', "import { Pool } from '../compat/mysql2-pool/pool.js'"],
    ['src/index.ts', "export { Pool } from './compat/mysql2-pool/pool.js'"],
    ['src/compat/mysql2-pool/pool.ts', "import { PoolSystem } from '../../actors/pool-actor.js'"],
    ['src/db/pg.ts', "import Database from 'better-sqlite3'"],
    ['src/db/sqlite/engine.ts', "import type Database from 'better-sqlite3'"],
    ['src/db/sqlite.ts', "import { createPool } from '../actors/create-pool.js'"],
    ['src/pools/sqlite.ts', "import { PoolSystem } from '../actors/pool-actor.js'"],
    ['src/index.ts', "export { createSqlitePool } from './pools/sqlite.js'"],
    ['src/options.ts', "import { Pool } from './actors/pool.js'"],
    ['src/compat/pg-pool/pool.ts', "import { Pool } from '../../actors/pool.js'"],
    ['src/compat/pg-pool/pool.ts', "import { poolMachine } from '../../machines/index.js'"],
    ['src/compat/pg-pool/pool.ts', "import { simulated } from '../../db/simulated.js'"],
    ['src/db/pg.ts', "import { Pool } from '../compat/pg-pool/pool.js'"],
    ['src/index.ts', "export { Pool } from './compat/pg-pool/pool.js'"],
    ['src/pg.ts', "export { createPool } from './index.js'"],
    ['src/errors.ts', "import pg from 'pg'"],
    ['src/index.ts', "export { postgres } from './db/pg.js'"],
    ['src/actors/pool.ts', "import { clock } from '../../test/support/simulated-clock.js'"],
    ['src/db/simulated.ts', "import fc from 'fast-check'"],
    ['src/testing/simulate.ts', "import fc from 'fast-check'"],
    ['src/testing/simulate.ts', "import { expect } from 'vitest'"],
    ['src/testing/simulate.ts', "import { postgres } from '../db/pg.js'"],
    ['src/actors/pool.ts', "import { createSimulatedClock } from '../testing/simulated-clock.js'"],
    ['src/actors/pool.ts', "import { attach } from '../telemetry/observe.js'"],
    ['src/telemetry/prometheus/collect.ts', "import { Gauge } from 'prom-client'"],
    ['src/actors/pool.ts', "import {\n  type Driver,\n  connect,\n} from '../db/driver.js'"],
  ])('refuse that %s says: %s', (from, text) => {
    expect(judge(from, text)).not.toEqual([])
  })

  it.each([
    ['src/machines/pool.ts', "import { setup } from 'xstate'"],
    ['src/actors/pool.ts', "import type { Driver } from '../db/driver.js'"],
    ['src/actors/pool.ts', "import { type Driver } from '../db/driver.js'"],
    ['src/actors/pool.ts', "// import pg from 'pg'\n/* import pg from 'pg' */"],
    ['src/db/pg.ts', "import pg from 'pg'\nimport { PoolError } from '../errors.js'"],
    [
      'src/compat/mysql2-pool/pool.ts',
      "import { createPool } from '../../index.js'\nimport mysql2 from 'mysql2'",
    ],
    ['src/db/sqlite/engines/better-sqlite3.ts', "const { default: L } = await import('better-sqlite3')"],
    ['src/pools/sqlite.ts', "import { createPool } from '../actors/create-pool.js'"],
    ['src/compat/pg-pool/pool.ts', "import pg from 'pg'\nimport { createPool } from '../../index.js'"],
  ])('allow that %s says: %s', (from, text) => {
    expect(judge(from, text)).toEqual([])
  })

  it('see a circle', () => {
    const circle = [
      ...importsOf('src/a.ts', "import { b } from './b.js'"),
      ...importsOf('src/b.ts', "import { c } from './c.js'"),
      ...importsOf('src/c.ts', "export { a } from './a.js'"),
    ]
    expect(findCircle(circle)).toEqual(['src/a.ts', 'src/b.ts', 'src/c.ts', 'src/a.ts'])
    expect(findCircle(importsOf('src/a.ts', "import type { a } from './a.js'"))).toBeUndefined()
  })
})
