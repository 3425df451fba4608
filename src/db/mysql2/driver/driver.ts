// The driver over mysql2's connections, whichever face of them is leased: the promise one by mysql(), the callback one by the drop-in.

import type { EventEmitter } from 'node:events'
import mysql2, { type Connection, type ConnectionOptions } from 'mysql2'
import { abortable } from '../../../core/abortable.js'
import { OnObjects } from '../../../core/on-objects.js'
import type { ConnectContext, Driver, RoundTripContext } from '../../driver.js'
import { lookForAddress } from '../../remedies.js'
import { cancelHeld } from './cancel.js'
import { call } from './commands.js'
import type { ParsedConfig } from './config.js'
import { Demotion } from './demotion.js'
import { letGo } from './departure.js'
import { hideFromPrint } from './discreet.js'
import { isFatal } from './fatal.js'
import type { Core } from './internals.js'
import { KillHelper } from './kill.js'
import { remedyFor } from './remedies.js'
import { expectClean, isReadOnlyByDefault, tidySession } from './reset.js'
import { askForRole } from './role.js'
import { Session } from './session.js'
import { limitConnect } from './times.js'
import { transactions } from './transaction.js'
import { resetSession } from './whole-reset.js'

/** What is leased, and how to come by it. */
export interface Face<C> {
  /** A new connection, connecting. */
  create(options: ConnectionOptions): Connection
  /** What callers get of a connection; called once for each. */
  faceOf(core: Connection): C
  /** The connection behind what callers get. */
  coreOf(face: C): Connection
  /** Makes a new session ready for callers, and one that was reset. */
  prepare?: ((face: C) => void | Promise<void>) | undefined
}

/** A driver, and the session of each of its connections. */
export interface MysqlDriver<C> extends Driver<C> {
  sessionOf(face: C): Session
}

/** Makes the driver. */
export function driverFor<C extends EventEmitter>(
  config: ParsedConfig,
  { create, faceOf, coreOf, prepare }: Face<C>,
): MysqlDriver<C> {
  const { connectionOptions, resetOnRelease, killStatements, description, isUnaddressed } = config
  const sessions = new OnObjects<Connection, Session>()
  /** Those whose socket is open. */
  const open = new Set<Session>()
  const demotion = new Demotion()
  const helper = killStatements ? new KillHelper(connectionOptions) : undefined
  const sessionOf = (face: C): Session => {
    const session = sessions.get(coreOf(face))
    if (session === undefined) throw new TypeError('This connection was not opened by this driver.')
    return session
  }
  const follow = (core: Core, { onLost, onStale }: ConnectContext): Session => {
    const session = new Session(core, {
      onLost,
      onStale: (error, { all }) => onStale?.(error, { all }),
      demotion,
      statements: () => [...open].some(({ core }) => core._statements.size > 0),
    })
    sessions.set(core, session)
    open.add(session)
    void session.closed.then(() => open.delete(session))
    return session
  }

  /** The second time at once. */
  const end = (session: Session): void | Promise<void> =>
    session.alive ? letGo(session, helper) : session.destroy()

  return {
    name: 'mysql',
    sessionOf,

    async connect(context: ConnectContext): Promise<C> {
      const { signal, setUp, onLinger } = context
      signal.throwIfAborted()
      const options = await abortable(connectionOptions(), signal)
      const core = create(options) as Core
      hideFromPrint(core.config)
      limitConnect(core)
      const session = follow(core, context)
      const ready = async (): Promise<C> => {
        session.begin()
        const face = faceOf(core)
        await prepare?.(face)
        await setUp?.(face)
        session.tracker.settle()
        return face
      }
      const leave = (): void => {
        const gone = end(session)
        if (gone !== undefined) onLinger?.(gone, () => session.destroy())
      }
      const face = await connectOrDestroy(session, signal, ready, leave)
      session.keep(face) // the listeners of the connect itself are gone by now
      return face
    },

    validate: face => call(done => sessionOf(face).core.ping(done)),

    ...(helper && {
      cancel: (face, { signal }: RoundTripContext) => cancelHeld(sessionOf(face), helper, signal),
    }),

    isUsable(face) {
      const session = sessionOf(face)
      session.restoreListeners() // here, because it is asked on each release
      return session.usable
    },

    needsReset(face) {
      return resetOnRelease || !sessionOf(face).clean
    },

    async reset(face, { setUp, signal }) {
      const session = sessionOf(face)
      await undefined // a release from within a query's callback: the query is over when its packets have been handled
      if (session.endingTransaction) await call(done => session.core.ping(done))
      if (helper && session.overdue) await cancelHeld(session, helper, signal)
      if (session.unfitness !== undefined) throw new Error(session.unfitness)
      // A holder that reset the session took from it what it was made ready with.
      const { wasReset, leftBehind } = session.tracker
      let thorough = resetOnRelease || wasReset || leftBehind.whole
      if (!thorough) thorough = !(await tidySession(session)) || (await isReadOnlyByDefault(session))
      if (thorough) {
        await resetSession(session)
        await prepare?.(face)
        await setUp?.(face)
        session.tracker.learnCommits()
      }
      session.restoreListeners() // it has its listeners of the first time
      await expectClean(session, resetOnRelease)
      if (thorough) session.tracker.settle()
    },

    async close(face) {
      const session = sessionOf(face)
      session.dismiss()
      if (!session.alive || !session.ready || !session.usable) void end(session)
      else if (session.core.config.gracefulEnd) mysql2.Connection.prototype.end.call(session.core, undefined)
      else session.quit()
      await session.closed
    },

    destroy(face, { atOnce = false } = {}) {
      const session = sessionOf(face)
      return atOnce ? session.destroy() : end(session)
    },

    ref: face => streamOf(sessionOf(face)).ref?.(),
    unref: face => streamOf(sessionOf(face)).unref?.(),
    isFatal,
    hostRole: face => askForRole(sessionOf(face)),
    transaction: transactions(sessionOf),
    describe: () => description,
    remedy: error =>
      isUnaddressed && error !== undefined ? lookForAddress(remedyFor(error)) : remedyFor(error),
  }
}

/** Resolves when the connection can be used; rejects, the socket destroyed, when that fails or is no longer wanted. */
function connectOrDestroy<T>(
  session: Session,
  signal: AbortSignal,
  ready: () => Promise<T>,
  end: () => unknown,
): Promise<T> {
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
      end()
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
const streamOf = ({ core }: Session): { ref?(): unknown; unref?(): unknown } => core.stream
