// What the walks of both models share: a pool on a gated driver, the server at the other end, and waiting for it.

import assert from 'node:assert/strict'
import type { AnyActorRef, InspectionEvent } from 'xstate'
import type { PoolOptions } from '../../index.js'
import { waitUntil } from '../contract/bench.js'
import type { DriverUnderTest } from '../contract/driver-under-test.js'
import { GatedDriver, type Question } from './gated-driver.js'
import type { Execution } from './paths.js'
import { leafName } from './state-names.js'
import { WalkedPool } from './walked-pool.js'

/** The hands that {@link walk} needs on a driver's database: some of those of the driver contract. */
export type WalkedDriver<C> = Pick<
  DriverUnderTest<C>,
  'driver' | 'countOnServer' | 'kill' | 'succeed' | 'begin' | 'inTransaction'
>

/** How {@link walk} goes. */
export interface WalkOptions {
  /** How long one step waits for the server, at most, in milliseconds. Default 10,000. A step that is right waits for a fraction of it. */
  readonly patience?: number
  /** Is told XState's inspection events of the pool and its connections while the path is walked, to measure coverage for instance. */
  readonly inspect?: (event: InspectionEvent) => void
  /** The pool's hooks; they succeed at once where the path does not say otherwise. Default: those that the path has events of. */
  readonly hooks?: readonly HookName[] | undefined
}

/** The hooks that models know. */
export type HookName = 'onConnect' | 'onLend' | 'onReturn'

/** What is done for each event of a model, and how the pool is ended afterwards. */
export interface WalkExecution extends Execution {
  /** Ends the pool, wherever the path ended, and sees that nothing of it is left on the server. */
  finish(): Promise<void>
}

/** A pool on a driver, as long as one walk goes. */
export class WalkOf<C> {
  readonly subject: WalkedDriver<C>
  readonly driver: GatedDriver<C>
  readonly system: WalkedPool<C>
  readonly #patience: number

  constructor(
    subject: WalkedDriver<C>,
    holds: readonly Question[],
    pool: PoolOptions<C>,
    { patience = 10_000, inspect }: WalkOptions,
  ) {
    this.subject = subject
    this.driver = new GatedDriver(subject.driver, holds)
    this.system = new WalkedPool(this.driver, pool, inspect)
    this.#patience = patience
  }

  /** Waits for the server, in real time: it may take its time, and the pool's clock stands still meanwhile. */
  async until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    await this.system.settle()
    if (await condition()) return
    await waitUntil(condition, what, this.#patience)
    await this.system.settle()
  }

  connection(id: string): AnyActorRef {
    const connection = this.system.connections[id]
    if (connection === undefined) throw new Error(`The pool has no ${id}.`)
    return connection
  }

  /** The server drops a connection, and has let go of it. */
  async kill(connection: C): Promise<void> {
    await this.subject.kill(connection)
    await this.until(
      () => !this.driver.open.includes(connection),
      'the driver reports that the connection is lost',
    )
  }

  /** The pool and the server agree, and a connection that can be leased has nothing left of its last holder. */
  async check(): Promise<void> {
    const { driver, subject, system } = this
    system.check(driver.open.length)
    const agrees = async () => (await subject.countOnServer()) === driver.open.length
    if (!(await agrees())) await this.until(agrees, `the server counts ${driver.open.length} connections`)
    if (!system.connectionStates.includes('idle')) return
    const leased = system.leases.map(({ connection }) => connection)
    for (const connection of driver.open) {
      if (leased.includes(connection)) continue
      const inTransaction = await subject.inTransaction(connection)
      assert.equal(inTransaction, false, 'whether a transaction is open on an idle connection')
    }
  }

  async finish(): Promise<void> {
    const { driver, system, subject } = this
    system.unwatch()
    driver.holds.clear()
    driver.lingers = false
    driver.answerAll()
    system.close(0)
    await this.until(async () => {
      await system.clock.advance(1_000)
      return system.closed
    }, 'the pool is closed')
    driver.destroyAll()
    await this.until(
      async () => (await subject.countOnServer()) === 0,
      'nothing of the pool is left on the server',
    )
  }
}

/** The leaf state of an actor. */
export const stateOf = (actor: AnyActorRef): string => leafName(actor.getSnapshot().value)
