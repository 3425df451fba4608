// One host of a running pool of hosts: its pool, and the actor that knows what the host is.
import { type ActorRefFrom, createActor } from 'xstate'
import { createPool, systemBehind } from '../actors/create-pool.js'
import type { Pool } from '../actors/pool.js'
import { abortable } from '../core/abortable.js'
import { type Clock, longestDelay } from '../core/clock.js'
import { DatabaseDownError } from '../core/errors.js'
import type { HostEvidence } from '../core/evidence.js'
import type { PoolHooks } from '../core/hooks.js'
import { outside } from '../core/outside.js'
import { milliseconds } from '../core/wording.js'
import type { Host } from '../db/driver.js'
import { fits, type HostView, meansDown } from '../machines/decisions/hosts.js'
import { hostMachine } from '../machines/host.js'
import type {
  HostContext,
  HostEvent,
  HostState,
  HostStats,
  HostTarget,
  Seekers,
} from '../machines/host-types.js'
import type { ParsedHostOptions } from './options.js'
import { type HostDriver, roleOf, toldDriver } from './told-driver.js'

/** What a host needs of the pool that it belongs to. */
export interface HostSurroundings<C> {
  readonly options: ParsedHostOptions<C>
  readonly seekers: Seekers
  /** Callers whom no host serves: those for whom none fits, and those at a host that does not answer. */
  readonly unserved: Seekers
  /** The host is another one now. */
  changed(host: RunningHost<C>, from: HostState): void
  /** A session has ended, or does not answer: the host may be another one now. */
  doubted(host: RunningHost<C>): void
}

/** Before all callers: whom the answer is for may be waiting for it. */
const first = Number.MAX_SAFE_INTEGER

/** The session of the pool's own question. */
const asking = Symbol('asks for the role')

/** One host, with its pool. */
export class RunningHost<C> implements HostView, HostStats {
  readonly name: string
  readonly pool: Pool<C>
  readonly actor: ActorRefFrom<typeof hostMachine>
  readonly #driver: HostDriver<C>
  readonly #surroundings: HostSurroundings<C>
  /** An index of the actor's snapshot, which is read for each caller. */
  #state: HostState = 'unknown'

