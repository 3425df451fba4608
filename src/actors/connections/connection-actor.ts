// The connection machine at work: its actions as calls of the driver, leases and reports.
import type { ActorRef, EventObject, Snapshot } from 'xstate'
import { ConnectError, LeaseError } from '../../core/errors.js'
import { HookFailure } from '../../core/hooks.js'
import type { ConnectContext, RoundTripContext } from '../../db/driver.js'
import { compiled, deliver } from '../../machines/compiled/index.js'
import { connectionMachine } from '../../machines/connection.js'
import type { ConnectionContext, ConnectionEvent, ConnectionInput } from '../../machines/connection-types.js'
import type { Lending } from '../callers/lending.js'
import type { AcquireRequest } from '../callers/request.js'
import { Lease } from '../leases/lease.js'
import { ofPool } from '../names.js'
import { once } from '../once.js'
import { endLoan } from '../watching/loan.js'
import type { Cancellation } from './cancellation.js'
import { attempt, destroyQuietly, letExit, noHandle, quietly, remedyFor } from './driver-calls.js'
import {
  askToLend,
  causeOf,
  connectAndSetUp,
  describeFailure,
  ProofFailure,
  resetAndUndo,
  tellReturned,
} from './hooks.js'
import type { ConnectionRecord } from './record.js'

/** What a connection runs. */
export type ConnectionLogic = typeof connectionMachine

/** The connection as the running system has it: the record is what the machine knows as its facts. */
const recordOf = (context: ConnectionContext) => context.facts as ConnectionRecord<unknown>

/** What to do about a connect that failed in `onConnect`. */
const remedyForHook = 'The database was reached; correct onConnect, or what it expects of the database'

/** While a caller needs the connection, it keeps the process alive. */
const hold = ({ parts: { driver, mayExit }, handle }: ConnectionRecord<unknown>): void => {
  if (mayExit) letExit(driver, handle, false)
}

/** While it is idle, it does not. */
const letGo = ({ parts: { driver, mayExit }, handle }: ConnectionRecord<unknown>): void => {
  if (mayExit) letExit(driver, handle, true)
}

/** Tells a connection what its driver says. What comes after its end (a deadline passed, it was destroyed) is of no interest. */
const report: (connection: ActorRef<Snapshot<unknown>, ConnectionEvent>, event: ConnectionEvent) => void =
  tell

/** Sends an event to an actor that may have ended. */
function tell<E extends EventObject>(actor: ActorRef<Snapshot<unknown>, E>, event: E): void {
  if (actor.getSnapshot().status === 'active') deliver(actor, event, event.type)
}

/** What a call of the driver is told: its signal, which is made when the driver looks at it. */
const contextOf = (call: Cancellation): RoundTripContext => ({
  get signal() {
    return call.signal
  },
})

