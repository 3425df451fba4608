// The connection machine at work: its actions as calls of the driver, leases and reports.
import type { ActorRef, ActorRefFrom, EventObject, Snapshot } from 'xstate'
import type { ConnectContext, Driver } from '../db/driver.js'
import { ConnectError, LeaseError } from '../errors.js'
import { connectionMachine } from '../machines/connection.js'
import type { ConnectionContext, ConnectionEvent } from '../machines/connection-types.js'
import { outside } from '../outside.js'
import { messageOf } from '../wording.js'
import { endLoan } from './leaks.js'
import { Lease } from './lease.js'
import type { PoolParts } from './parts.js'
import type { ConnectionRecord } from './record.js'
import type { AcquireRequest } from './request.js'

/** What a connection runs. */
export type ConnectionLogic = typeof connectionMachine

/** A running connection. */
export type ConnectionActorRef = ActorRefFrom<typeof connectionMachine>

/** The machine with its effects, made once for a pool and shared by all of its connections. */
export function provideConnection<C>(parts: PoolParts<C>): ConnectionLogic {
  const { driver, config, roster, line, notices, counters, generation } = parts
  const { clock } = config
  const target = describeTarget(driver)
  const recordOf = (context: ConnectionContext) => context.facts as ConnectionRecord<C>
  const handleOf = (record: ConnectionRecord<C>) => record.handle as C

  /** Reserves the connection for the next caller in the line, unless it is reserved for one who still waits. */
  const claimNext = (record: ConnectionRecord<C>) => {
    if (record.request?.waits !== true) record.request = line.next()
  }

  const mayExit = config.allowExitOnIdle && driver.ref !== undefined && driver.unref !== undefined
  /** While a caller needs the connection, it keeps the process alive. */
  const hold = (record: ConnectionRecord<C>): void => {
    if (!mayExit) return
    try {
      driver.ref?.(handleOf(record))
    } catch {
      // the process may end sooner than it should, which is no reason to lose the connection
    }
  }
  /** While it is idle, it does not. */
  const letGo = (record: ConnectionRecord<C>): void => {
    if (mayExit) quietly(() => driver.unref?.(handleOf(record)))
  }

  return connectionMachine.provide({
    guards: {
      needsReset: ({ context }) =>
        driver.reset !== undefined && (driver.needsReset?.(handleOf(recordOf(context))) ?? true),
      isUnusable: ({ context }) =>
        driver.isUsable !== undefined &&
        quietly(() => driver.isUsable?.(handleOf(recordOf(context)))) !== true,
      isAwaited: ({ context }) => recordOf(context).request?.waits === true,
      isWithheld: () => line.withheld,
    },
    actions: {
      connect: ({ context, self }) => {
        const record = recordOf(context)
        const signal = record.beginEffect()
        const { evictions } = roster
        const onLost = (error?: unknown) => report(self, { type: 'driver.lost', error })
        const onStale: ConnectContext['onStale'] = (error, { all = false } = {}) => {
          if (record.handle === undefined) return
          record.stale = true
          if (record.ending === undefined) report(self, { type: 'retire', reason: 'stale session', error })
          // Unless all that were open with it have been retired already: it knows nothing of those that were opened since.
          if (all && evictions === roster.evictions) tell(context.pool, { type: 'evict' })
        }
        attempt(
          () => driver.connect({ signal, onLost, onStale }),
          handle => {
            // Too late: the pool has given this connection up, so nobody else will ever close it.
            if (signal.aborted) return destroyQuietly(driver, handle)
            if (handle === undefined)
              return report(self, { type: 'driver.connectFailed', error: noHandle(driver) })
            record.handle = handle
            record.provenIn = generation.current
            record.endEffect()
            report(self, { type: 'driver.connected' })
          },
          error => report(self, { type: 'driver.connectFailed', error }),
        )
      },
      validate: ({ context, self }) => {
        const record = recordOf(context)
        if (record.request !== undefined) hold(record) // a caller waits for it
        const signal = record.beginEffect()
        attempt(
          () => driver.validate(handleOf(record), { signal }),
          () => {
            record.provenAt = clock.now()
            record.provenIn = generation.current
            record.endEffect()
            report(self, { type: 'driver.validated' })
          },
          error => report(self, { type: 'driver.invalid', error }),
        )
      },
      reset: ({ context, self }) => {
        const record = recordOf(context)
        const signal = record.beginEffect()
        roster.noteResetting(record, true)
        attempt(
          () => driver.reset?.(handleOf(record), { signal }),
          () => {
            roster.noteResetting(record, false)
            record.idleSince = record.provenAt = clock.now()
            record.provenIn = generation.current
            record.endEffect()
            report(self, { type: 'driver.resetDone' })
          },
          error => report(self, { type: 'driver.resetFailed', error }),
        )
      },
      close: ({ context, self }) => {
        const record = recordOf(context)
        if (config.closeTimeout === 0) {
          destroyQuietly(driver, handleOf(record))
          self.send({ type: 'driver.closed' })
          return
        }
        hold(record)
        attempt(
          () => driver.close(handleOf(record)),
          () => report(self, { type: 'driver.closed' }),
          error => report(self, { type: 'driver.closeFailed', error }),
        )
      },
      destroySocket: ({ context, self }) => {
        const record = recordOf(context)
        record.abortEffect()
        if (record.handle === undefined) return
        const gone = destroyQuietly(driver, record.handle)
        if (gone === undefined || config.closeTimeout === 0) return
        record.lingers = true
        gone.then(() => report(self, { type: 'driver.gone' }))
      },
      takeNext: ({ context }) => {
        claimNext(recordOf(context))
      },
      park: ({ context, self }) => {
        const record = recordOf(context)
        claimNext(record)
        const next = record.request
        if (next !== undefined) return self.send({ type: 'checkout', request: next, at: clock.now() })
        roster.park(record)
        letGo(record)
        if (config.idleTimeout === 0) context.pool.send({ type: 'maintenance.due' })
      },
      lend: ({ context, event, self }) => {
        const record = recordOf(context)
        const request = record.request as AcquireRequest<C>
        const at = 'at' in event ? event.at : clock.now()
        record.request = undefined
        // Gave up on the way here, from within an observer of the pool's actor: nobody will give it back.
        if (!request.waits) return self.send({ type: 'release', at })
        const lease = new Lease(++counters.acquired, at, record)
        record.lease = lease
        record.uses++
        hold(record)
        request.grant(lease)
        if (notices.observed) {
          notices.publish({
            type: 'acquire.granted',
            lease: lease.id,
            connection: record.id,
            waited: at - request.at,
          })
        }
      },
      takeBack: ({ context, event }) => {
        if (event.type !== 'release') return
        const record = recordOf(context)
        const { lease } = record
        if (lease === undefined) return
        const heldFor = event.at - lease.acquiredAt
        record.lease = undefined
        record.idleSince = record.provenAt = event.at
        roster.noteReturned(lease.acquiredAt, event.at)
        counters.released++
        if (record.loan !== undefined) endLoan(record, lease.id, heldFor, 'released')
        if (notices.observed) {
          notices.publish({ type: 'lease.released', lease: lease.id, connection: record.id, heldFor })
        }
      },
      revoke: ({ context }) => {
        const record = recordOf(context)
        const { lease } = record
        if (lease === undefined) return
        const now = clock.now()
        const heldFor = now - lease.acquiredAt
        const cause = record.ending?.error
        record.lease = undefined
        roster.noteReturned(lease.acquiredAt, now)
        endLoan(record, lease.id, heldFor, lease.held ? 'revoked' : 'destroyed')
        if (!lease.held) {
          const lent = { lease: lease.id, connection: record.id }
          return notices.publish({ type: 'lease.destroyed', ...lent, heldFor, error: cause })
        }
        lease.revoke()
        notices.publish({
          type: 'lease.revoked',
          lease: lease.id,
          connection: record.id,
          error: new LeaseError(
            'LEASE_REVOKED',
            lease.id,
            `Lease ${lease.id} has ended: its connection (${record.id}) was ${record.ending?.reason ?? 'destroyed'} while it was lent.`,
            cause,
          ),
        })
      },
      reportReady: ({ context }) => {
        const record = recordOf(context)
        record.openedAt = record.idleSince = record.provenAt = clock.now()
        claimNext(record) // before the pool counts who still needs a connection
        context.pool.send({ type: 'connection.ready', connection: record })
      },
      reportFailed: ({ context }) => {
        const record = recordOf(context)
        const cause = record.ending?.error
        const error =
          record.ending?.reason === 'connect timeout'
            ? new ConnectError(
                'CONNECT_TIMEOUT',
                target,
                `it took longer than ${config.connectTimeout} ms (connectTimeout)`,
                { remedy: remedyFor(driver, undefined) },
              )
            : new ConnectError('CONNECT_FAILED', target, messageOf(cause), {
                cause,
                remedy: remedyFor(driver, cause),
              })
        context.pool.send({ type: 'connection.failed', connection: record, error })
      },
      reportClosing: ({ context }) => {
        context.pool.send({ type: 'connection.closing', connection: context.facts })
      },
      decline: ({ context, event }) => {
        const record = recordOf(context)
        const request = event.type === 'checkout' ? event.request : record.request
        record.request = undefined
        if (request !== undefined)
          context.pool.send({ type: 'connection.declined', connection: record, request })
      },
    },
  })
}

