// Imports go one way, down: options → façade → actors → machines; drivers stand apart; nothing reaches back or sideways.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findCircle, type Import, importsOf, type Rule, readImports, violations } from './import-graph.js'

const core = 'src/core/'

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
    name: 'actors import machines, the core, xstate, and of rxjs and drivers types',
    files: /^src\/actors\/(?!rx\.ts$)/,
    may: new RegExp(`^(xstate$|src/actors/|src/machines/|${core})`),
    mayTypes: /^(rxjs|src\/db\/driver\.ts|node:async_hooks)$/,
  },
  {
    name: 'RxJS’s classes come in by one file, each from its own: the whole of it is loaded by nothing',
    files: /^src\/(?!actors\/rx\.ts$)/,
    may: /^(?!rxjs(\/|$))/,
    mayTypes: /^rxjs$/,
  },
  {
    name: 'what keeps time knows no caller and no connection',
    files: /^src\/actors\/time\//,
    may: new RegExp(
      `^(xstate$|src/actors/time/|src/actors/rx\\.ts$|src/machines/compiled/index\\.ts$|${core})`,
    ),
    mayTypes: /^rxjs$/,
  },
  {
    name: 'the core asks for Node’s async_hooks at run time, so that it loads in a browser',
    files: /^src\/(?!db\/)/,
    may: /^(?!node:async_hooks$)/,
    mayTypes: /^node:async_hooks$/,
  },
  {
    name: 'drivers import no actors, no machines, and no package but their database’s',
    files:
      /^src\/db\/(driver\.ts|remedies\.ts|listeners\.ts|ended-by-holder\.ts|simulated\/|[^/]+\/(driver|wire|worker)\/)/,
    may: new RegExp(
      `^(src/db/(driver|ended-by-holder|listeners|remedies)\\.ts$|src/db/simulated/|src/db/[^/]+/(driver|wire|worker)/|${core}|node:|pg$|mysql2(/promise)?$|better-sqlite3$)`,
    ),
  },
  {
    name: 'a database knows no other database',
    files: /^src\/db\/pg\//,
    may: /^(?!src\/db\/(mysql2|sqlite|simulated)\/)/,
  },
  {
    name: 'a database knows no other database',
    files: /^src\/db\/mysql2\//,
    may: /^(?!src\/db\/(pg|sqlite|simulated)\/)/,
  },
  {
    name: 'a database knows no other database',
    files: /^src\/db\/sqlite\//,
    may: /^(?!src\/db\/(pg|mysql2|simulated)\/)/,
  },
  {
    name: 'what stands in for pg.Pool is made of the entry’s exports and one driver',
    files: /^src\/db\/pg\/drop-in\//,
    may: new RegExp(`^(src/db/pg/(drop-in|driver)/|src/index\\.ts$|src/db/driver\\.ts$|${core}|node:|pg$)`),
  },
  {
    name: 'and so is what stands in for mysql2’s',
    files: /^src\/db\/mysql2\/drop-in\//,
    may: new RegExp(
      `^(src/db/mysql2/(drop-in|driver)/|src/index\\.ts$|src/db/driver\\.ts$|${core}|node:|mysql2(/promise)?$)`,
    ),
  },
  {
    name: 'a drop-in is imported by its entry alone',
    files: /^src\/(?!db\/[^/]+\/(drop-in\/|index\.ts$|promise\.ts$))/,
    may: /^(?!src\/db\/[^/]+\/drop-in\/)/,
  },
  {
    name: 'pg is for the folder of PostgreSQL',
    files: /^src\/(?!db\/pg\/)/,
    may: /^(?!pg$)/,
  },
  {
    name: 'mysql2 is for the folder of MySQL',
    files: /^src\/(?!db\/mysql2\/)/,
    may: /^(?!mysql2(\/|$))/,
  },
  {
    name: 'better-sqlite3 is for the SQLite driver’s worker, which loads it when it is chosen',
    files: /^src\/(?!db\/sqlite\/worker\/engines\/better-sqlite3\.ts$)/,
    may: /^(?!better-sqlite3$)/,
  },
  {
    name: 'SQLite’s worker is bundled alone: it imports no part of the driver',
    files: /^src\/db\/sqlite\/(worker|wire)\//,
    may: new RegExp(`^(src/db/sqlite/(worker|wire)/|${core}|node:|better-sqlite3$)`),
  },
  {
    name: 'two pools on one file stand on the pool and on their driver',
    files: /^src\/db\/sqlite\/two-pools\.ts$/,
    may: new RegExp(
      `^(src/actors/(pool|create-pool|leases/lease|leases/transaction-options|watching/stats)\\.ts$|src/db/(sqlite/|driver\\.ts$)|${core}|node:)`,
    ),
  },
  {
    name: 'nothing but a database’s entry is imported from outside of its folder',
    files: /^src\/(?!db\/)/,
    may: /^(?!src\/db\/)|^src\/db\/(driver\.ts$|[^/]+\/(index|promise)\.ts$)|^src\/db\/simulated\//,
  },
  {
    name: 'the core imports nothing but itself',
    files: /^src\/core\//,
    may: /^src\/core\//,
    mayTypes: /^(node:async_hooks|src\/db\/driver\.ts|src\/machines\/(connection|host|pool)-types\.ts)$/,
  },
  {
    // It stands on top of everything, as an application does, and brings the one driver that needs no server.
    name: 'the kit for tests imports the entry, the machines, the simulated driver and what the core is made of',
    files: /^src\/testing\//,
    may: new RegExp(
      `^(src/testing/|src/index\\.ts$|src/actors/|src/machines/|src/db/simulated/|${core}|xstate(/graph)?$|node:)`,
    ),
    mayTypes: /^src\/db\/driver\.ts$/,
  },
  {
    name: 'nothing but the kit for tests imports the kit for tests',
    files: /^src\/(?!testing\/)/,
    may: /^(?!src\/testing\/)/,
  },
  {
    name: 'what a recording is, a browser can read: without Node, XState and the pool',
    files: /^src\/recorder\/(format|codec|recording)\.ts$/,
    may: /^src\/recorder\/(format|codec|recording)\.ts$/,
  },
  {
    name: 'the recorder stands on the actors and the machines, as the façade does',
    files: /^src\/recorder\//,
    may: /^(xstate$|src\/recorder\/|src\/actors\/|src\/machines\/|src\/core\/|node:)/,
  },
  {
    name: 'what draws any machine needs only the types of XState, and dagre in one place',
    files: /^src\/chart\/(?!dagre\.ts$)/,
    may: /^src\/chart\//,
    mayTypes: /^xstate$/,
  },
  {
    name: 'the build puts dagre into the only files that import it',
    files: /^src\/(?!chart\/dagre\.ts$|inspector\/page\/foreign-layout\.ts$)/,
    may: /^(?!@dagrejs\/)/,
  },
  {
    name: 'nothing imports the command',
    files: /^src\/(?!cli\/)/,
    may: /^(?!src\/cli\/)/,
  },
  {
    name: 'the entry imports no driver',
    files: /^src\/index\.ts$/,
    may: /^src\/(?!db\/)/,
    mayTypes: /^src\/db\/driver\.ts$/,
  },
  {
    name: 'a fleet knows the port of budgets, and decides by the machines and their decisions: no pool, no driver, no package but XState',
    files: /^src\/fleet\//,
    may: new RegExp(
      `^(src/fleet/|src/machines/(decisions/|fleet-member(-types)?\\.ts$|compiled/index\\.ts$)|xstate$|${core})`,
    ),
  },
  {
    name: 'nothing imports a fleet',
    files: /^src\/(?!fleet\/)/,
    may: /^(?!src\/fleet\/)/,
  },
  {
    name: 'a pool of hosts stands on the pool, and decides by the machines’ decisions: no driver, no package',
    files: /^src\/hosts\//,
    may: new RegExp(`^(xstate$|src/hosts/|src/actors/|src/machines/|${core})`),
    mayTypes: /^(rxjs|src\/db\/driver\.ts)$/,
  },
  {
    name: 'nothing imports a pool of hosts',
    files: /^src\/(?!hosts\/)/,
    may: /^(?!src\/hosts\/)/,
  },
  {
    name: 'telemetry stands on the pool; nothing below knows of it',
    files: /^src\/telemetry\//,
    may: new RegExp(`^(src/telemetry/|src/actors/|src/index\\.ts$|${core}|node:|@opentelemetry/api$)`),
  },
  {
    name: 'nothing but telemetry imports telemetry',
    files: /^src\/(?!telemetry\/)/,
    may: /^(?!src\/telemetry\/)/,
  },
  {
    name: 'the inspector stands on the pool and on recordings',
    files: /^src\/inspector\/(?!page\/)/,
    may: new RegExp(`^(src/inspector/(?!page/)|src/recorder/|src/actors/|${core}|node:|ws$)`),
  },
  {
    name: 'what its server and its page share, a browser can load',
    files: /^src\/inspector\/(protocol|framing|diagnose[\w-]*|frame-facts)\.ts$/,
    may: /^src\/(inspector\/(protocol|framing|diagnose[\w-]*|frame-facts)|actors\/watching\/diagnosis|recorder\/format|core\/wording)\.ts$/,
    mayTypes: /^src\/actors\//,
  },
  {
    name: 'nothing but the command imports the inspector',
    files: /^src\/(?!inspector\/|cli\/)/,
    may: /^(?!src\/inspector\/)/,
  },
  {
    name: 'the inspector’s page runs in a browser: of the rest it imports what needs nothing else',
    files: /^src\/inspector\/page\//,
    may: /^(src\/inspector\/(page\/|diagnose\.ts$|(protocol|framing)\.ts$)|src\/recorder\/(codec|format)\.ts$|preact(\/hooks)?$|uplot$|@dagrejs\/dagre$)/,
  },
  {
    name: 'nothing but the page imports the page',
    files: /^src\/(?!inspector\/page\/)/,
    may: /^(?!src\/inspector\/page\/)/,
  },
  {
    name: 'the product imports no test, demo or development code',
    files: /^src\/(?!inspector\/page\/)/,
    may: /^(src\/(?!.*\.test\.ts$)|xstate(\/graph)?$|rxjs$|@opentelemetry\/api$|@dagrejs\/dagre$|pg$|mysql2(\/promise)?$|better-sqlite3$|ws$|node:)/,
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

  it('form no circle with types either, but for two things that are made of each other', () => {
    const within =
      (folder: string) =>
      ({ from, to }: Import) =>
        from.startsWith(folder) && to.startsWith(folder)
    // A configuration has plans, whose steps lead to configurations.
    const compiler = within('src/machines/compiled/')
    // As mysql2's own: each of its pools leads to the other.
    const mysql2 = within('src/db/mysql2/drop-in/')
    const others = imports.filter(one => !compiler(one) && !mysql2(one))
    expect(findCircle(others.map(one => ({ ...one, typeOnly: false })))).toBeUndefined()
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
    expect(onlyReexports(readFileSync('src/db/pg/index.ts', 'utf8'))).toBe(true)
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
    ['src/machines/pool.ts', "import { systemClock } from '../core/clock.js'"],
    ['src/machines/decisions/sizing.ts', "import type { Roster } from '../../actors/connections/roster.js'"],
    ['src/machines/pool.ts', "import { readFile } from 'node:fs/promises'"],
    ['src/machines/compiled/plan.ts', "import { isStale } from '../decisions/fitness.js'"],
    ['src/machines/pool.ts', "import { deliver } from './compiled/deliver.js'"],
    ['src/actors/pool.ts', "import { postgres } from '../db/pg/index.js'"],
    ['src/actors/pool.ts', "import type { Postgres } from '../db/pg/index.js'"],
    ['src/actors/pool.ts', "import { connect } from '../db/driver.js'"],
    ['src/actors/pool.ts', "export * from 'pg'"],
    ['src/actors/pool.ts', "const net = await import('node:net')"],
    ['src/actors/pool.ts', "import { AsyncLocalStorage } from 'node:async_hooks'"],
    ['src/actors/pool.ts', "import mysql2 from 'mysql2/promise'"],
    ['src/actors/pool.ts', "import { clock } from '../../test/support/simulated-clock.js'"],
    ['src/actors/pool.ts', "import { createSimulatedClock } from '../testing/simulated-clock.js'"],
    ['src/actors/pool.ts', "import {\n  type Driver,\n  connect,\n} from '../db/driver.js'"],
    ['src/actors/pool.ts', "import { attach } from '../telemetry/observe.js'"],
    ['src/index.ts', "export { inspector } from './inspector/inspector.js'"],
    ['src/recorder/recorder.ts', "import { diagnose } from '../inspector/diagnose.js'"],
    ['src/inspector/protocol.ts', "import { randomBytes } from 'node:crypto'"],
    ['src/inspector/inspector.ts', "import { postgres } from '../db/pg/index.js'"],
    ['src/telemetry/prometheus/collect.ts', "import { Gauge } from 'prom-client'"],
    ['src/actors/time/alarm.ts', "import type { Lease } from '../leases/lease.js'"],
    ['src/core/options.ts', "import { Pool } from '../actors/pool.js'"],
    ['src/core/errors.ts', "import pg from 'pg'"],
    ['src/db/driver.ts', "import 'pg'"],
    ['src/db/pg/driver/postgres.ts', "import { createPool } from '../../../actors/create-pool.js'"],
    ['src/db/pg/driver/postgres.ts', "import { createPool } from '../../../index.js'"],
    ['src/db/pg/driver/postgres.ts', "import { createActor } from 'xstate'"],
    ['src/db/pg/driver/postgres.ts', "import { Pool } from '../drop-in/pool.js'"],
    ['src/db/pg/driver/postgres.ts', "import mysql2 from 'mysql2'"],
    ['src/db/pg/driver/postgres.ts', "import { remedyFor } from '../../mysql2/driver/remedies.js'"],
    ['src/db/pg/driver/session.ts', "import type { PoolEvent } from '../../../machines/pool-types.js'"],
    ['src/db/pg/drop-in/pool.ts', "import { Pool } from '../../../actors/pool.js'"],
    ['src/db/pg/drop-in/pool.ts', "import { poolMachine } from '../../../machines/index.js'"],
    ['src/db/pg/drop-in/pool.ts', "import { simulated } from '../../simulated/index.js'"],
    ['src/db/mysql2/driver/mysql.ts', "import { Pool } from '../drop-in/pool.js'"],
    ['src/db/mysql2/drop-in/pool.ts', "import { PoolSystem } from '../../../actors/pool-actor.js'"],
    ['src/db/simulated/index.ts', "import pg from 'pg'"],
    ['src/db/simulated/index.ts', "import fc from 'fast-check'"],
    ['src/db/sqlite/driver/sqlite.ts', "import { createPool } from '../../../actors/create-pool.js'"],
    ['src/db/sqlite/driver/sqlite.ts', "import Database from 'better-sqlite3'"],
    ['src/db/sqlite/worker/engine.ts', "import type Database from 'better-sqlite3'"],
    ['src/db/sqlite/worker/executor.ts', "import { Session } from '../driver/session.js'"],
    ['src/db/sqlite/two-pools.ts', "import { PoolSystem } from '../../actors/pool-actor.js'"],
    ['src/index.ts', "export { createSqlitePool } from './db/sqlite/index.js'"],
    ['src/index.ts', "export { Pool } from './db/mysql2/drop-in/pool.js'"],
    ['src/index.ts', "export { postgres } from './db/pg/index.js'"],
    ['src/testing/simulate.ts', "import fc from 'fast-check'"],
    ['src/testing/simulate.ts', "import { expect } from 'vitest'"],
    ['src/testing/simulate.ts', "import { postgres } from '../db/pg/index.js'"],
  ])('refuse that %s says: %s', (from, text) => {
    expect(judge(from, text)).not.toEqual([])
  })

  it.each([
    ['src/machines/pool.ts', "import { setup } from 'xstate'"],
    ['src/actors/pool.ts', "import type { Driver } from '../db/driver.js'"],
    ['src/actors/pool.ts', "import { type Driver } from '../db/driver.js'"],
    ['src/actors/pool.ts', "// import pg from 'pg'\n/* import pg from 'pg' */"],
    [
      'src/db/pg/driver/postgres.ts',
      "import pg from 'pg'\nimport { PoolError } from '../../../core/errors.js'",
    ],
    ['src/db/pg/drop-in/pool.ts', "import pg from 'pg'\nimport { createPool } from '../../../index.js'"],
    [
      'src/db/mysql2/drop-in/pool.ts',
      "import { createPool } from '../../../index.js'\nimport mysql2 from 'mysql2'",
    ],
    [
      'src/db/sqlite/worker/engines/better-sqlite3.ts',
      "const { default: L } = await import('better-sqlite3')",
    ],
    ['src/db/sqlite/two-pools.ts', "import { createPool } from '../../actors/create-pool.js'"],
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
