// A primary MariaDB and a replica that follows it by its binary log, under load: writes and reads go where they belong, through two failovers.

import type { Connection } from 'mysql2/promise'
import mysql2 from 'mysql2/promise'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { mysql } from '../../src/db/mysql2/driver/mysql.js'
import { createHostPool, type HostPool } from '../../src/hosts/index.js'
import { hasMariadb, type MariadbServer, startMariadb } from '../../support/mariadb-server.js'
import { patience, slack } from '../support/patience.js'
import { until } from '../support/until.js'

const isInstalled = await hasMariadb()
if (!isInstalled) console.warn('Tests of a replicating MariaDB are skipped: there is no mariadbd.')

/** How soon writes go on after a promotion, in milliseconds: hosts are asked twice a second. */
const soon = 2_000
const writers = 4

/** A server, and a connection that may do everything. */
interface Member extends MariadbServer {
  readonly root: Connection
}

async function start(id: number): Promise<Member> {
  const server = await startMariadb(
    `--server-id=${id}`,
    '--log-bin=log',
    '--log-slave-updates',
    '--read-only=1',
  )
  const { host, port, user } = server
  return { ...server, root: await mysql2.createConnection({ host, port, user, multipleStatements: true }) }
}

/** From now on it repeats what the other one has written. */
const follow = async ({ root }: Member, { host, port }: Member, position: 'slave_pos' | 'current_pos') => {
  await root.query(`CHANGE MASTER TO master_host = '${host}', master_port = ${port}, master_user = 'web',
    master_use_gtid = ${position}, master_connect_retry = 1; START SLAVE`)
}

/** What an operator does; a failover tool does the same. */
const promote = ({ root }: Member) => root.query('STOP SLAVE; RESET SLAVE ALL; SET GLOBAL read_only = 0')
const demote = ({ root }: Member) => root.query('SET GLOBAL read_only = 1')

const answerOf = async ({ root }: Member, sql: string): Promise<unknown> => {
  const [rows] = await root.query({ sql, rowsAsArray: true })
  return (rows as unknown[][])[0]?.[0]
}

/** Waits until one has repeated everything that the other one has written. */
const catchUp = async (replica: Member, primary: Member) => {
  const position = await answerOf(primary, 'SELECT @@gtid_binlog_pos')
  const answer = await answerOf(replica, `SELECT MASTER_GTID_WAIT('${position}', ${patience / 1_000})`)
  expect(answer).toBe(0)
}

describe.skipIf(!isInstalled)('a primary and its replica', () => {
  let one: Member
  let two: Member
  let pool: HostPool<Connection>

  beforeAll(async () => {
    ;[one, two] = await Promise.all([start(1), start(2)])
    await one.root.query('CREATE DATABASE app; CREATE TABLE app.written (id int AUTO_INCREMENT PRIMARY KEY)')
    for (const host of ['%', 'localhost', '127.0.0.1'])
      await one.root.query(
        'CREATE USER web@?; GRANT ALL ON app.* TO web@?; GRANT REPLICATION SLAVE ON *.* TO web@?',
        [host, host, host],
      )
    await follow(two, one, 'slave_pos')
    await promote(one)
    await catchUp(two, one)
  })
  afterEach(() => pool?.close({ timeout: 0 }))
  afterAll(async () => {
    for (const each of [one, two]) {
      each?.root.destroy()
      await each?.stop()
    }
  })

  const nameOf = ({ host, port }: Member) => `${host}:${port}`
  const open = (hostRecheck: number | false) => {
    const driver = mysql({ hosts: [nameOf(one), nameOf(two)], user: 'web', database: 'app' })
    pool = createHostPool(driver, { min: 1, max: 4, hostRecheck, acquireTimeout: patience })
  }
  const are = (first: string, second: string) =>
    until(
      () =>
        pool
          .hosts()
          .map(({ state }) => state)
          .join() === `${first},${second}`,
      `${first}, ${second}`,
    )

  /** Writers and readers that go on, one statement after the other. */
  function load() {
    const done: { readonly at: number; readonly port: number }[] = []
    const failed: unknown[] = []
    const read: number[] = []
    const failedReads: unknown[] = []
    let isOver = false
    const portOf = async (connection: Connection) => {
      const [rows] = await connection.query('SELECT @@port AS port')
      return (rows as { port: number }[])[0]?.port ?? 0
    }
    const repeat = async (work: () => Promise<unknown>, errors: unknown[]) => {
      while (!isOver) {
        await work().catch(error => errors.push(error))
        await new Promise(resolve => setTimeout(resolve, 5))
      }
    }
    const write = () =>
      pool.use(async connection => {
        await connection.query('INSERT INTO written VALUES ()')
        done.push({ at: performance.now(), port: await portOf(connection) })
      })
    const look = async () => read.push(await pool.use(portOf, { target: 'any' }))
    const all = [
      ...Array.from({ length: writers }, () => repeat(write, failed)),
      ...Array.from({ length: 2 }, () => repeat(look, failedReads)),
    ]
    return {
      done,
      failed,
      read,
      failedReads,
      /** Waits until a write succeeds on this server. @returns when it did */
      async reach({ port }: Member): Promise<number> {
        const before = done.length
        await until(() => done.slice(before).some(write => write.port === port), `a write on ${port}`)
        return done.slice(before).find(write => write.port === port)?.at ?? 0
      },
      async stop(): Promise<void> {
        isOver = true
        await Promise.all(all)
      },
    }
  }

  it('change places: only statements in flight fail, writes go on soon, none is lost, and reads go on all the time', async () => {
    open(false)
    await are('primary', 'standby')
    const running = load()
    await running.reach(one)
    await until(() => running.done.length > 200 && new Set(running.read).size === 2, 'both are busy')
    await demote(one)
    await until(() => pool.stats().seeking === writers, 'all writers wait')
    await catchUp(two, one)
    const promoted = performance.now()
    await promote(two)
    const resumed = await running.reach(two)
    await running.stop()
    expect(resumed - promoted).toBeLessThan(soon * slack)
    expect(running.failed.map(error => (error as { errno: number }).errno)).toEqual(
      running.failed.map(() => 1290),
    )
    expect(running.failed.length).toBeGreaterThan(0)
    expect(running.failed.length).toBeLessThanOrEqual(writers)
    expect(running.failedReads).toEqual([])
    await are('standby', 'primary')
    await follow(one, two, 'current_pos')
    await catchUp(one, two)
    for (const each of [one, two])
      expect(await answerOf(each, 'SELECT count(*) FROM app.written')).toBe(running.done.length)
  })

  it('the primary crashes: writes in flight fail, the others wait, and go on soon after the promotion', async () => {
    open(10_000)
    await are('standby', 'primary')
    const running = load()
    await running.reach(two)
    await until(() => running.done.length > 200, 'it is busy')
    process.kill(two.pid, 'SIGKILL')
    await until(() => pool.hosts()[1]?.state === 'down', 'the crash is noticed')
    await until(() => pool.stats().seeking === writers, 'all writers wait')
    const before = running.read.length
    await until(() => running.read.length > before, 'reads go on')
    const promoted = performance.now()
    await promote(one)
    const resumed = await running.reach(one)
    await running.stop()
    expect(resumed - promoted).toBeLessThan(soon * slack)
    expect(running.failed.length).toBeLessThanOrEqual(writers)
    expect(running.failedReads.length).toBeLessThanOrEqual(2)
    expect(pool.hosts().map(({ state }) => state)).toEqual(['primary', 'down'])
  })
})