  constructor({ name, driver }: Host<C>, surroundings: HostSurroundings<C>) {
    const { options, unserved } = surroundings
    const { clock } = options.config
    this.name = name
    this.#driver = driver as HostDriver<C>
    this.#surroundings = surroundings
    const own = options.each.name
    const told = toldDriver(this.#driver, {
      role: role => this.#tell({ type: 'role.told', role }),
      demoted: error => this.#tell({ type: 'host.demoted', error }),
      doubted: () => this.#tell({ type: 'host.doubted' }),
    })
    this.actor = createActor(hostMachine.provide({ actions: { ask: () => void this.#ask() } }), {
      id: name,
      clock: unheld(clock),
      input: { host: name, hostRecheck: options.hostRecheck, seekers: unserved, now: () => clock.now() },
    })
    this.pool = createPool(
      told,
      {
        ...options.each,
        ...unlessAsking(options.each),
        ...(own !== undefined && { name: `${own}@${name}` }),
        whenDown: 'fail',
      },
      { host: this },
    )
    this.pool.eventsOf('pool.down', 'connection.lost', 'connection.closed').subscribe(notice => {
      if (notice.type === 'connection.closed' && !notice.reason.startsWith('validation')) return
      this.#tell({ type: 'host.doubted' })
      surroundings.doubted(this)
    })
    this.actor.subscribe(({ value }) => this.#follow(value.role))
    outside(() => this.actor.start())
  }

  /** What is known of it. */
  get state(): HostState {
    return this.#state
  }

  get context(): HostContext {
    return this.actor.getSnapshot().context
  }

  get promotedAt(): number {
    return this.context.promotedAt
  }

  get idle(): number {
    return this.#pooled.context.roster.idle
  }

  get room(): number {
    const { value, context } = this.#pooled
    if (typeof value !== 'string' || value === 'paused') return 0 // it backs off, or is closing
    return Math.max(0, context.size.max - context.roster.total)
  }

  /** The callers that wait for a suitable host, this one included. */
  get seeking(): number {
    return this.#surroundings.seekers.length
  }

  get waiting(): number {
    return this.#pooled.context.queue.length
  }

  /** Callers in its queue, if it has no connection, and may get none; the pool's own question is in that queue, too. */
  get unserved(): number {
    const { total, connecting } = this.#pooled.context.roster
    const asks = this.actor.getSnapshot().matches({ watch: 'asking' })
    return total > connecting ? 0 : Math.max(0, this.waiting - Number(asks))
  }

  get busy(): number {
    const { total, idle, connecting } = this.#pooled.context.roster
    return total - idle - connecting
  }

  /** Whether it is what a caller wants. */
  serves(target: HostTarget): boolean {
    return fits(this.#state, target)
  }

  /** What is known of it, for errors. */
  evidence(now: number): HostEvidence {
    const { since, lastError } = this.context
    return Object.freeze({ host: this.name, state: this.#state, lasted: Math.max(0, now - since), lastError })
  }

  /** A caller wants what the host may have become meanwhile. */
  seek(): void {
    this.#tell({ type: 'host.sought' })
  }

  /** Its pool can serve no caller. */
  failed(error: unknown): void {
    this.#tell({ type: 'host.failed', error: causeOf(error) })
  }

  stop(): void {
    this.actor.stop()
  }

  get #pooled() {
    return this.pool.actor.getSnapshot()
  }

  #tell(event: HostEvent): void {
    if (this.actor.getSnapshot().status === 'active') this.actor.send(event)
  }

  #follow(state: HostState): void {
    const from = this.#state
    if (state === from) return
    this.#state = state
    // Sessions that were opened on a standby do not hear the pools of their fleet.
    if (from === 'standby' && state === 'primary' && systemBehind(this.pool.actor)?.parts.budget?.enter)
      this.pool.evict()
    this.#surroundings.changed(this, from)
  }

  async #ask(): Promise<void> {
    try {
      const role = await outside(() => this.#roleOfSession())
      this.#tell({ type: 'role.told', role })
    } catch (error) {
      if (meansDown(Object(error))) this.failed(error)
    }
    this.#tell({ type: 'ask.ended' })
  }

  /** Asks a session that is idle, or a new one. */
  #roleOfSession() {
    const { config, each } = this.#surroundings.options
    const { connectTimeout, validateTimeout, clock } = config
    return this.pool.use(
      async (connection, lease) => {
        try {
          return await within(validateTimeout, clock, signal => roleOf(this.#driver, connection, signal))
        } catch (error) {
          if (lease.held) lease.destroy(error)
          throw error
        }
      },
      {
        timeout: connectTimeout,
        priority: first,
        ...((each.onLend ?? each.onReturn) && { session: asking }),
      },
    )
  }
}

/** The application's hooks, which are for its own callers: they may know of no session when the pool asks for a role. */
function unlessAsking<C>({ onLend, onReturn }: PoolHooks<C>): PoolHooks<C> {
  return {
    ...(onLend && {
      onLend: (connection, context) => context.session === asking || onLend(connection, context),
    }),
    ...(onReturn && {
      onReturn: (connection, context) =>
        context.session === asking ? undefined : onReturn(connection, context),
    }),
  }
}

/** A host's timers hold no process: what waits for the host has deadlines of its own, and its pool holds the process as long as it wants to. */
function unheld(clock: Clock): Pick<Clock, 'setTimeout' | 'clearTimeout'> {
  return {
    setTimeout(callback, delay) {
      const timer = clock.setTimeout(callback, delay < longestDelay ? delay : Number.POSITIVE_INFINITY)
      clock.unref?.(timer)
      return timer
    },
    clearTimeout: timer => clock.clearTimeout(timer),
  }
}

/** Settles with the call, or rejects when it takes longer than this. */
async function within<T>(limit: number, clock: Clock, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const timer = clock.setTimeout(
    () => controller.abort(new Error(`the host did not answer within ${milliseconds(limit)}`)),
    limit,
  )
  try {
    return await abortable(call(controller.signal), controller.signal)
  } finally {
    clock.clearTimeout(timer)
  }
}

/** Why a host cannot be reached: of a refused caller's error, what it says of the connects. */
const causeOf = (error: unknown): unknown => (error instanceof DatabaseDownError ? error.cause : error)
