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

/** The name of an option, the pools that have it, and what to use here. */
type Row = readonly [name: string, of: string, here: Counterpart]

/** The comparison ignores case and underscores: `max_connections` is `maxConnections`. */
export const optionsElsewhere: readonly Row[] = [
  ['maxConnections', 'SQLx, Sequelize 3', { meant: 'max' }],
  ['maximumPoolSize', 'HikariCP, Slonik', { meant: 'max' }],
  ['maxPoolSize', 'MongoDB, c3p0', { meant: 'max' }],
  ['maxConnectionPoolSize', 'Neo4j', { meant: 'max' }],
  ['maxSize', 'Vert.x, R2DBC, bb8, deadpool', { meant: 'max' }],
  ['maxTotal', 'Commons DBCP 2', { meant: 'max' }],
  ['maxActive', 'Commons DBCP 1, Druid', { meant: 'max' }],
  ['poolMax', 'oracledb', { meant: 'max' }],
  ['poolSize', 'node-postgres, TypeORM, SQLAlchemy', { meant: 'max' }],
  ['size', 'Ruby connection_pool', { meant: 'max' }],
  ['connectionLimit', 'mysql2, MariaDB, Prisma', { meant: 'max' }],
  ['maxOverflow', 'SQLAlchemy', { meant: 'max (which counts every connection)' }],
  ['minimumIdle', 'HikariCP, MariaDB', { meant: 'min' }],
  ['minIdle', 'Commons DBCP, lightning-pool', { meant: 'min' }],
  ['minPoolSize', 'MongoDB, c3p0', { meant: 'min' }],
  ['minimumPoolSize', 'Slonik', { meant: 'min' }],
  ['minConnections', 'SQLx, Sequelize 3', { meant: 'min' }],
  ['minSize', 'asyncpg', { meant: 'min' }],
  ['poolMin', 'oracledb', { meant: 'min' }],
  ['maxIdle', 'mysql2, Commons DBCP', { meant: 'min' }],
  ['initialSize', 'Commons DBCP, Druid', { meant: 'min' }],
  ['idleTimeoutMillis', 'node-postgres, generic-pool, tarn', { meant: 'idleTimeout' }],
  ['softIdleTimeoutMillis', 'generic-pool', { meant: 'idleTimeout' }],
  ['minEvictableIdleTimeMillis', 'Commons DBCP', { meant: 'idleTimeout' }],
  ['maxIdleTimeMS', 'MongoDB', { meant: 'idleTimeout' }],
  ['maxIdleTime', 'Sequelize 3, c3p0', { meant: idle }],
  ['idle_timeout', 'postgres.js, SQLx', { meant: idle }],
  ['idle', 'Sequelize', { meant: 'idleTimeout' }],
  ['connectionTimeoutMillis', 'node-postgres', { meant: waitsOrConnects }],
  ['connectionTimeout', 'HikariCP, Slonik', { meant: waitsOrConnects }],
  ['acquireTimeoutMillis', 'generic-pool, tarn', { meant: 'acquireTimeout' }],
  ['acquireConnectionTimeout', 'Knex', { meant: 'acquireTimeout' }],
  ['connectionAcquisitionTimeout', 'Neo4j', { meant: 'acquireTimeout' }],
  ['connectionAcquireTimeout', 'Knex and Neo4j, mixed up', { meant: 'acquireTimeout' }],
  ['acquire', 'Sequelize', { meant: 'acquireTimeout' }],
  ['waitQueueTimeoutMS', 'MongoDB', { meant: 'acquireTimeout' }],
  ['queueTimeout', 'oracledb', { meant: 'acquireTimeout' }],
  ['checkoutTimeout', 'c3p0', { meant: 'acquireTimeout' }],
  ['maxWait', 'Commons DBCP, Druid', { meant: waits }],
  ['maxWaitMillis', 'Commons DBCP 2', { meant: 'acquireTimeout' }],
  ['waitForConnectionsMillis', 'mysql2, mixed up', { meant: 'acquireTimeout' }],
  ['poolTimeout', 'Prisma, SQLAlchemy; oracledb', { meant: `${waits} or ${idle}` }],
  ['createTimeoutMillis', 'tarn', { meant: 'connectTimeout' }],
  ['connect_timeout', 'postgres.js, libpq', { meant: 'connectTimeout (in milliseconds)' }],
  ['destroyTimeoutMillis', 'generic-pool, tarn', { meant: 'closeTimeout' }],
  ['validationTimeout', 'HikariCP', { meant: 'validateTimeout' }],
  ['maxWaitingClients', 'generic-pool', { meant: 'maxWaiting' }],
  ['queueLimit', 'mysql2', { meant: 'maxWaiting' }],
  ['queueMax', 'oracledb', { meant: 'maxWaiting' }],
  ['maxQueue', 'lightning-pool', { meant: 'maxWaiting' }],
  ['maxWaitQueueSize', 'Vert.x', { meant: 'maxWaiting' }],
  ['waitForConnections', 'mysql2', { meant: 'maxWaiting (0 = no queue)' }],
  ['evictionRunIntervalMillis', 'generic-pool', { needless: noInterval }],
  ['numTestsPerEvictionRun', 'generic-pool, Commons DBCP', { needless: noInterval }],
  ['timeBetweenEvictionRunsMillis', 'Commons DBCP', { needless: noInterval }],
  ['reapIntervalMillis', 'tarn', { needless: noInterval }],
  ['houseKeepInterval', 'lightning-pool', { needless: noInterval }],
  ['evict', 'Sequelize', { needless: noInterval }],
  ['createRetryIntervalMillis', 'tarn', { needless: noFixedRetry }],
  ['backoff', 'postgres.js', { needless: noFixedRetry }],
  ['acquireMaxRetries', 'lightning-pool', { needless: noFixedRetry }],
  ['acquireRetryWait', 'lightning-pool', { needless: noFixedRetry }],
  ['propagateCreateError', 'tarn', { meant: "whenDown: 'fail'" }],
  ['testOnBorrow', 'generic-pool, Commons DBCP', { meant: 'validateAfter: 0' }],
  ['testOnReturn', 'generic-pool, Commons DBCP', { meant: 'onReturn' }],
  ['validation', 'lightning-pool', { meant: 'validateAfter: 0' }],
  ['testBeforeAcquire', 'SQLx', { meant: 'validateAfter: 0' }],
  ['validateConnectionOnBorrow', 'Oracle UCP', { meant: 'validateAfter: 0' }],
  ['validateOnBorrow', 'Oracle UCP, shortened', { meant: 'validateAfter: 0' }],
  ['prePing', 'SQLAlchemy', { meant: 'validateAfter: 0' }],
  ['poolPrePing', 'SQLAlchemy', { meant: 'validateAfter: 0' }],
  ['minDelayValidation', 'MariaDB', { meant: 'validateAfter' }],
  ['poolPingInterval', 'oracledb', { meant: 'validateAfter (in milliseconds)' }],
  ['maxLifetimeSeconds', 'node-postgres', { meant: lifetime }],
  ['max_lifetime', 'postgres.js, SQLx', { meant: lifetime }],
  ['poolRecycle', 'SQLAlchemy', { meant: lifetime }],
  ['maxConnectionLifetime', 'Neo4j', { meant: lifetime }],
  ['maxConnectionAge', 'c3p0', { meant: lifetime }],
  ['maximumConnectionAge', 'Slonik', { meant: lifetime }],
  ['leakDetectionThreshold', 'HikariCP', { meant: 'leakWarning' }],
  ['leakDetectionTimeout', 'MariaDB', { meant: 'leakWarning' }],
  ['keepaliveTime', 'HikariCP', { meant: 'keepalive' }],
  ['poolName', 'HikariCP', { meant: 'name' }],
  ['poolAlias', 'oracledb', { meant: 'name' }],
  ['afterCreate', 'Knex', { meant: 'onConnect' }],
  ['afterConnect', 'SQLx', { meant: 'onConnect' }],
  ['connectionInitSql', 'HikariCP', { meant: 'onConnect' }],
  ['sessionCallback', 'oracledb', { meant: 'onConnect' }],
  ['beforeAcquire', 'SQLx', { meant: 'onLend' }],
  ['afterRelease', 'SQLx', { meant: 'onReturn' }],
  ['resetOnReturn', 'lightning-pool', { meant: 'onReturn' }],
  ['max_pipeline', 'postgres.js', { meant: 'share: { depth }' }],
  ['create', 'tarn', { needless: inDriver }],
  ['validate', 'tarn', { needless: inDriver }],
  ['destroy', 'tarn', { needless: inDriver }],
  ['connectionTestQuery', 'HikariCP', { needless: inDriver }],
  ['log', 'tarn, node-postgres', { needless: 'It is not needed: pool.events$ reports everything.' }],
  ['fifo', 'generic-pool', { needless: lastUsedFirst }],
  [
    'priorityRange',
    'generic-pool',
    { needless: 'It is not needed: pool.acquire() takes any integer as priority.' },
  ],
  ['autostart', 'generic-pool', { needless: startsAtOnce }],
  [
    'initializationFailTimeout',
    'HikariCP',
    { needless: 'It is not needed: pool.ready() rejects when the first connect fails.' },
  ],
  ['allowPoolSuspension', 'HikariCP', { needless: 'It is not needed: every pool has pause() and resume().' }],
  ['registerMbeans', 'HikariCP', { needless: inMetrics }],
  ['metricRegistry', 'HikariCP', { needless: inMetrics }],
  ['autoCommit', 'HikariCP', { needless: inTransaction }],
  ['transactionIsolation', 'HikariCP', { needless: inTransaction }],
]

/** Without case, underscores and hyphens: `max_connections` is `maxConnections`. */
export const normal = (name: string): string => name.toLowerCase().replace(/[_-]/g, '')

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
