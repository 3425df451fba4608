// An option that has its name from another pool is refused with the option to use here, or with the reason why none is needed.

import { describe, expect, it, vi } from 'vitest'
import { poolOptionNames } from '../../src/core/options.js'
import { optionsElsewhere } from '../../src/core/other-pools.js'
import { messageOf } from '../../src/core/wording.js'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createPool as createMysql2Pool } from '../../src/db/mysql2/index.js'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool } from '../../src/db/pg/index.js'
import { simulated } from '../../src/db/simulated/index.js'
import { createSqlitePool, sqlite } from '../../src/db/sqlite/index.js'
import { fleet } from '../../src/fleet/index.js'
import { createPool, poolGroup } from '../../src/index.js'
import { patience } from '../support/patience.js'

function refusalOf(make: () => unknown): string {
  try {
    make()
  } catch (error) {
    expect(error).toMatchObject({ code: 'OPTIONS_INVALID', value: undefined })
    return messageOf(error)
  }
  throw new Error('It was taken.')
}

const refusalOfPool = (name: string): string =>
  refusalOf(() => createPool(simulated(), { [name]: 1 } as object))

describe('createPool', () => {
  it.each([
    ['max', ['maxConnections', 'poolSize', 'pool_size', 'connectionLimit', 'connection_limit', 'size']],
    ['max', ['maximumPoolSize', 'maxPoolSize', 'max_connections', 'poolMax']],
    ['min', ['minimumIdle', 'minPoolSize', 'minConnections']],
    ['idleTimeout', ['idleTimeoutMillis', 'idleTimeoutMs', 'maxIdleTimeMS']],
    [
      'acquireTimeout (how long a caller waits, in milliseconds) or connectTimeout (how long opening a connection may take)',
      ['connectionTimeoutMillis', 'connectionTimeout'],
    ],
    ['acquireTimeout', ['acquireTimeoutMillis', 'waitForConnectionsMillis', 'connectionAcquireTimeout']],
    [
      'acquireTimeout (how long a caller waits, in milliseconds) or idleTimeout (in milliseconds)',
      ['poolTimeout', 'pool_timeout'],
    ],
    ['maxWaiting', ['maxWaitingClients', 'queueLimit', 'maxQueue']],
    ['validateAfter: 0', ['testOnBorrow', 'validateOnBorrow', 'pre_ping', 'pool_pre_ping']],
    ['maxLifetime (in milliseconds)', ['maxLifetimeSeconds', 'pool_recycle', 'maxConnectionLifetime']],
    ['leakWarning', ['leakDetectionThreshold']],
    ['keepalive', ['keepaliveTime', 'keepAliveTime']],
    ['max', ['Maximum Pool Size', 'MaxOpenConns', 'MaxConns', 'maxConnection']],
    ['min', ['Minimum Pool Size', 'MaxIdleConns', 'minConnection']],
    [
      'idleTimeout (in milliseconds)',
      ['Connection Idle Lifetime', 'max_inactive_connection_lifetime', 'max_idle_connection_lifetime'],
    ],
    ['min (how many stay open) or idleTimeout (in milliseconds)', ['maxIdle', 'max_idle']],
    ['acquireTimeout (how long a caller waits, in milliseconds)', ['maxWaitTime', 'query_wait_timeout']],
    ['maxUses', ['max_queries']],
    ['shed: { target, interval }', ['queue_target', 'queue_interval']],
  ])('did you mean %s?', (meant, names) => {
    for (const name of names)
      expect(refusalOfPool(name)).toBe(`createPool has no option "${name}"; did you mean ${meant}?`)
  })

  it.each(['evictionRunIntervalMillis', 'numTestsPerEvictionRun', 'reapIntervalMillis'])(
    '%s is not needed, and why',
    name => {
      expect(refusalOfPool(name)).toBe(
        `createPool has no option "${name}". It is not needed: the pool sets a timer for the next connection that is due, and scans nothing at intervals.`,
      )
    },
  )
})

describe('the table', () => {
  it('has each name once, and none of the pool’s own', () => {
    const names = optionsElsewhere.map(([name]) => name.toLowerCase())
    expect(new Set(names).size).toBe(names.length)
    for (const own of poolOptionNames) expect(names).not.toContain(own.toLowerCase())
  })

  it.each(optionsElsewhere)(
    '%s (%s) is answered by an option that there is, or by a reason',
    (name, of, here) => {
      expect(of).not.toBe('')
      const message = refusalOfPool(name)
      if (here.meant === undefined) expect(message).toContain('It is not needed: ')
      else {
        const options = here.meant.replace(/\(.*?\)/g, '').split(' or ')
        for (const option of options) expect(poolOptionNames).toContain(option.split(':')[0]?.trim())
        expect(message).toContain(`did you mean ${here.meant}?`)
      }
    },
  )
})

