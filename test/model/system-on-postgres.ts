// A real pool on a real PostgreSQL, driven step by step: its time is simulated, and a round trip leaves when the test says so.

import pg from 'pg'
import { expect } from 'vitest'
import type { AnyActorRef } from 'xstate'
import { postgres } from '../../src/db/pg.js'
import { createPool, type Lease, type Pool, PoolError, type PoolOptions } from '../../src/index.js'
import { leafName } from '../../src/testing/index.js'
import { createSimulatedClock } from '../support/simulated-clock.js'
import { until } from '../support/until.js'

/** What the pool, through its driver, asks of the server. */
export type Question = 'connect' | 'validate' | 'reset' | 'close'

/** A question that has not left yet. */
interface Held {
  readonly question: Question
  readonly client: pg.Client
  go(answer: 'succeed' | 'fail'): void
}

/** Where the server is, and how to look at it. */
export interface Server {
  readonly config: pg.ClientConfig
  readonly observer: pg.Pool
}

/** What the driver sends for the pool, and nobody in these tests sends for themselves. */
const questionOf: Readonly<Record<string, Question>> = { '': 'validate', ROLLBACK: 'reset' }

/** One call of `acquire`, and how it was settled. */
interface Caller {
  readonly abort: AbortController
  settled: number
  lease: Lease<pg.Client> | undefined
}

export class SystemOnPostgres {
  readonly clock = createSimulatedClock()
  readonly pool: Pool<pg.Client>
  /** The questions that do not leave by themselves. */
  readonly holds: Set<Question>
  closed = false
  readonly #server: Server
  readonly #callers: Caller[] = []
  /** Under which port the server knows each client. */
  readonly #ports = new Map<pg.Client, number>()
  #held: Held[] = []

