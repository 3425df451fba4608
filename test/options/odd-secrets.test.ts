// A secret in an odd value, in the wrong place: no refusal shows it, and no print of a pool.

import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { createPool as createMysqlPool, mysql } from '../../src/db/mysql2/index.js'
import { Pool, postgres } from '../../src/db/pg/index.js'
import { sqlite } from '../../src/db/sqlite/index.js'

const secret = 'zq7secret'
const url = `postgres://web:${secret}@127.0.0.1:1/shop`

const odd: Record<string, unknown> = {
  'a URL as text': url,
  'a URL': new URL(url),
  'a list': [secret],
  'a Map': new Map([['password', secret]]),
  'a Set': new Set([secret]),
  'an error': new Error(secret),
  'a boxed text': new String(secret),
  'a symbol': Symbol(secret),
  'a class': Object.assign(class Stream {}, { password: secret }),
  'what throws when it is read': new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === 'symbol') return undefined
        throw new Error(secret)
      },
    },
  ),
  'what throws as a text': {
    toString() {
      throw new Error(secret)
    },
  },
}

const makers: Record<string, (name: string, value: unknown) => unknown> = {
  'pg driver': (name, value) => postgres({ host: '127.0.0.1', [name]: value }),
  'pg drop-in': (name, value) => new Pool({ host: '127.0.0.1', [name]: value }),
  'mysql2 driver': (name, value) => mysql({ host: '127.0.0.1', [name]: value }),
  'mysql2 drop-in': (name, value) => createMysqlPool({ host: '127.0.0.1', [name]: value }),
  'SQLite driver': (name, value) => sqlite({ filename: ':memory:', [name]: value }),
}

const names: Record<string, readonly string[]> = {
  pg: [
    'host',
    'user',
    'database',
    'options',
    'application_name',
    'resetQuery',
    'client_encoding',
    'sslkey',
    'stream',
  ],
  mysql2: [
    'host',
    'user',
    'database',
    'uri',
    'socketPath',
    'timezone',
    'debug',
    'typeCast',
    'connectAttributes',
    'authPlugins',
  ],
  SQLite: ['filename', 'pragmas'],
}

const cases = Object.keys(makers).flatMap(maker => Object.keys(odd).map(kind => [maker, kind] as const))

it.each(cases)('%s: %s is shown by nothing', (maker, kind) => {
  for (const name of names[maker.split(' ')[0] ?? ''] ?? []) {
    let shown: unknown
    try {
      shown = makers[maker]?.(name, odd[kind])
    } catch (error) {
      expect(error, name).toMatchObject({ code: 'OPTIONS_INVALID' })
      shown = error
    }
    for (const text of [inspect(shown, { depth: 8 }), JSON.stringify(shown), String((shown as Error).stack)])
      expect(text, name).not.toContain(secret)
  }
})

it('plain values are printed as they are', () => {
  const options = { application_name: 'web', max: 3, log: () => {}, keepAlive: true }
  expect(inspect(new Pool(options).options)).toContain("application_name: 'web'")
  expect(inspect(new Pool(options).options)).toContain('log: [Function: log]')
})
