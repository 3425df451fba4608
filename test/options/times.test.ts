// One spelling for "off" wherever a time is meant: `false` = off, 0 = zero, `Infinity` = no limit. What an option does not take, its refusal says.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createPool as createMysql2Pool, mysql } from '../../src/db/mysql2/index.js'
import { Pool as PgPool, postgres } from '../../src/db/pg/index.js'
import { type SimulatedConnection, simulated } from '../../src/db/simulated/index.js'
import { createSqlitePool, sqlite } from '../../src/db/sqlite/index.js'
import { fleet, memoryEngine } from '../../src/fleet/index.js'
import { createHostPool } from '../../src/hosts/index.js'
import { createPool, OptionsError, type Pool, type PoolOptions } from '../../src/index.js'
import { recorder } from '../../src/recorder/index.js'

const never = Number.POSITIVE_INFINITY

/** What a time may be: a limit of its own kind. */
const kinds = {
  /** 0 = at once, Infinity = no limit; it cannot be off. */
  wait: { takes: [0, 0.5, never], refuses: [false, true, -1, Number.NaN, '5'], says: /, or Infinity; got/ },
  /** At once makes no sense. */
  limit: { takes: [0.5, never], refuses: [0, false, true, -1, '5'], says: /, or Infinity; got/ },
  /** What the pool does now and then: `false` = never. */
  after: { takes: [0, 5, false], refuses: [never, true, -1, '5'], says: /, or false to .*; got/ },
  every: { takes: [5, false], refuses: [0, never, true, -1, '5'], says: /, or false.*; got/ },
  /** Within bounds that hold for a whole fleet. */
  bounded: {
    takes: [1_000, 600_000],
    refuses: [0, never, false, true, '5000'],
    says: /from 1000 to 600000; got/,
  },
  /** As long as it takes: of a simulated database. */
  duration: { takes: [0, 5], refuses: [never, false, true, -1], says: /of at least 0; got/ },
  /** As in the library that the option comes from: 0 = none there, and false for pg. A text is a number, as environments have it. */
  theirs: { takes: [0, 5, '5', never], refuses: [true, -1], says: /, or Infinity/ },
} as const

type Kind = keyof typeof kinds
type Row = readonly [kind: Kind, owner: string, give: (time: unknown) => unknown]

const own = (name: string, value: unknown) => ({ [name]: value }) as PoolOptions

/** Each option of a pool that is a time. */
const ofPools: Readonly<Record<string, Kind>> = {
  acquireTimeout: 'wait',
  idleTimeout: 'wait',
  closeTimeout: 'wait',
  drainTimeout: 'wait',
  connectTimeout: 'limit',
  maxLifetime: 'limit',
  validateTimeout: 'limit',
  resetTimeout: 'limit',
  validateAfter: 'after',
  keepalive: 'every',
  leakWarning: 'every',
}

/** Makes a pool for as long as its options are read. */
function open(options: PoolOptions): void {
  void createPool(simulated(), { ...options, min: 0 }).close()
}

function withPool(call: (pool: Pool<SimulatedConnection>) => unknown): unknown {
  const pool = createPool(simulated(), { min: 0 })
  try {
    return call(pool)
  } finally {
    void pool.close({ timeout: 0 })
  }
}

/** A rejection, thrown: what is wrong is known at once. */
async function settled(promise: Promise<unknown>): Promise<void> {
  const error: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  if (error instanceof OptionsError) throw error
}

const hosts = { hosts: [{ name: 'a', driver: simulated() }] }