/** Tells a connection what its driver says. What comes after its end (a deadline passed, it was destroyed) is of no interest. */
function report(connection: ActorRef<Snapshot<unknown>, ConnectionEvent>, event: ConnectionEvent): void {
  tell(connection, event)
}

/** Sends an event to an actor that may have ended. */
function tell<E extends EventObject>(actor: ActorRef<Snapshot<unknown>, E>, event: E): void {
  if (actor.getSnapshot().status === 'active') actor.send(event)
}

function noHandle<C>({ name }: Driver<C>): TypeError {
  return new TypeError(`the driver's connect() (${name}) resolved to undefined, and not to a connection`)
}

/** Calls the driver outside of any caller's async context, and takes a synchronous throw for a rejection. */
function attempt<T>(
  call: () => Promise<T> | T,
  done: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  outside(() => new Promise<T>(resolve => resolve(call())).then(done, failed))
}

/**
 * Destroys a connection, whatever the driver does about it.
 * @returns a promise, which never rejects, if the driver waits for the server to let go
 */
export function destroyQuietly<C>(driver: Driver<C>, handle: C): Promise<void> | undefined {
  return outside(() => {
    const gone = quietly(() => driver.destroy(handle))
    return gone instanceof Promise ? gone.catch(() => {}) : undefined
  })
}

/**
 * Calls a method of the driver that the contract does not expect to throw. One that does throw must not take the connection's
 * actor with it, for then its caller would be forgotten and its slot be taken for ever.
 */
function quietly<T>(call: () => T): T | undefined {
  try {
    const answer = call()
    if (answer instanceof Promise) answer.catch(() => {}) // an `async destroy`, say: TypeScript lets it pass
    return answer
  } catch {
    return undefined
  }
}

/** What a driver has to say about a connect that failed: nothing unless it is a text. */
export function remedyFor<C>(driver: Driver<C>, error: unknown): string | undefined {
  const remedy: unknown = quietly(() => driver.remedy?.(error))
  return typeof remedy === 'string' && remedy !== '' ? remedy : undefined
}

/** Where a driver connects to, for messages. */
export function describeTarget<C>(driver: Driver<C>): string {
  return quietly(() => driver.describe?.()) ?? driver.name
}