/** The machine with its effects: the same for all connections of all pools, as each finds its pool through its record. */
const provideConnection = (): ConnectionLogic =>
  connectionMachine.provide({
    actions: {
      connect: ({ context, self }) => {
        const record = recordOf(context)
        const { driver, config, roster, hooks } = record.parts
        const call = record.beginEffect()
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
          () =>
            hooks === undefined
              ? driver.connect({
                  get signal() {
                    return call.signal
                  },
                  onLost,
                  onStale,
                })
              : connectAndSetUp(record, { signal: call.signal, onLost, onStale }),
          handle => {
            // Too late: the pool has given this connection up, so it must be closed here.
            if (call.aborted) return destroyQuietly(driver, handle)
            if (handle === undefined)
              return report(self, { type: 'driver.connectFailed', error: noHandle(driver) })
            record.handle = handle
            record.endEffect()
            report(self, { type: 'driver.connected', at: config.clock.now() })
          },
          error => report(self, { type: 'driver.connectFailed', error }),
        )
      },
      validate: ({ context, self }) => {
        const record = recordOf(context)
        const { driver, config } = record.parts
        record.incoming = undefined
        if (record.request !== undefined) hold(record) // a caller waits for it
        const call = record.beginEffect()
        attempt(
          () => driver.validate(record.handle, contextOf(call)),
          () => {
            record.endEffect()
            report(self, { type: 'driver.validated', at: config.clock.now() })
          },
          error => report(self, { type: 'driver.invalid', error }),
        )
      },
      ask: ({ context, self }) => {
        const record = recordOf(context)
        const { driver, config } = record.parts
        const { lending } = record.request as AcquireRequest<unknown>
        record.incoming = undefined
        hold(record)
        const call = record.beginEffect()
        attempt(
          () => askToLend(record, lending as Lending, context, call.signal),
          isFit => {
            record.endEffect()
            if (isFit) report(self, { type: 'lend.accepted', at: config.clock.now() })
            else report(self, { type: 'lend.refused', error: new Error('onLend returned false.') })
          },
          error => {
            if (error instanceof ProofFailure)
              return report(self, { type: 'driver.lost', error: error.error })
            const isBroken = quietly(() => driver.isFatal?.(error)) === true
            report(self, { type: isBroken ? 'driver.lost' : 'lend.failed', error })
          },
        )
      },
      noteUnclaimed: ({ context }) => {
        const record = recordOf(context)
        const { lending } = record.request as AcquireRequest<unknown>
        record.owe('unclaimed', undefined, 0, lending?.session)
      },
      reset: ({ context, self, event }) => {
        const record = recordOf(context)
        const { driver, config, roster, hooks } = record.parts
        const call = record.beginEffect()
        const dirty = event.type === 'release' ? event.session === 'dirty' : undefined
        roster.noteResetting(record, true)
        attempt(
          () =>
            hooks === undefined
              ? driver.reset?.(record.handle, contextOf(call))
              : resetAndUndo(record, dirty, call.signal),
          () => {
            roster.noteResetting(record, false)
            record.endEffect()
            report(self, { type: 'driver.resetDone', at: config.clock.now() })
          },
          error => report(self, { type: 'driver.resetFailed', error }),
        )
      },
      close: ({ context, self }) => {
        const record = recordOf(context)
        const { driver, config } = record.parts
        tellReturned(record)
        if (config.closeTimeout === 0) {
          destroyQuietly(driver, record.handle)
          self.send({ type: 'driver.closed' })
          return
        }
        hold(record)
        attempt(
          () => driver.close(record.handle),
          () => report(self, { type: 'driver.closed' }),
          error => report(self, { type: 'driver.closeFailed', error }),
        )
      },
      destroySocket: ({ context, self }) => {
        const record = recordOf(context)
        const { driver, config } = record.parts
        record.abortEffect()
        tellReturned(record)
        if (record.handle === undefined) return
        const gone = destroyQuietly(driver, record.handle)
        if (gone === undefined || config.closeTimeout === 0) return
        record.lingers = true
        gone.then(() => report(self, { type: 'driver.gone' }))
      },
      park: ({ context }) => {
        const record = recordOf(context)
        const { config, roster } = record.parts
        roster.park(record)
        letGo(record)
        if (config.idleTimeout === 0) context.pool.send({ type: 'maintenance.due' })
      },
      lend: ({ context, event }) => {
        const record = recordOf(context)
        const { name, config, counters, notices, hooks, onLease, tracker } = record.parts
        const asked = event.type === 'checkout' ? event.request : record.request
        const request = asked as AcquireRequest<unknown>
        const at = 'at' in event ? event.at : config.clock.now()
        record.incoming = undefined
        const lease = new Lease(++counters.acquired, at, record)
        record.lease = lease
        record.served = request.order
        hold(record)
        if (onLease !== undefined) onLease(lease)
        if (hooks !== undefined) record.session = request.lending?.session
        request.grant(lease)
        if (tracker !== undefined) tracker.granted(at - request.at, at)
        if (notices.wants('acquire.granted')) {
          notices.publishStamped({
            at,
            pool: name,
            type: 'acquire.granted',
            request: request.order,
            lease: lease.id,
            connection: record.id,
            waited: at - request.at,
          })
        }
      },
      takeBack: ({ context, event }) => {
        if (event.type !== 'release') return
        const record = recordOf(context)
        const { name, roster, counters, notices, hooks, tracker } = record.parts
        const { lease } = record
        if (lease === undefined) return
        const heldFor = event.at - lease.acquiredAt
        record.lease = undefined
        roster.noteReturned(lease.acquiredAt, event.at)
        counters.released++
        if (hooks !== undefined) record.owe('released', lease.id, heldFor)
        if (record.loan !== undefined) endLoan(record, lease.id, heldFor, 'released')
        if (tracker !== undefined) tracker.returned(heldFor, event.at)
        if (notices.wants('lease.released')) {
          notices.publishStamped({
            at: event.at,
            pool: name,
            type: 'lease.released',
            lease: lease.id,
            connection: record.id,
            heldFor,
          })
        }
      },
      revoke: ({ context }) => {
        const record = recordOf(context)
        const { config, roster, notices, tracker } = record.parts
        const { lease } = record
        if (lease === undefined) return
        const now = config.clock.now()
        const heldFor = now - lease.acquiredAt
        const cause = record.ending?.error
        record.lease = undefined
        roster.noteReturned(lease.acquiredAt, now)
        endLoan(record, lease.id, heldFor, lease.held ? 'revoked' : 'destroyed')
        tracker?.returned(heldFor, now)
        record.owe(lease.held ? 'revoked' : 'destroyed', lease.id, heldFor)
        tellReturned(record)
        if (!lease.held) {
          const lent = { lease: lease.id, connection: record.id }
          return notices.publish({ type: 'lease.destroyed', ...lent, heldFor, error: cause })
        }
        lease.revoke()
        notices.publish({
          type: 'lease.revoked',
          lease: lease.id,
          connection: record.id,
          error: ofPool(
            record.parts,
            new LeaseError(
              'LEASE_REVOKED',
              lease.id,
              `Lease ${lease.id} has ended: its connection (${record.id}) was ${record.ending?.reason ?? 'destroyed'} while it was leased.`,
              cause,
            ),
          ),
        })
      },
      reportReady: ({ context }) => {
        const record = recordOf(context)
        deliver(context.pool, { type: 'connection.ready', connection: record }, 'connection.ready')
      },
      reportFailed: ({ context }) => {
        const record = recordOf(context)
        const { driver, target } = record.parts
        const cause = record.ending?.error
        const error =
          record.ending?.reason === 'connect timeout'
            ? new ConnectError(
                'CONNECT_TIMEOUT',
                target,
                `it took longer than ${context.policy.connectTimeout} ms (connectTimeout)`,
                { remedy: remedyFor(driver, undefined) },
              )
            : new ConnectError('CONNECT_FAILED', target, describeFailure(cause), {
                cause: causeOf(cause),
                remedy: cause instanceof HookFailure ? remedyForHook : remedyFor(driver, cause),
              })
        context.pool.send({
          type: 'connection.failed',
          connection: record,
          error: ofPool(record.parts, error),
        })
      },
      reportClosing: ({ context }) => {
        deliver(context.pool, { type: 'connection.closing', connection: context.facts }, 'connection.closing')
      },
      decline: ({ context, event }) => {
        const record = recordOf(context)
        const request = event.type === 'checkout' ? event.request : record.request
        if (event.type === 'checkout') record.incoming = undefined
        if (request !== undefined)
          context.pool.send({
            type: 'connection.declined',
            connection: record,
            request,
            ...(event.type === 'lend.failed' && { error: event.error }),
          })
      },
    },
  })

/** What every connection of every pool runs; each sees the actor system as its pool does. */
export const connectionLogic = once((): ConnectionLogic => {
  const machine = compiled(provideConnection())
  const getInitialSnapshot: ConnectionLogic['getInitialSnapshot'] = (scope, input) => {
    Object.assign(scope, { system: recordOf(input as ConnectionInput).parts.system })
    return machine.getInitialSnapshot(scope, input)
  }
  return Object.assign(Object.create(machine), { getInitialSnapshot })
})
