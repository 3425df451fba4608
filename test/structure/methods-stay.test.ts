// A pool's methods are those of its class. Nothing in the repository replaces one, on a pool or on the class: what has to know of calls
// derives a class (src/testing/watched-pool.ts) or is told by the pool (`onLend` of the drop-ins).

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createPool as createMysql2Pool } from '../../src/db/mysql2/index.js'
import { Pool as PgPool } from '../../src/db/pg/index.js'
import { Pool } from '../../src/index.js'
import { sourceFiles } from './import-graph.js'

/** Without `query`, which the pools that ours stands in for have too, in other forms. */
const methods = Object.entries(Object.getOwnPropertyDescriptors(Pool.prototype)).flatMap(
  ([name, { value }]) =>
    typeof value === 'function' && name !== 'constructor' && name !== 'query' ? [name] : [],
)

const anyMethod = methods.join('|')

const replaced = new RegExp(
  `(\\w+)(?:\\.prototype)?\\.(?:${anyMethod})\\s*=(?![=>])|` +
    `\\b(?:spyOn|defineProperty|defineProperties|assign|replace|replaceGetter)\\((?:\\w*[pP]ool)(?:\\.\\w+)?,(?=[^)]{0,200}\\b(?:${anyMethod})\\b)`,
  'g',
)

/** What has methods or fields of the same names: pg's clients, which applications wrap; XState's systems; and objects, of their own. */
const others = new Set(['client', 'system', 'this'])

function replacementsIn(text: string): string[] {
  const code = text.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  return [...code.matchAll(replaced)].flatMap(([found, receiver = '']) =>
    others.has(receiver) ? [] : [found],
  )
}

describe('no file replaces a method of a pool', () => {
  it('of the product, the tests, or the tools', () => {
    const folders = [
      'src',
      'test',
      'bench',
      'chaos',
      'demo',
      'examples',
      'scripts',
      'soak',
      'support',
    ].filter(existsSync)
    const files = folders.flatMap(sourceFiles).filter(file => !/node_modules|methods-stay/.test(file))
    expect(files.length).toBeGreaterThan(400)
    expect(
      files.flatMap(file => replacementsIn(readFileSync(file, 'utf8')).map(found => `${file}: ${found}`)),
    ).toEqual([])
  })

  it.each([
    'pool.acquire = options => lend(options)',
    'able.pause = () => {}',
    'Pool.prototype.close = async () => {}',
    "vi.spyOn(pool, 'acquire')",
    "vi.spyOn(Pool.prototype, 'acquire')",
    'Object.assign(pool, { acquire })',
    "replace(Pool, 'acquire', original => original)",
  ])('which would be seen: %s', text => {
    expect(replacementsIn(text)).toHaveLength(1)
  })

  it.each([
    'client.release = release',
    'const { acquire } = pool',
    'if (pool.acquire === acquire) return',
    'class Tracing extends Pool { override acquire() {} }',
    "query = 'select 1'",
  ])('and which is something else: %s', text => {
    expect(replacementsIn(text)).toEqual([])
  })
})

describe('a pool has no properties of its own, which would hide its methods', () => {
  it('beneath the drop-in for pg', async () => {
    await using pool = new PgPool({ host: '127.0.0.1', port: 1 })
    expect(pool.statepool).toBeInstanceOf(Pool)
    expect(Reflect.ownKeys(pool.statepool)).toEqual([])
  })

  it('beneath the drop-in for mysql2', async () => {
    const pool = createMysql2Pool({ host: '127.0.0.1', port: 1 })
    expect(pool.statepool).toBeInstanceOf(Pool)
    expect(Reflect.ownKeys(pool.statepool)).toEqual([])
    await pool.promise().end()
  })
})
