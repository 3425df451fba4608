// Reads the tables of docs/migrating.md, and the options of the pools that it compares from their own sources.

import { readFileSync } from 'node:fs'
import { createPool as createGenericPool } from 'generic-pool'
import mysql2 from 'mysql2'
import PgPool from 'pg-pool'
import { Pool as TarnPool } from 'tarn'

/** One row of a table, by the heading above it and the columns' names. */
export interface Row {
  /** `From pg.Pool`. */
  readonly section: string
  /** `Options`. */
  readonly heading: string
  readonly theirs: string
  readonly theirDefault: string
  readonly ours: string
  readonly ourDefault: string
  readonly differs: string
}

export function readRows(markdown: string): Row[] {
  const rows: Row[] = []
  let [section, heading]: string[] = []
  let columns: string[] = []
  for (const line of markdown.split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3)
    else if (line.startsWith('### ')) heading = line.slice(4)
    else if (!line.startsWith('|')) columns = []
    else if (!line.startsWith('|---')) {
      const cells = line.split('|').slice(1, -1)
      if (columns.length === 0) columns = cells.map(cell => cell.trim())
      else {
        const cell = (name: string): string => cells[columns.indexOf(name)]?.trim() ?? ''
        rows.push({
          section: section ?? '',
          heading: heading ?? '',
          theirs: cells[0]?.trim() ?? '',
          theirDefault: cell('its default'),
          ours: cell('statepool'),
          ourDefault: cell('our default'),
          differs: cell('what differs'),
        })
      }
    }
  }
  return rows
}

/** What stands between backticks, blocks of code aside. */
export const namesIn = (text: string): string[] =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

/** The names of an interface's own members. */
export function membersOf(source: string, interfaceName: string): string[] {
  const body =
    new RegExp(`interface ${interfaceName}[^\\w{][^{]*\\{\\n([\\s\\S]*?)^\\}`, 'm').exec(source)?.[1] ?? ''
  const code = body.replace(/\/\*[\s\S]*?\*\//g, '')
  return [...code.matchAll(/^\s+(?:readonly )?(\w+)\??[:(]/gm)].map(([, name = '']) => name)
}

/** Another pool: its options by its own account, and what each is when nothing was set. */
export interface OtherPool {
  readonly section: string
  readonly options: readonly string[]
  readonly defaults: Readonly<Record<string, unknown>>
}

const installed = (path: string): string => readFileSync(`node_modules/${path}`, 'utf8')
const matches = (path: string, pattern: RegExp): string[] =>
  [...installed(path).matchAll(pattern)].map(([, name = '']) => name)
const unique = (...names: string[][]): string[] => [...new Set(names.flat())]
const asRecord = (value: object): Record<string, unknown> => ({ ...value })

/** None of them opens anything before it is asked for a connection. */
export async function otherPools(): Promise<OtherPool[]> {
  const nothing = { create: async () => ({}), destroy: async () => {} }
  const mysql = mysql2.createPool({})
  const mysqlDefaults = asRecord(mysql.config)
  await mysql.promise().end()
  const pg = new PgPool() as unknown as { options: object }
  const generic = createGenericPool(nothing) as unknown as { _config: object }
  return [
    {
      section: 'From pg.Pool',
      options: unique(
        membersOf(installed('@types/pg/index.d.ts'), 'PoolConfig'),
        matches('pg-pool/index.js', /this\.options\.(\w+)/g).filter(name => name !== 'ssl'), // the connection's
      ),
      defaults: asRecord(pg.options),
    },
    {
      section: 'From generic-pool',
      options: unique(
        membersOf(installed('generic-pool/index.d.ts'), 'Options'),
        matches('generic-pool/lib/PoolOptions.js', /\bopts\.(\w+)/g),
      ),
      defaults: asRecord(generic._config),
    },
    {
      section: 'From tarn',
      options: membersOf(installed('tarn/dist/Pool.d.ts'), 'PoolOptions<T>'),
      defaults: { ...new TarnPool({ ...nothing, min: 0, max: 1 }), min: undefined, max: undefined },
    },
    {
      section: 'From mysql2',
      options: unique(
        membersOf(installed('mysql2/typings/mysql/lib/Pool.d.ts'), 'PoolOptions'),
        matches('mysql2/lib/pool_config.js', /\boptions\.(\w+)/g),
      ),
      defaults: mysqlDefaults,
    },
  ]
}
