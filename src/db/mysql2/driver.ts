// The driver over mysql2's connections, whichever face of them is lent: the promise one by mysql(), the callback one by the drop-in.

import mysql2, { type Connection, type ConnectionOptions } from 'mysql2'
import { abortable } from '../../abortable.js'
import type { ConnectContext, Driver } from '../driver.js'
import { call, query } from './commands.js'
import type { ParsedConfig } from './config.js'
import { isFatal } from './fatal.js'
import type { Core } from './internals.js'
import { killQuery } from './kill.js'
import { resetSession } from './reset.js'
import { Session } from './session.js'
import { transactions } from './transaction.js'

/** What is lent, and how to come by it. */
export interface Face<C> {
  /** A new connection, connecting. */
  create(options: ConnectionOptions): Connection
  /** What borrowers get of a connection; called once for each. */
  faceOf(core: Connection): C
  /** The connection behind what borrowers get. */
  coreOf(face: C): Connection
  /** Makes a new session ready for its borrowers, and one that was reset. */
  prepare?: ((face: C) => void | Promise<void>) | undefined
}

/** A driver, and the session of each of its connections. */
export interface MysqlDriver<C> extends Driver<C> {
  sessionOf(face: C): Session
}

/** Makes the driver. */
export function driverFor<C>(
  config: ParsedConfig,
  { create, faceOf, coreOf, prepare }: Face<C>,
): MysqlDriver<C> {
  const { connectionOptions, resetOnRelease, description } = config
  const sessions = new WeakMap<Connection, Session>()
  const sessionOf = (face: C): Session => {
    const session = sessions.get(coreOf(face))
    if (session === undefined) throw new TypeError('This connection was not opened by this driver.')
    return session
  }
  const killIfBusy = (session: Session): void => {
    if (session.busy) killQuery(session.core, connectionOptions)
  }

  return {
    name: 'mysql',
    sessionOf,

    async connect({ signal, onLost }: ConnectContext): Promise<C> {
      signal.throwIfAborted()
      const options = await abortable(connectionOptions(), signal)
      const core = create(options) as Core
      const session = new Session(core, onLost)
      sessions.set(core, session)
      return connectOrDestroy(session, signal, async () => {
        session.begin()
        const face = faceOf(core)
        await prepare?.(face)
        return face
      })
    },

    validate: face => call(done => sessionOf(face).core.ping(done)),

    needsReset: face => resetOnRelease || !sessionOf(face).clean,

    async reset(face) {
      const session = sessionOf(face)
      await undefined // a release from within a query's callback: the query is over when its packets have been handled
      if (session.unfitness !== undefined) throw new Error(session.unfitness)
      if (resetOnRelease && (await resetSession(session))) return prepare?.(face)
      if (session.mayBeInTransaction) await query(session, 'ROLLBACK')
      const { autocommitStatement } = session
      if (autocommitStatement !== undefined) await query(session, autocommitStatement)
    },

    async close(face) {
      const session = sessionOf(face)
      session.dismiss()
      if (session.ready && !session.core._closing && !session.core.stream.destroyed) {
        mysql2.Connection.prototype.end.call(session.core, undefined)
      } else {
        killIfBusy(session)
        session.destroy()
      }
      await session.closed
    },

    destroy(face) {
      const session = sessionOf(face)
      killIfBusy(session)
      session.destroy()
    },

    ref: face => setRef(sessionOf(face), 'ref'),
    unref: face => setRef(sessionOf(face), 'unref'),
    isFatal,
    transaction: transactions(sessionOf),
    describe: () => description,
  }
}

/** Resolves when the connection can be used; rejects, the socket destroyed, when that fails or is no longer wanted. */
function connectOrDestroy<T>(session: Session, signal: AbortSignal, ready: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const { core } = session
    const settle = (): void => {
      signal.removeEventListener('abort', abort)
      core.off('connect', begin)
      core.off('error', fail)
    }
    const begin = (): void => {
      ready().then(value => {
        settle()
        resolve(value)
      }, fail)
    }
    const fail = (error: unknown): void => {
      settle()
      session.destroy()
      reject(error)
    }
    const abort = (): void => fail(signal.reason)
    signal.addEventListener('abort', abort)
    core.on('connect', begin)
    core.on('error', fail)
    if (signal.aborted) abort()
  })
}

/** A stream of the application's own need not know `ref`. */
function setRef({ core }: Session, method: 'ref' | 'unref'): void {
  const stream: { ref?(): unknown; unref?(): unknown } = core.stream
  stream[method]?.()
}
