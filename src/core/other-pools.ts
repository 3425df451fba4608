// What other pools call the options of this one. Each name comes with the pools that have it.

import { type Hint, noOption } from './names.js'

const waits = 'acquireTimeout (how long a caller waits, in milliseconds)'
const waitsOrConnects = `${waits} or connectTimeout (how long opening a connection may take)`
const lifetime = 'maxLifetime (in milliseconds)'
const idle = 'idleTimeout (in milliseconds)'
const noInterval =
  'It is not needed: the pool sets a timer for the next connection that is due, and scans nothing at intervals.'
const noFixedRetry = 'It is not needed: the pool backs off on its own, with growing, random delays.'
const inDriver = 'It is not needed: the driver does that.'
const inMetrics = 'It is not needed: statepool/otel and statepool/prometheus publish the metrics.'
const inTransaction =
  'It is not needed: pool.transaction() begins and ends transactions, and sets their isolation.'
const lastUsedFirst =
  'It is not needed: the pool leases the connection that was used last, so that surplus ones become idle and close.'
const startsAtOnce =
  'It is not needed: the pool starts at once. With min: 0 it opens no connection until a caller needs one.'

/** What to use here instead of an option of another pool. */
export interface Counterpart {
  /** The option that does the same, with its unit or meaning if these may differ. */
  readonly meant?: string
  /** Why no option does the same, as a sentence. */
  readonly needless?: string
}

/** What to use here, for each of these names, and the pools that have them. */
type Group = readonly [here: Counterpart, names: Readonly<Record<string, string>>]