  constructor(server: Server, holds: readonly Question[], options: PoolOptions) {
    this.#server = server
    this.holds = new Set(holds)
    const driver = postgres({ ...server.config, Client: this.#clientClass() })
    this.pool = createPool(driver, { clock: this.clock, random: () => 0, ...options })
  }

  /** pg's own client: only the moment at which the password, a query of the driver's and the goodbye are sent is the test's. */
  #clientClass(): typeof pg.Client {
    const know = (client: pg.Client) => {
      client.connection.once('connect', () => {
        this.#ports.set(client, (client.connection.stream as { localPort?: number }).localPort ?? Number.NaN)
      })
    }
    const ask = (question: Question, client: pg.Client) =>
      new Promise<'succeed' | 'fail'>(go => {
        if (this.holds.has(question)) this.#held.push({ question, client, go })
        else go('succeed')
      })
    return class HeldClient extends pg.Client {
      constructor(config?: pg.ClientConfig) {
        super(config)
        know(this)
        const password = async () =>
          (await ask('connect', this)) === 'succeed' ? String(config?.password) : 'not the password'
        const query = this.query.bind(this) as (...args: unknown[]) => unknown
        const end = this.end.bind(this)
        Object.assign(this, {
          password, // as a password function in the configuration, which is not told for which client it is asked
          query: (...args: unknown[]) => {
            const question = questionOf[String(args[0])]
            return question === undefined ? query(...args) : ask(question, this).then(() => query(...args))
          },
          end: () => ask('close', this).then(() => end()),
        })
      }
    }
  }

  /** Lets everything that is under way inside the pool come to rest; no time passes. */
  async settle(): Promise<void> {
    await this.clock.advance(0)
  }

  /** Lets time pass in small steps until something is so; fails when it never becomes so. */
  async waitUntil(condition: () => boolean, step: number): Promise<void> {
    for (let steps = 0; !condition(); steps++) {
      if (steps === 1_000) throw new Error(`It did not happen within ${steps * step} ms.`)
      await this.clock.advance(step)
    }
  }

  acquire(timeout = Number.POSITIVE_INFINITY): void {
    const caller: Caller = { abort: new AbortController(), settled: 0, lease: undefined }
    this.#callers.push(caller)
    this.pool.acquire({ timeout, signal: caller.abort.signal }).then(
      lease => {
        caller.settled++
        caller.lease = lease
      },
      (error: unknown) => {
        caller.settled++
        expect(error).toBeInstanceOf(PoolError)
      },
    )
  }

  /** Callers who have neither a lease nor an error. */
  get waiting(): readonly Caller[] {
    return this.#callers.filter(caller => caller.settled === 0)
  }

  /** Leases that are out, the oldest first. */
  get leases(): Lease<pg.Client>[] {
    return this.#callers.flatMap(({ lease }) => (lease?.held ? [lease] : []))
  }

  /** The caller who has waited longest gives up. */
  giveUp(): void {
    const [caller] = this.waiting
    if (caller === undefined) throw new Error('Nobody waits.')
    caller.abort.abort(new Error('gave up'))
  }

  close(timeout: number): void {
    this.pool.close({ timeout }).then(() => {
      this.closed = true
    })
  }

  /** The oldest question of this kind that the pool still wants answered leaves. For a connect that fails: with a wrong password. */
  answer(question: Question, answer: 'succeed' | 'fail' = 'succeed'): void {
    const held = this.#wanted(question)[0]
    if (held === undefined) throw new Error(`The pool is not waiting for any ${question}.`)
    this.#held.splice(this.#held.indexOf(held), 1)
    held.go(answer)
  }

  /** Everything leaves that is still held, whether the pool wants it or not. */
  answerAll(): void {
    for (const { go } of this.#held.splice(0)) go('succeed')
  }

  #wanted(question: Question): Held[] {
    return this.#held.filter(held => held.question === question && !held.client.connection.stream.destroyed)
  }

  /** Clients that are connected and that nobody holds, the oldest first. */
  get idleClients(): pg.Client[] {
    const taken = new Set([
      ...this.leases.map(lease => lease.connection),
      ...this.#wanted('connect').map(({ client }) => client),
    ])
    return this.clients.filter(client => !taken.has(client))
  }

  /** Clients whose sockets are open, the oldest first. */
  get clients(): pg.Client[] {
    return [...this.#ports.keys()].filter(client => !client.connection.stream.destroyed)
  }

  /** Ends a client's backend on the server, also one that still waits for the password. */
  async terminate(client: pg.Client | undefined): Promise<void> {
    const port = client && this.#ports.get(client)
    if (port === undefined) throw new Error('There is no such client.')
    const ended = await this.#ask('SELECT pg_terminate_backend(pid) AS ended', [port])
    expect(ended).toEqual([{ ended: true }])
  }

  /** What the server says of this pool's backends: `starting` while it waits for the password, `idle`, `idle in transaction`. */
  async statesOnServer(): Promise<unknown[]> {
    return (await this.#ask('SELECT state', [...this.#ports.values()])).map(({ state }) => state)
  }

  /** A backend knows the application's name only once it has the password, and another file's client may get a port again. */
  async #ask(select: string, ports: readonly number[]): Promise<Record<string, unknown>[]> {
    const { config, observer } = this.#server
    const where = "client_port = ANY ($1) AND application_name IN ('', $2)"
    return (
      await observer.query(`${select} FROM pg_stat_activity WHERE ${where}`, [ports, config.application_name])
    ).rows
  }

  /** The states of all connections that exist, as their own machines say. */
  get connectionStates(): string[] {
    return Object.values(this.children).map(child => leafName(child?.getSnapshot().value))
  }

  get children(): Record<string, AnyActorRef | undefined> {
    return this.pool.actor.getSnapshot().children
  }

  /** What must be so after every step: the pool, its connections' machines and the server tell the same story. */
  async expectConsistent(): Promise<void> {
    const { pool } = this
    if (this.holds.has('connect'))
      await until(
        () => this.#wanted('connect').length === pool.stats().connecting,
        'all are asked for passwords',
      )
    const { connecting, idle, busy, validating, closing, total } = pool.stats()
    const states = this.connectionStates
    const count = (state: string) => states.filter(each => each.split('.')[0] === state).length
    expect({ connecting, idle, busy, validating, closing, total }).toEqual({
      connecting: count('connecting'),
      idle: count('idle'),
      busy: count('busy'),
      validating: count('validating'),
      closing: count('closing'),
      total: states.length,
    })
    expect(busy, 'leases that are out').toBe(this.leases.length)
    for (const { settled } of this.#callers) expect(settled).toBeLessThanOrEqual(1)
    await until(
      async () => (await this.statesOnServer()).length === total,
      `the server counts ${total} backends`,
    )
  }

  /** Ends the pool, wherever it is, and sees that nothing of it is left on the server. */
  async finish(): Promise<void> {
    this.holds.clear()
    this.answerAll()
    this.close(0)
    await until(async () => {
      await this.clock.advance(1_000)
      return this.closed && (await this.statesOnServer()).length === 0
    }, 'nothing is left of the pool')
  }
}
