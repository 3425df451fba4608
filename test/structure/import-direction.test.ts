// Imports go one way, down: options → façade → actors → machines; drivers stand apart; nothing reaches back or sideways.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { findCircle, importsOf, type Rule, readImports, violations } from './import-graph.js'

const core = 'src/(check|clock|errors|options|wording)\\.ts'

const rules: Rule[] = [
  {
    name: 'machines import xstate and each other: no I/O, no timers, no clock',
    files: /^src\/machines\//,
    may: /^(xstate$|src\/machines\/)/,
  },
  {
    name: 'actors import machines, the core, xstate, rxjs, and of drivers the contract’s types',
    files: /^src\/actors\//,
    may: new RegExp(`^(xstate$|rxjs$|src/actors/|src/machines/|${core}$)`),
    mayTypes: /^src\/db\/driver\.ts$/,
  },
  {
    name: 'drivers import no actors, no machines, and no package but their database’s',
    files: /^src\/db\//,
    may: new RegExp(`^(src/db/|${core}$|node:|pg$)`),
  },
  {
    name: 'pg is for the PostgreSQL driver',
    files: /^src\/(?!db\/pg(\/|\.ts$))/,
    may: /^(?!pg$)/,
  },
  {
    name: 'the core imports nothing but itself',
    files: new RegExp(`^${core}$`),
    may: new RegExp(`^${core}$`),
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
    may: /^(src\/(?!.*\.test\.ts$)|xstate$|rxjs$|pg$|node:)/,
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
    ['src/db/pg.ts', "import { createPool } from '../actors/pool.js'"],
    ['src/db/pg/session.ts', "import type { PoolEvent } from '../../machines/pool-types.js'"],
    ['src/db/pg.ts', "import { createActor } from 'xstate'"],
    ['src/db/pg.ts', "import { createPool } from '../index.js'"],
    ['src/db/simulated.ts', "import pg from 'pg'"],
    ['src/db/driver.ts', "import 'pg'"],
    ['src/options.ts', "import { Pool } from './actors/pool.js'"],
    ['src/errors.ts', "import pg from 'pg'"],
    ['src/index.ts', "export { postgres } from './db/pg.js'"],
    ['src/actors/pool.ts', "import { clock } from '../../test/support/simulated-clock.js'"],
    ['src/db/simulated.ts', "import fc from 'fast-check'"],
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
