// What a connection asks of its driver: to connect, to validate, to reset, to close, to destroy.
import { abortable } from '../../core/abortable.js'
import type { ConnectContext } from '../../db/driver.js'
import type { ConnectionContext, ConnectionEvent } from '../../machines/connection-types.js'
import { type ConnectionActions, contextOf, hold, recordOf, report, tell, withSignal } from './acting.js'
import { attempt, destroyQuietly, noHandle, quietly } from './driver-calls.js'
import { connectAndSetUp, resetAndUndo, tellReturned } from './hooks.js'
import type { ConnectionRecord } from './record.js'

export const driverActions = {
  connect: ({ context, self }) => {
    const record = recordOf(context)
    const { driver, config, hooks } = record.parts
    const call = record.beginEffect()
    const told = withSignal(newsOf(record, self, context.pool), call)
    attempt(
      () => (hooks === undefined ? driver.connect(told) : connectAndSetUp(record, told)),
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
    const { driver, config, roster } = record.parts
    record.incoming = undefined
    if (record.request !== undefined) hold(record) // a caller waits for it
    const call = record.beginEffect()
    attempt(
      () => driver.validate(record.handle, contextOf(call)),
      () => {
        roster.noteReturning(record, undefined) // after a keepalive
        record.endEffect()
        report(self, { type: 'driver.validated', at: config.clock.now() })
      },
      error => report(self, { type: 'driver.invalid', error }),
    )
  },
  reset: ({ context, self, event }) => {
    const record = recordOf(context)
    const { driver, config, roster, hooks } = record.parts
    const call = record.beginEffect()
    const dirty = event.type === 'release' ? event.session === 'dirty' : undefined
    const { cancelling } = record
    const resets = (): Promise<void> | undefined =>
      hooks === undefined ? driver.reset?.(record.handle, contextOf(call)) : resetAndUndo(record, dirty, call)
    roster.noteReturning(record, config.clock.now())
    attempt(
      () =>
        cancelling === undefined ? resets() : cancelling.then(() => (call.aborted ? undefined : resets())), // the request would hit the reset
      () => {
        roster.noteReturning(record, undefined)
        record.endEffect()
        report(self, { type: 'driver.resetDone', at: config.clock.now() })
      },
      error => report(self, { type: 'driver.resetFailed', error }),
    )
  },
  cancel: ({ context, self }) => {
    const record = recordOf(context)
    const call = record.beginEffect()
    record.cancelling = new Promise(resolve => {
      const over = (event: ConnectionEvent) => (): void => {
        record.endEffect(call)
        record.cancelling = undefined
        report(self, event)
        resolve()
      }
      attempt(
        () =>
          abortable(
            Promise.resolve(record.parts.driver.cancel?.(record.handle, contextOf(call))),
            call.signal,
          ),
        over({ type: 'driver.cancelled' }),
        error => over({ type: 'driver.cancelFailed', error })(),
      )
    })
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
    record.abortEffect()
    tellReturned(record)
    if (record.handle === undefined) return
    const gone = destroyQuietly(record.parts.driver, record.handle)
    if (gone !== undefined) linger(record, self, gone)
  },
  cutSocket: ({ context }) => {
    const { handle, parts, cut } = recordOf(context)
    if (handle !== undefined) destroyQuietly(parts.driver, handle, { atOnce: true })
    else if (cut !== undefined) quietly(cut)
  },
} satisfies ConnectionActions

/** What a driver tells of a connection. In a function of its own, because drivers keep these, and the signal of the connect would be kept with them. */
function newsOf(
  record: ConnectionRecord<unknown>,
  connection: Parameters<typeof report>[0],
  pool: ConnectionContext['pool'],
): Required<Pick<ConnectContext, 'onLost' | 'onStale' | 'onLinger'>> {
  const { roster } = record.parts
  const { evictions } = roster
  return {
    onLost: error => report(connection, { type: 'driver.lost', error }),
    onStale(error, { all = false } = {}) {
      if (record.handle === undefined) return
      record.stale = true
      if (record.ending === undefined) report(connection, { type: 'retire', reason: 'stale session', error })
      // Unless all that were open with it have been retired already: it knows nothing of those that were opened since.
      if (all && evictions === roster.evictions) tell(pool, { type: 'evict' })
    },
    onLinger(gone, cut) {
      record.cut = cut
      linger(record, connection, gone)
    },
  }
}

/** The server counts a connection whose socket was destroyed, until this settles. */
function linger(
  record: ConnectionRecord<unknown>,
  connection: Parameters<typeof report>[0],
  gone: Promise<unknown>,
): void {
  if (record.parts.config.closeTimeout === 0) return
  record.lingers = true
  const letGo = (): void => {
    if (record.ending === undefined) record.lingers = false // before the failure of its connect is reported
    report(connection, { type: 'driver.gone' })
  }
  gone.then(letGo, letGo)
}
