// docs/migrating.md leaves out no option of the pools that it compares, and names nothing that does not exist.

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Lease } from '../../src/actors/leases/lease.js'
import { parseOptions } from '../../src/core/options.js'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool, Pool } from '../../src/index.js'
import { membersOf, namesIn, otherPools, readRows } from './migrating-tables.js'

const read = (path: string): string => readFileSync(path, 'utf8')
const page = read('docs/migrating.md')
const rows = readRows(page)
const pools = await otherPools()

const options: Readonly<Record<string, unknown>> = { ...parseOptions() }
const driverMembers = membersOf(read('src/db/driver.ts'), 'Driver<C>')
const acquireOptions = membersOf(read('src/core/call-options.ts'), 'AcquireOptions')
const postgresOptions = membersOf(read('src/db/pg/driver/config.ts'), 'PostgresConfig')
const events = [...read('src/actors/watching/events.ts').matchAll(/type: '([\w.]+)'/g)].map(
  ([, type = '']) => type,
)

/** How a value appears in a column of defaults. */
const shown = (value: unknown): string =>
  typeof value === 'number'
    ? value.toLocaleString('en-US').replace('∞', 'Infinity').replace('-', '−')
    : value === undefined || value === null || typeof value === 'function'
      ? 'none'
      : typeof value === 'string'
        ? `'${value}'`
        : String(value)

describe.each(pools)('$section', ({ section, options: theirs, defaults }) => {
  const table = rows.filter(row => row.section === section && row.heading === 'Options')

  it('has every option that the other pool has, and no other', () => {
    expect(theirs.length).toBeGreaterThan(5)
    expect([...new Set(table.flatMap(row => namesIn(row.theirs)))].sort()).toEqual([...theirs].sort())
  })

  it('tells the defaults of the other pool', () => {
    const told = table.map(row => [row.theirs, row.theirDefault])
    expect(told).toEqual(table.map(({ theirs: name }) => [name, shown(defaults[name.slice(1, -1)])]))
  })

  it('tells our defaults', () => {
    const told = table.map(row => [row.ours, row.ourDefault])
    expect(told).toEqual(
      table.map(({ ours }) => {
        const [name = ''] = namesIn(ours)
        return [ours, name in options ? shown(options[name]) : '—']
      }),
    )
  })
})

describe('what the page says of ours', () => {
  const pool = createPool(simulated(), { min: 0 })
  const stats = pool.stats()

  /** Whether there is such a thing as a name in the column of ours. */
  const exists = (name: string): boolean => {
    if (/^\w+$/.test(name)) return name in options
    if (events.includes(name) || name === 'pool.events$') return true
    const [, of, member = ''] = /^(driver|lease|pool)\.(\w+)/.exec(name) ?? []
    const [, stat] = /^pool\.stats\(\)\.(\w+)$/.exec(name) ?? []
    if (stat !== undefined) return stat in stats
    const [, ofAcquire] = /^(?:acquire|pool\.acquire|pool\.use)\(.*\{ (\w+) \}\)$/.exec(name) ?? []
    if (ofAcquire !== undefined) return acquireOptions.includes(ofAcquire)
    const [, ofPostgres] = /^postgres\(\{ (\w+) \}\)$/.exec(name) ?? []
    if (ofPostgres !== undefined) return postgresOptions.includes(ofPostgres)
    if (of === 'driver') return driverMembers.includes(member)
    if (of === 'lease') return member in Lease.prototype
    if (of === 'pool') return name.includes('(') && member in Pool.prototype
    return /^createPool\((driver|\w+\(config\)), options\)$|^createHostPool\(mysql\(\{ hosts \}\)\)$/.test(
      name,
    )
  }

  it('exists: options, calls, events, methods of a driver', () => {
    const named = rows.flatMap(row => namesIn(row.ours))
    expect(named.length).toBeGreaterThan(60)
    const [, last = ''] = page.split('## What has no counterpart there\n')
    expect([...named, ...namesIn(last)].filter(name => !exists(name))).toEqual([])
  })

  it.each([
    'maxx',
    'driver.ping',
    'lease.drop()',
    'pool.drain()',
    'acquire({ urgency })',
    'pool.stats().used',
  ])('would be noticed if it were %s', name => {
    expect(exists(name)).toBe(false)
  })

  it('gives examples of options that exist', () => {
    const named = namesIn(page).map(text => /^(\w+): /.exec(text)?.[1])
    const given = named.filter(name => name !== undefined)
    expect(given.length).toBeGreaterThan(5)
    expect(given.filter(name => !(name in options))).toEqual([])
  })

  it('leaves out no option, together with the README', () => {
    const told = new Set([...namesIn(page), ...namesIn(read('README.md'))])
    expect(Object.keys(options).filter(name => !told.has(name))).toEqual([])
  })
})