const groups: readonly Group[] = [
  [
    { meant: 'max' },
    {
      maxConnections: 'SQLx, Sequelize 3',
      maximumPoolSize: 'HikariCP, Slonik, Npgsql',
      maxPoolSize: 'MongoDB, c3p0, SqlClient',
      maxConnectionPoolSize: 'Neo4j',
      maxSize: 'Vert.x, R2DBC, bb8, deadpool, asyncpg',
      maxConns: 'pgxpool',
      maxOpenConns: 'database/sql',
      setMaxOpenConns: 'database/sql',
      maxTotal: 'Commons DBCP 2',
      maxActive: 'Commons DBCP 1, Druid',
      poolMax: 'oracledb',
      poolSize: 'node-postgres, TypeORM, SQLAlchemy',
      defaultPoolSize: 'PgBouncer',
      size: 'Ruby connection_pool',
      connectionLimit: 'mysql2, MariaDB, Prisma',
      maxConnection: 'many, shortened',
    },
  ],
  [
    { meant: 'max (which counts every connection)' },
    { maxOverflow: 'SQLAlchemy', reservePoolSize: 'PgBouncer' },
  ],
  [
    { meant: 'min' },
    {
      minimumIdle: 'HikariCP, MariaDB',
      minIdle: 'Commons DBCP, lightning-pool, r2d2',
      minPoolSize: 'MongoDB, c3p0, PgBouncer',
      minimumPoolSize: 'Slonik, Npgsql',
      minConnections: 'SQLx, Sequelize 3',
      minConnection: 'many, shortened',
      minSize: 'asyncpg',
      minConns: 'pgxpool',
      minIdleConns: 'pgxpool',
      maxIdleConns: 'database/sql',
      setMaxIdleConns: 'database/sql',
      poolMin: 'oracledb',
      initialSize: 'Commons DBCP, Druid',
    },
  ],
  [{ meant: `min (how many stay open) or ${idle}` }, { maxIdle: 'mysql2, Commons DBCP; psycopg' }],
  [
    { meant: 'idleTimeout' },
    {
      idleTimeoutMillis: 'node-postgres, generic-pool, tarn',
      softIdleTimeoutMillis: 'generic-pool',
      minEvictableIdleTimeMillis: 'Commons DBCP, Druid',
      maxIdleTimeMS: 'MongoDB',
      idle: 'Sequelize',
    },
  ],
  [
    { meant: idle },
    {
      maxIdleTime: 'Sequelize 3, c3p0',
      idle_timeout: 'postgres.js, SQLx',
      connectionIdleLifetime: 'Npgsql',
      maxInactiveConnectionLifetime: 'asyncpg',
      maxIdleConnectionLifetime: 'Prisma',
      maxConnIdleTime: 'pgxpool',
      connMaxIdleTime: 'database/sql',
      setConnMaxIdleTime: 'database/sql',
      serverIdleTimeout: 'PgBouncer',
    },
  ],
  [
    { meant: waitsOrConnects },
    {
      connectionTimeoutMillis: 'node-postgres',
      connectionTimeout: 'HikariCP, Slonik',
      timeout: 'psycopg; Npgsql, asyncpg',
    },
  ],
  [
    { meant: 'acquireTimeout' },
    {
      acquireTimeoutMillis: 'generic-pool, tarn',
      acquireConnectionTimeout: 'Knex',
      connectionAcquisitionTimeout: 'Neo4j',
      connectionAcquireTimeout: 'Knex and Neo4j, mixed up',
      acquire: 'Sequelize',
      waitQueueTimeoutMS: 'MongoDB',
      queueTimeout: 'oracledb',
      maxWaitMillis: 'Commons DBCP 2',
      waitForConnectionsMillis: 'mysql2, mixed up',
    },
  ],
  [
    { meant: waits },
    {
      maxWait: 'Commons DBCP, Druid',
      maxWaitTime: 'Commons DBCP and MongoDB, mixed up',
      checkoutTimeout: 'c3p0, Rails',
      queryWaitTimeout: 'PgBouncer',
    },
  ],
  [{ meant: `${waits} or ${idle}` }, { poolTimeout: 'Prisma, SQLAlchemy; oracledb' }],
  [{ meant: 'connectTimeout' }, { createTimeoutMillis: 'tarn' }],
  [{ meant: 'connectTimeout (in milliseconds)' }, { connect_timeout: 'postgres.js, libpq' }],
  [{ meant: 'closeTimeout' }, { destroyTimeoutMillis: 'generic-pool, tarn' }],
  [{ meant: 'validateTimeout' }, { validationTimeout: 'HikariCP' }],
  [
    { meant: 'maxWaiting' },
    {
      maxWaitingClients: 'generic-pool',
      queueLimit: 'mysql2',
      queueMax: 'oracledb',
      maxQueue: 'lightning-pool',
      maxWaitQueueSize: 'Vert.x',
      maxClientConn: 'PgBouncer',
    },
  ],
  [{ meant: 'maxWaiting (0 = no queue)' }, { waitForConnections: 'mysql2' }],
  [
    { meant: 'maxConnecting' },
    { acquireIncrement: 'c3p0', poolIncrement: 'oracledb', numWorkers: 'psycopg' },
  ],
  [{ meant: 'maxUses' }, { maxQueries: 'asyncpg' }],
  [
    { needless: noInterval },
    {
      evictionRunIntervalMillis: 'generic-pool',
      numTestsPerEvictionRun: 'generic-pool, Commons DBCP',
      timeBetweenEvictionRunsMillis: 'Commons DBCP, Druid',
      connectionPruningInterval: 'Npgsql',
      reapIntervalMillis: 'tarn',
      reapingFrequency: 'Rails',
      reaperRate: 'r2d2, bb8',
      houseKeepInterval: 'lightning-pool',
      poolCleanerPeriod: 'Vert.x',
      healthCheckPeriod: 'pgxpool',
      evict: 'Sequelize',
    },
  ],
  [
    { needless: noFixedRetry },
    {
      createRetryIntervalMillis: 'tarn',
      backoff: 'postgres.js',
      acquireMaxRetries: 'lightning-pool',
      acquireRetryWait: 'lightning-pool',
      acquireRetryAttempts: 'c3p0',
      acquireRetryDelay: 'c3p0',
      connectionRetryLimit: 'Slonik',
      reconnectTimeout: 'psycopg',
      retryConnection: 'bb8',
    },
  ],
  [{ meant: "whenDown: 'fail'" }, { propagateCreateError: 'tarn' }],
  [
    { meant: 'validateAfter: 0' },
    {
      testOnBorrow: 'generic-pool, Commons DBCP',
      testOnCheckOut: 'r2d2, bb8',
      testConnectionOnCheckout: 'c3p0',
      validation: 'lightning-pool',
      testBeforeAcquire: 'SQLx',
      validateConnectionOnBorrow: 'Oracle UCP',
      validateOnBorrow: 'Oracle UCP, shortened',
      check: 'psycopg',
      prePing: 'SQLAlchemy',
      poolPrePing: 'SQLAlchemy',
    },
  ],
  [{ meant: 'validateAfter' }, { minDelayValidation: 'MariaDB' }],
  [
    { meant: 'validateAfter (in milliseconds)' },
    { poolPingInterval: 'oracledb', serverCheckDelay: 'PgBouncer' },
  ],
  [{ meant: 'maxLifetime' }, { maxConnLifetimeMillis: 'Commons DBCP', phyTimeoutMillis: 'Druid' }],
  [
    { meant: lifetime },
    {
      maxLifetimeSeconds: 'node-postgres',
      max_lifetime: 'postgres.js, SQLx',
      poolRecycle: 'SQLAlchemy',
      connectionLifetime: 'Npgsql, SqlClient',
      loadBalanceTimeout: 'SqlClient',
      maxConnectionLifetime: 'Neo4j, Prisma',
      maxConnLifetime: 'pgxpool',
      connMaxLifetime: 'database/sql',
      setConnMaxLifetime: 'database/sql',
      maxLifetimeSession: 'oracledb',
      serverLifetime: 'PgBouncer',
      maxConnectionAge: 'c3p0',
      maximumConnectionAge: 'Slonik',
    },
  ],
  [
    { needless: 'It is not needed: the pool shortens each lifetime by up to a quarter, at random.' },
    { maxConnLifetimeJitter: 'pgxpool' },
  ],
  [{ meant: 'leakWarning' }, { leakDetectionThreshold: 'HikariCP', leakDetectionTimeout: 'MariaDB' }],
  [
    { meant: 'leakWarning (in milliseconds)' },
    { unreturnedConnectionTimeout: 'c3p0', removeAbandonedTimeout: 'Commons DBCP, Druid' },
  ],
  [
    { meant: 'keepalive' },
    {
      keepaliveTime: 'HikariCP',
      idleInterval: 'Ecto',
      testWhileIdle: 'generic-pool, Commons DBCP, Druid',
      keepAliveBetweenTimeMillis: 'Druid',
    },
  ],
  [{ meant: 'keepalive (in milliseconds)' }, { idleConnectionTestPeriod: 'c3p0' }],
  [{ meant: 'shed: { target, interval }' }, { queueTarget: 'Ecto', queueInterval: 'Ecto' }],
  [{ meant: 'measure' }, { enableStatistics: 'oracledb' }],
  [{ meant: 'name' }, { poolName: 'HikariCP', poolAlias: 'oracledb' }],
  [
    { meant: 'onConnect' },
    {
      afterCreate: 'Knex',
      afterConnect: 'SQLx, pgxpool',
      connectionInitSql: 'HikariCP',
      connectionCustomizer: 'r2d2, bb8',
      sessionCallback: 'oracledb',
      configure: 'psycopg',
      init: 'asyncpg',
      verify: 'node-postgres',
    },
  ],
  [{ meant: 'onLend' }, { beforeAcquire: 'SQLx, pgxpool', setup: 'asyncpg' }],
  [
    { meant: 'onReturn' },
    {
      testOnReturn: 'generic-pool, Commons DBCP',
      testConnectionOnCheckin: 'c3p0',
      afterRelease: 'SQLx, pgxpool',
      resetOnReturn: 'lightning-pool',
      poolResetOnReturn: 'SQLAlchemy',
      resetConnection: 'Slonik',
      serverResetQuery: 'PgBouncer',
      reset: 'psycopg',
    },
  ],
  [{ meant: 'onClose' }, { beforeClose: 'pgxpool' }],
  [{ meant: 'share: { depth }' }, { max_pipeline: 'postgres.js' }],
  [
    { needless: inDriver },
    {
      create: 'tarn',
      validate: 'tarn',
      destroy: 'tarn',
      connectionTestQuery: 'HikariCP',
      validationQuery: 'Commons DBCP, Druid',
      preferredTestQuery: 'c3p0',
    },
  ],
  [
    { needless: 'It is not needed: pool.events$ reports everything.' },
    { log: 'tarn, node-postgres', errorSink: 'bb8' },
  ],
  [
    { needless: lastUsedFirst },
    {
      fifo: 'generic-pool',
      lifo: 'Commons DBCP',
      poolUseLifo: 'SQLAlchemy',
      queueMode: 'deadpool',
      queueStrategy: 'bb8',
    },
  ],
  [
    { needless: 'It is not needed: pool.acquire() takes any integer as priority.' },
    { priorityRange: 'generic-pool' },
  ],
  [{ needless: startsAtOnce }, { autostart: 'generic-pool' }],
  [
    { needless: 'It is not needed: pool.ready() rejects when the first connect fails.' },
    { initializationFailTimeout: 'HikariCP' },
  ],
  [
    { needless: 'It is not needed: every pool has pause() and resume().' },
    { allowPoolSuspension: 'HikariCP' },
  ],
  [{ needless: inMetrics }, { registerMbeans: 'HikariCP', metricRegistry: 'HikariCP' }],
  [{ needless: inTransaction }, { autoCommit: 'HikariCP', transactionIsolation: 'HikariCP' }],
]

/** The names of other pools' options, the pools that have them, and what to use here. */
export const optionsElsewhere: readonly (readonly [name: string, of: string, here: Counterpart])[] =
  groups.flatMap(([here, names]) => Object.entries(names).map(([name, of]) => [name, of, here] as const))

/** Without case and what parts words: `max_connections` and `Max Connections` are `maxConnections`. */
export const normal = (name: string): string => name.toLowerCase().replace(/[_\s-]/g, '')

/** What to use here instead of an option of another pool; undefined if no pool in the table has the name. */
export function counterpartOf(name: string): Counterpart | undefined {
  const given = normal(name)
  return optionsElsewhere.find(([theirs]) => normal(theirs) === given)?.[2]
}

/** The refusal of an option of another pool; undefined if no pool in the table has the name. */
export const hintOf: Hint = (name, owner) => {
  const { meant, needless } = counterpartOf(name) ?? {}
  if (meant !== undefined) return noOption(owner, name, `; did you mean ${meant}?`)
  return needless && noOption(owner, name, `. ${needless}`)
}
