// One budget over many processes, kept by a real PostgreSQL.
import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest'
import { postgres } from '../../src/db/pg/index.js'
import { simulated } from '../../src/db/simulated/index.js'
import { fleet } from '../../src/fleet/index.js'
import { createPool, OptionsError, type Pool, type PoolOptions } from '../../src/index.js'
import { bundle } from '../support/bundle.js'
import { slack } from '../support/patience.js'
import { until } from '../support/until.js'

const { cert: _, ...connection } = inject('postgres')
const observer = new pg.Client(connection)
beforeAll(() => observer.connect())
afterAll(() => observer.end())

let fleets = 0
const newName = (): string => `fleet_${process.pid}_${++fleets}`

/** Sessions of the fleet, as the server counts them. */
async function open(name: string): Promise<number> {
  const { rows } = await observer.query(
    "SELECT count(*)::int AS open FROM pg_stat_activity WHERE application_name LIKE $1 || '%'",
    [name],
  )
  return rows[0].open
}

/** Slots that such sessions hold. */
async function slots(name: string): Promise<number> {
  const { rows } = await observer.query(
    `SELECT count(*)::int AS slots FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE locktype = 'advisory' AND mode = 'ExclusiveLock' AND application_name LIKE $1 || '%'`,
    [name],
  )
  return rows[0].slots
}

function poolIn(name: string, connections: number, options: PoolOptions<pg.Client> = {}) {
  const pool = createPool(postgres({ ...connection, application_name: name }), {
    fleet: fleet({ name, connections }),
    max: connections,
    ...options,
  })
  onTestFinished(() => pool.close({ timeout: 0 }))
  return pool
}

describe('pools of one fleet', () => {
  it('hold no more than its connections, and those that have none wait without an error', async () => {
    const name = newName()
    const [a, b] = [poolIn(name, 3), poolIn(name, 3)]
    const leases = await Promise.all([a.acquire(), a.acquire(), a.acquire()])
    const caller = b.acquire()
    await until(() => b.stats().heldBack, 'b is held back')
    expect(b.stats()).toMatchObject({ state: 'running', failedConnects: 0, waiting: 1 })
    expect(await open(name)).toBeLessThanOrEqual(4)
    for (const lease of leases) lease.release()
    expect((await caller).held).toBe(true)
    await until(async () => (await open(name)) <= 3, 'no connect is under way')
    expect(a.stats().total + b.stats().total).toBeLessThanOrEqual(3)
  })

  it('tell a caller who waited in vain who holds the connections', async () => {
    const name = newName()
    const [a, b] = [poolIn(name, 1), poolIn(name, 1, { name: 'b' })]
    const lease = await a.acquire()
    const patient = b.acquire({ timeout: Number.POSITIVE_INFINITY })
    await until(() => b.stats().heldBack, 'b is held back')
    await expect(b.acquire({ timeout: 100 })).rejects.toMatchObject({
      obstacle: 'budget spent',
      message: expect.stringContaining(
        `the fleet "${name}" has no connection left (max is 1): the rest of the fleet holds 1`,
      ),
    })
    lease.release()
    ;(await patient).release()
  })

  it('are held back until they have a connection, however often they try', async () => {
    const name = newName()
    const [a, b] = [poolIn(name, 1), poolIn(name, 1)]
    const lease = await a.acquire()
    const told: string[] = []
    b.eventsOf('pool.heldBack', 'connection.connecting').subscribe(({ type }) => told.push(type))
    const patient = b.acquire({ timeout: Number.POSITIVE_INFINITY })
    await until(() => told.filter(type => type === 'connection.connecting').length > 4, 'b has tried')
    expect(told.filter(type => type === 'pool.heldBack')).toHaveLength(1)
    expect(b.stats().heldBack).toBe(true)
    lease.release()
    ;(await patient).release()
    expect(b.stats().heldBack).toBe(false)
  })

  it('keep their slots through a reset that discards all, and nothing of the fleet reaches a caller', async () => {
    const name = newName()
    const pool = poolIn(name, 1)
    const locks = async (): Promise<number> => {
      const { rows } = await observer.query(
        `SELECT count(*)::int AS locks FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE locktype = 'advisory' AND application_name = $1`,
        [name],
      )
      return rows[0].locks
    }
    await pool.use(async client => {
      expect(client.listenerCount('notification')).toBe(1)
      await client.query('DISCARD ALL')
    })
    await pool.use(client => client.query('SELECT 1'))
    expect(await locks()).toBe(2)
    expect(pool.stats().opened).toBe(1)
  })

  it('are refused when their min cannot be kept: in this process at once, in another one by ready()', async () => {
    const name = newName()
    const shared = fleet({ name, connections: 3 })
    const first = poolIn(name, 3, { fleet: shared, min: 2 })
    await first.ready()
    expect(() => poolIn(name, 3, { fleet: shared, min: 2 })).toThrow(/min must be at most 1/)
    const elsewhere = poolIn(name, 3, { min: 2 })
    await expect(elsewhere.ready()).rejects.toThrow(
      `the pools of the fleet "${name}" are to keep 4 connections (min), and it has 3. Lower their min, or raise the fleet's connections; the pool keeps trying.`,
    )
  })

  it('get what is kept for them (min) from those that hold more', async () => {
    const name = newName()
    const first = poolIn(name, 3)
    const leases = await Promise.all([first.acquire(), first.acquire(), first.acquire()])
    for (const lease of leases) lease.release()
    await poolIn(name, 3, { min: 3 }).ready()
    expect(first.stats().total).toBe(0)
  })

  describe.each(['role', 'database'] as const)('of a %s whose own limit is', of => {
    /** Pools whose server admits no more than so many of them. */
    async function limited(limit: number, connections: number) {
      const name = newName()
      await observer.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret'`)
      if (of === 'role') await observer.query(`ALTER ROLE ${name} CONNECTION LIMIT ${limit}`)
      else await observer.query(`CREATE DATABASE ${name} CONNECTION LIMIT ${limit}`)
      const own = { user: name, password: 'secret', ...(of === 'database' && { database: name }) }
      const told: string[] = []
      const pools: Pool<pg.Client>[] = []
      onTestFinished(async () => {
        await Promise.all(pools.map(pool => pool.close({ timeout: 0 })))
        await until(async () => (await open(name)) === 0, 'all are closed')
        if (of === 'database') await observer.query(`DROP DATABASE ${name} (FORCE)`)
        await observer.query(`DROP ROLE ${name}`)
      })
      const add = (options: PoolOptions<pg.Client> = {}): Pool<pg.Client> => {
        const pool = createPool(postgres({ ...connection, ...own, application_name: name }), {
          ...{ fleet: fleet({ name, connections }), whenDown: 'fail', acquireTimeout: 60_000 * slack },
          ...options,
        })
        pool.eventsOf('pool.down', 'connection.failed').subscribe(({ type }) => told.push(type))
        pools.push(pool)
        return pool
      }
      return { name, add, told }
    }

    it('below the budget, wait and are not down when it is reached', async () => {
      const { add, told } = await limited(1, 5)
      const [a, b] = [add(), add()]
      const lease = await a.acquire()
      const caller = b.acquire()
      await until(() => b.stats().heldBack, 'b is held back')
      expect(b.stats()).toMatchObject({ state: 'running', failedConnects: 0 })
      lease.destroy()
      await expect(caller).resolves.toMatchObject({ held: true })
      expect(told).toEqual([])
    })

    it('equal to the budget, move connections to where callers wait even so: the last session is left to pools that ask', async () => {
      const { add, told } = await limited(3, 3)
      const [a, b] = [add(), add()]
      let busy = true
      const failures: unknown[] = []
      const work = async (pool: Pool<pg.Client>): Promise<void> => {
        while (busy)
          await pool
            .use(client => client.query('SELECT pg_sleep(0.01)'))
            .catch(error => {
              failures.push(error)
              busy = false
            })
      }
      const ofA = Array.from({ length: 4 }, () => work(a))
      await until(() => a.stats().busy === 2, 'a has all that there are')
      await b.use(client => client.query('SELECT 1')) // although no caller of a ever pauses
      busy = false
      await Promise.all(ofA)
      expect({ failures, told }).toEqual({ failures: [], told: [] })
    })

    it('equal to the budget, keep all of it where min says so', async () => {
      const { add } = await limited(3, 3)
      const pool = add({ min: 3 })
      await pool.ready()
      expect(pool.stats().total).toBe(3)
    })
  })
})

