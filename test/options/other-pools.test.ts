// An option that has its name from another pool is refused with the option to use here, or with the reason why none is needed.

import { describe, expect, it } from 'vitest'
import { poolOptionNames } from '../../src/core/options.js'
import { optionsElsewhere } from '../../src/core/other-pools.js'
import { messageOf } from '../../src/core/wording.js'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { postgres } from '../../src/db/pg/driver/postgres.js'
import { Pool } from '../../src/db/pg/index.js'
import { simulated } from '../../src/db/simulated/index.js'
import { sqlite } from '../../src/db/sqlite/index.js'
import { createPool } from '../../src/index.js'

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

describe('given to the wrong one', () => {
  it.each<[string, () => unknown]>([
    [
      'maxConnections is not an option of postgres(): give createPool the option max.',
      () => postgres({ maxConnections: 5 } as object),
    ],
    [
      'testOnBorrow is not an option of postgres(): give createPool the option validateAfter: 0.',
      () => postgres({ testOnBorrow: true } as object),
    ],
    [
      'postgres has no option "reapIntervalMillis". It is not needed: the pool sets a timer for the next connection that is due, and scans nothing at intervals.',
      () => postgres({ reapIntervalMillis: 5 } as object),
    ],
    [
      "maxPoolSize is not an option of mysql(): give createPool the option max, or use the drop-in createPool of 'statepool/mysql2'.",
      () => mysql({ maxPoolSize: 5 } as object),
    ],
    [
      'sqlite has no option "poolSize"; the pool has one: max.',
      () => sqlite({ filename: 'x.db', poolSize: 5 } as never),
    ],
    [
      'sqlite has no option "min"; the pool has one: min.',
      () => sqlite({ filename: 'x.db', min: 5 } as never),
    ],
    [
      'simulated has no option "poolSize"; the pool has one: max.',
      () => simulated({ poolSize: 5 } as object),
    ],
    [
      'connectionLimit is not an option of pg.Pool: give Pool the option statepool, and in it max.',
      () => new Pool({ connectionLimit: 5 } as object),
    ],
    [
      'createPool has no option "connectionLimit"; did you mean max?',
      () => new Pool({ statepool: { connectionLimit: 5 } as object }),
    ],
  ])('%s', (message, make) => {
    expect(refusalOf(make)).toBe(message)
  })

  it('leaves postgres() what is of pg’s own client', () => {
    expect(() => postgres({ connectionTimeoutMillis: 5 })).not.toThrow()
  })
})