const rows: Row[] = [
  ...Object.entries(ofPools).map(
    ([name, kind]): Row => [kind, `createPool({ ${name} })`, time => open(own(name, time))],
  ),
  ['wait', 'createPool({ share: { patience } })', time => open({ share: { patience: time as number } })],
  ['limit', 'createPool({ shed: { target } })', time => open({ shed: { target: time as number } })],
  ['limit', 'createPool({ shed: { interval } })', time => open({ shed: { interval: time as number } })],
  [
    'limit',
    'createPool({ adaptive: { interval } })',
    time => open({ adaptive: { interval: time as number } }),
  ],
  [
    'wait',
    'pool.acquire({ timeout })',
    time => withPool(pool => settled(pool.acquire({ timeout: time as number }))),
  ],
  [
    'limit',
    'pool.query(…, { timeout })',
    time => withPool(pool => settled(pool.query('x', [], { timeout: time as number }))),
  ],
  [
    'wait',
    'pool.close({ timeout })',
    time => settled(createPool(simulated(), { min: 0 }).close({ timeout: time as number })),
  ],
  [
    'limit',
    'pool.health({ stalledAfter })',
    time => withPool(pool => pool.health({ stalledAfter: time as number })),
  ],
  [
    'every',
    'createHostPool({ hostRecheck })',
    time => void createHostPool(hosts, { min: 0, hostRecheck: time as number }).close(),
  ],
  [
    'every',
    'recorder({ frameInterval })',
    time => withPool(pool => recorder(pool, { frameInterval: time as number }).stop()),
  ],
  [
    'bounded',
    'fleet({ ttl })',
    time => fleet({ name: 'x', connections: 4, engine: memoryEngine(), ttl: time as number }),
  ],
  ['wait', 'sqlite({ busyTimeout })', time => sqlite({ filename: 'x.db', busyTimeout: time as number })],
  [
    'limit',
    'sqlite({ statementTimeout })',
    time => sqlite({ filename: 'x.db', statementTimeout: time as number }),
  ],
  ...['connect', 'query', 'validate', 'reset', 'close', 'cancel'].map(
    (what): Row => [
      'duration',
      `simulated({ ${what}Latency })`,
      time => simulated({ [`${what}Latency`]: time }),
    ],
  ),
  [
    'duration',
    'simulated({ lingerAfterDestroy })',
    time => simulated({ lingerAfterDestroy: time as number }),
  ],
  ['wait', 'simulated({ loseAfter })', time => simulated({ loseAfter: time as number })],
  ...[
    'connectionTimeoutMillis',
    'query_timeout',
    'statement_timeout',
    'lock_timeout',
    'idle_in_transaction_session_timeout',
    'keepAliveInitialDelayMillis',
  ].map((name): Row => ['theirs', `postgres({ ${name} })`, time => postgres({ [name]: time })]),
  ...['idleTimeoutMillis', 'connectionTimeoutMillis', 'maxLifetimeSeconds'].map(
    (name): Row => ['theirs', `new pg.Pool({ ${name} })`, time => new PgPool({ [name]: time }).end()],
  ),
  ...['connectTimeout', 'keepAliveInitialDelay'].map(
    (name): Row => ['theirs', `mysql({ ${name} })`, time => mysql({ [name]: time })],
  ),
  [
    'theirs',
    'mysql2’s createPool({ idleTimeout })',
    time =>
      createMysql2Pool({ idleTimeout: time as number })
        .promise()
        .end(),
  ],
]

/** What is refused, whether at once or by a promise. */
async function refusalOf(give: Row[2], time: unknown): Promise<OptionsError | undefined> {
  try {
    await give(time)
  } catch (error) {
    if (error instanceof OptionsError) return error
    throw error
  }
  return undefined
}

describe.each(rows)('a %s: %s', (kind, _owner, give) => {
  const { takes, refuses, says } = kinds[kind]

  it(`takes ${takes.join(', ')}`, async () => {
    for (const time of takes) expect(await refusalOf(give, time)).toBeUndefined()
  })

  it(`refuses ${refuses.join(', ')}, and says what it takes`, async () => {
    for (const time of refuses) expect((await refusalOf(give, time))?.message).toMatch(says)
  })
})

it('createSqlitePool hands a time on to both pools', () => {
  const create = (idleTimeout: unknown) => () =>
    createSqlitePool({ filename: 'x.db', pool: own('idleTimeout', idleTimeout) })
  expect(create(false)).toThrow(
    /^idleTimeout must be a number of milliseconds of at least 0, or Infinity; got false/,
  )
})

describe('the table', () => {
  /** Whether a file has the check of a time: a number of milliseconds, which is neither an integer nor of another kind. */
  const hasTime = (text: string): boolean =>
    /import \{[^}]*\b(wait|limit)\b[^}]*\} from '[^']*\/shape\.js'/.test(text) ||
    [...text.matchAll(/\bnumber\(\{([^}]*)\}\)/g)].some(([, range = '']) => !/integer|kind/.test(range))

  it('has the times of each file that checks one', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(file =>
      file.endsWith('.ts'),
    )
    const checking = files.filter(file => hasTime(readFileSync(`src/${file}`, 'utf8')))
    expect(checking.sort()).toEqual([
      'actors/watching/health.ts',
      'core/adaptive-options.ts',
      'core/call-options.ts',
      'core/options.ts',
      'core/shape.ts', // makes the checks
      'core/share-options.ts',
      'core/shed-options.ts',
      'db/mysql2/driver/checks.ts',
      'db/mysql2/drop-in/options.ts',
      'db/pg/driver/checks.ts',
      'db/pg/drop-in/options.ts',
      'db/simulated/settings.ts',
      'db/sqlite/driver/options.ts',
      'db/sqlite/driver/session.ts', // a statement's own timeout, which needs an open connection
      'fleet/fleet.ts',
      'hosts/options.ts',
      'recorder/options.ts',
    ])
  })
})