/** What takes options of a pool, or stands beside one that does, and how it names the option `max`. */
const doors: [owner: string, give: (options: object) => unknown, max: string][] = [
  [
    'postgres()',
    options => postgres(options),
    'NAME is not an option of postgres(): give createPool the option max.',
  ],
  [
    'mysql()',
    options => mysql(options),
    "NAME is not an option of mysql(): give createPool the option max, or use the drop-in createPool of 'statepool/mysql2'.",
  ],
  [
    'sqlite()',
    options => sqlite({ filename: 'x.db', ...options }),
    'NAME is not an option of sqlite(): give createPool the option max.',
  ],
  [
    'simulated()',
    options => simulated(options),
    'NAME is not an option of simulated(): give createPool the option max.',
  ],
  [
    'createSqlitePool()',
    options => createSqlitePool({ filename: 'x.db', ...options }),
    'NAME is not an option of createSqlitePool(): it has one writer, and the readers option sets the maximum number of readers.',
  ],
  [
    'createSqlitePool({ pool })',
    options => createSqlitePool({ filename: 'x.db', pool: options }),
    'createPool has no option "NAME"; did you mean max?',
  ],
  [
    'the drop-in for pg.Pool',
    options => new Pool(options),
    'NAME is not an option of pg.Pool: give Pool the option statepool, and in it max.',
  ],
  [
    'the drop-in for pg.Pool, in statepool',
    options => new Pool({ statepool: options }),
    'createPool has no option "NAME"; did you mean max?',
  ],
  [
    'the drop-in for mysql2, in statepool',
    options => createMysql2Pool({ statepool: options }),
    'createPool has no option "NAME"; did you mean max?',
  ],
  [
    'poolGroup()',
    options => poolGroup({ max: 4, ...options }),
    'poolGroup has no option "NAME"; did you mean max?',
  ],
  [
    'fleet()',
    options => fleet({ name: 'x', connections: 4, ...options }),
    'fleet has no option "NAME"; did you mean connections?',
  ],
]

/** postgres() knows what pg.Pool has instead; SQLite's libraries call the busy timeout `timeout`. */
const elsewhere =
  /^(log is not an option of postgres\(\)|(sqlite|createSqlitePool) has no option "timeout"; did you mean busyTimeout\?$)/

/** What takes a function. */
const callbacks = ['log', 'verify']

/** What a door takes itself. */
const taken: Record<string, readonly string[]> = {
  'postgres()': ['connectionTimeoutMillis'],
  'simulated()': ['maxConnections'],
  'the drop-in for pg.Pool': [
    'poolSize',
    'idleTimeoutMillis',
    'connectionTimeoutMillis',
    'maxLifetimeSeconds',
    'log',
    'verify',
    'connect_timeout', // of libpq; pg.Pool ignores it
  ],
}

describe.each(doors)('%s', (owner, give, max) => {
  const own = taken[owner] ?? []

  it('says where each option of another pool belongs', () => {
    for (const [name, , { meant, needless }] of optionsElsewhere) {
      if (own.includes(name)) continue
      const message = refusalOf(() => give({ [name]: 1 }))
      expect(message).toContain(name)
      if (meant === 'max') expect(message).toBe(max.replaceAll('NAME', name))
      else if (elsewhere.test(message)) continue
      else if (meant !== undefined && !/^(max|min|maxConnecting)\b/.test(meant))
        expect(message).toContain(meant)
      if (needless !== undefined && !elsewhere.test(message)) expect(message).toContain(needless)
    }
  })

  it('knows such a name in another spelling', () => {
    for (const name of ['MAX_POOL_SIZE', 'max-pool-size'])
      expect(refusalOf(() => give({ [name]: 1 }))).toBe(max.replaceAll('NAME', name))
    for (const name of ['idle_timeout', 'max_uses', 'Keepalive'])
      expect(refusalOf(() => give({ [name]: 1 }))).toMatch(/\b(idleTimeout|maxUses|keepalive)\b/)
  })

  it('takes what is its own', () => {
    for (const name of own)
      expect(() => give({ [name]: callbacks.includes(name) ? () => {} : 1 })).not.toThrow()
  })
})

describe('the drop-in for mysql2, which ignores what mysql2 ignores', () => {
  /** The warnings of the process while a pool is made. */
  async function warningsOf(options: object): Promise<string[]> {
    const heard: string[] = []
    const hear = (warning: Error & { code?: string }) => {
      if (warning.code === 'STATEPOOL_OPTION') heard.push(messageOf(warning))
    }
    const console = vi.spyOn(globalThis.console, 'error').mockImplementation(() => {}) // mysql2's own
    process.on('warning', hear)
    try {
      await createMysql2Pool(options).promise().end()
      await vi.waitFor(() => expect(heard).not.toEqual([]), { timeout: patience })
    } finally {
      process.off('warning', hear)
      console.mockRestore()
    }
    return heard
  }

  it.each([
    ['acquireTimeout', ', an option of the underlying pool: use statepool: { acquireTimeout: … }.'],
    ['maxConnections', ': give it the option statepool, and in it max.'],
    ['idle_timeout', ': give it the option statepool, and in it idleTimeout (in milliseconds).'],
    ['max_uses', ': give it the option statepool, and in it maxUses.'],
    ['backoff', '. It is not needed: the pool backs off on its own, with growing, random delays.'],
  ])('warns of %s', async (name, rest) => {
    expect(await warningsOf({ [name]: 5 })).toEqual([`createPool ignores ${name}${rest}`])
  })
})

describe('what a driver has itself', () => {
  it('postgres() takes keepAlive, which is not the pool’s keepalive', () => {
    expect(() => postgres({ keepAlive: true })).not.toThrow()
    expect(() => new Pool({ keepAlive: true })).not.toThrow()
    expect(() => mysql({ enableKeepAlive: true })).not.toThrow()
  })
})