it('a fleet is refused for another database, and beside a group', () => {
  const own = fleet({ name: 'any', connections: 1 })
  expect(() => createPool(simulated(), { fleet: own })).toThrow(OptionsError)
  expect(() => createPool(simulated(), { fleet: own })).toThrow(/fleet needs PostgreSQL/)
  expect(() => fleet({ name: ' ', connections: 1 })).toThrow(/name must be a non-empty string/)
  expect(() => fleet({ name: 'any', connections: 0 })).toThrow(/connections must be an integer/)
})

interface Told {
  readonly served: number
  readonly failed: number
  readonly total: number
}

describe('processes of one fleet', () => {
  const connections = 4
  const processes = 6

  it('never have more than its connections and a connect each, are all served, and give back at once what a killed one had', async () => {
    const name = newName()
    const program = await bundle('test/support/programs/fleet-member.ts')
    const last: Told[] = []
    const errors: string[] = []
    const children = Array.from({ length: processes }, (_, index): ChildProcess => {
      const child = spawn(
        process.execPath,
        [
          program,
          JSON.stringify({ connection, name, application: `${name}:${index}:`, connections, callers: 3 }),
        ],
        { stdio: ['pipe', 'pipe', 'pipe'] },
      )
      createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', line => {
        last[index] = JSON.parse(line) as Told
      })
      child.stderr?.on('data', data => errors.push(String(data)))
      return child
    })
    onTestFinished(() => children.forEach(child => void child.kill('SIGKILL')))
    let most = 0
    let watching = true
    const watch = (async () => {
      while (watching) {
        most = Math.max(most, await open(name))
        await pause(20)
      }
    })()
    watch.catch(() => {}) // the test awaits it in the end, if it comes so far
    const allServe = async (of: readonly number[]): Promise<void> => {
      const before = of.map(index => last[index]?.served ?? 0)
      await until(
        () => of.every((index, at) => (last[index]?.served ?? 0) > (before[at] as number)),
        'all have been served',
      )
    }
    const all = children.map((_, index) => index)
    await allServe(all)
    await allServe(all)

    // All but one have no callers: what they hold goes to the one that has.
    for (const child of children.slice(1)) child.stdin?.write('0\n')
    await until(async () => (await slots(`${name}:0:`)) === 3, 'the one with callers has what the others had')

    const killedAt = performance.now()
    children[0]?.kill('SIGKILL')
    await until(async () => (await slots(`${name}:0:`)) === 0, 'its slots are free')
    expect(performance.now() - killedAt).toBeLessThan(1_000 * slack)
    for (const child of children.slice(1)) child.stdin?.write('3\n')
    await allServe(all.slice(1))

    watching = false
    await watch
    expect(most).toBeLessThanOrEqual(connections + processes)
    expect(errors).toEqual([])
    expect(last.map(({ failed }) => failed)).toEqual(all.map(() => 0))
  })
})
