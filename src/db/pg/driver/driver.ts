// The driver over pg's clients, with what the drop-in needs to know of it besides the contract.

import type pg from 'pg'
import { abortable, undoable } from '../../../core/abortable.js'
import type { HostRole } from '../../../core/hosts.js'
import { OnObjects } from '../../../core/on-objects.js'
import type { ConnectContext, Driver } from '../../driver.js'
import { lookForAddress } from '../../remedies.js'
import { ask } from './ask.js'
import { isBlind } from './blind.js'
import { Couriers, cancelHeld, cancelLate } from './cancel.js'
import { isCompleting, untilIdle } from './client-view.js'
import { type ClientExtras, type ParsedHost, type PostgresConfig, parseConfig } from './config.js'
import { depart } from './departure.js'
import { hideTlsOf } from './discreet.js'
import { isFatal } from './fatal.js'
import { OneOfHosts } from './one-of-hosts.js'
import type { Evidence } from './read-only.js'
import { remedyFor } from './remedies.js'
import { channelsOf, lookWhetherReadOnly, reset } from './reset.js'
import { askForRole } from './role.js'
import { Session } from './session.js'
import { sharing } from './sharing.js'
import { connectWithinLimit } from './times.js'
import { transactions } from './transaction.js'
import { wired } from './wired.js'

/** The driver, and what of its sessions the drop-in asks. */
export interface PostgresDriver extends Driver<pg.Client> {
  /** What runs on the client waits for its holder, or for an extension of pg's (a cursor, a COPY): its end need not come. */
  isHalfRead(client: pg.Client): boolean
  /** The server has said that it ends the session. */
  hasLastWords(client: pg.Client): boolean
  /** With what a client announced its end; undefined while it has not. */
  endOf(client: pg.Client): unknown
}

/** What the drop-in wants of the driver that `postgres()` does not. */
export interface DriverExtras extends ClientExtras {
  /** Makes a session ready for callers, a new one and one that was reset; instead of `onConnect`. */
  readonly prepare?: (client: pg.Client) => unknown
  /** Callers get a client before what `prepare` asks for, and does not await, is answered. */
  readonly isHasty?: boolean
}

/**
 * Makes the driver.
 * @param extras what the drop-in wants besides
 * @throws OptionsError, which names the option and the valid values, and never a secret.
 */
export function driverFor(
  config: PostgresConfig | string,
  { prepare: prepareAs, isHasty = false, ...forClients }: DriverExtras = {},
): PostgresDriver {
  const { hosts, target, isShuffled, resetQuery, onConnect, pipelines, description, isUnaddressed } =
    parseConfig(config, forClients)
  const [{ createClient }] = hosts as readonly [ParsedHost]
  const prepare = prepareAs ?? onConnect
  const sessions = new OnObjects<pg.Client, Session>()
  const evidence: Evidence = { writable: false, demoted: false }
  const couriers = new Couriers(createClient)
  const sessionOf = (client: pg.Client): Session => {
    const session = sessions.get(client)
    if (session === undefined) throw new TypeError('This client was not connected by this driver.')
    return session
  }

  /** Runs what makes a session ready, and remembers what it left for all callers. */
  const makeReady = async (session: Session, { signal, setUp }: ConnectContext): Promise<void> => {
    const { client } = session
    try {
      await connectWithinLimit(client)
    } finally {
      // A class of clients that waits for something before it connects opens a socket again that was destroyed meanwhile; also when its
      // connect fails, because of the end of the first socket.
      if (signal.aborted) session.destroy()
    }
    signal.throwIfAborted()
    session.parameters.begin()
    hideTlsOf(wired(client).connection.stream)
    await prepare?.(client)
    await keepSetUp(session, setUp)
  }

  const keepSetUp = async (session: Session, setUp: ConnectContext['setUp']): Promise<void> => {
    await setUp?.(session.client)
    if (!isHasty) await untilIdle(session.client)
    session.keep(session.mayListen ? await channelsOf(session) : [])
  }

  /** What the server still works on for a holder is cancelled; what the pool itself waits for is cut off. */
  const end = (session: Session): Promise<void> | undefined => {
    if (session.departure !== undefined || (session.busy && !session.asks)) return depart(session, couriers)
    const gone = session.cutOff ? cancelLate(session.client, couriers) : undefined
    session.destroy()
    return gone
  }

  /** Ends a session that no caller has had; the server may count it for a while, and so does the pool. */
  const leave = (session: Session, { onLinger }: ConnectContext): void => {
    const gone = end(session)
    if (gone !== undefined) onLinger?.(gone, () => session.destroy())
  }

  /** Opens a connection to one host. */
  const open = async (client: pg.Client, context: ConnectContext): Promise<pg.Client> => {
    const { signal, onLost, onStale } = context
    const session = new Session(client, { onLost, onStale }, evidence)
    sessions.set(client, session)
    await undoable(makeReady(session, context), signal, () => leave(session, context)) // pg leaves the socket open when its password function throws
    return client
  }

  const hostRole = (client: pg.Client): Promise<HostRole> => askForRole(sessionOf(client))

  /** Opens one to any of several hosts that will do. */
  const openOneOf = (oneOf: OneOfHosts, context: ConnectContext): Promise<pg.Client> =>
    oneOf.open(
      hosts.map(host => ({
        name: host.name,
        open: () => open(host.createClient(), { ...context, setUp: undefined }),
        role: client => abortable(hostRole(client), context.signal),
        ...(context.setUp && {
          setUp: client => abortable(keepSetUp(sessionOf(client), context.setUp), context.signal),
        }),
        dismiss(client, isWell) {
          const session = sessionOf(client)
          if (!isWell) return leave(session, context)
          session.dismiss()
          client.end().catch(() => session.destroy())
        },
      })),
      context.signal,
    )
  const oneOf =
    hosts.length > 1 || (target !== undefined && target !== 'any')
      ? new OneOfHosts(target ?? 'any', isShuffled)
      : undefined

  /** What a holder hung on the client is removed. */
  const owes = (client: pg.Client): boolean => !sessionOf(client).tidy()

  const driver: PostgresDriver = {
    name: 'postgres',

    async connect(context: ConnectContext): Promise<pg.Client> {
      context.signal.throwIfAborted()
      return oneOf === undefined ? open(createClient(), context) : openOneOf(oneOf, context)
    },

    hostRole,
    ...(oneOf !== undefined && {
      hosts: hosts.map(host => ({ name: host.name, driver: driverFor(host.config) })),
      hostTarget: target,
    }),

    async validate(client) {
      const session = sessionOf(client)
      if (isBlind(client)) return // a mock may not know an empty query
      session.asks = true
      await ask(client, '')
      session.asks = false
    },

    // Asked at each release.
    needsReset: resetQuery === undefined ? owes : client => owes(client) || true,

    reset: (client, { signal, setUp }) => reset(sessionOf(client), { resetQuery, prepare, setUp }, signal),

    cancel: (client, { signal }) => cancelHeld(sessionOf(client), couriers, signal),

    isUsable: client => sessionOf(client).usable,
    isHalfRead: client => sessionOf(client).halfRead && !isCompleting(client),
    hasLastWords: client => sessionOf(client).hasLastWords,
    endOf: client => sessionOf(client).end,

    async close(client) {
      const session = sessionOf(client)
      session.dismiss()
      if (session.busy) await depart(session, couriers)
      else if (isBlind(client)) await wired(client).connection.end()
      else await client.end()
    },

    destroy(client, { atOnce = false } = {}) {
      const session = sessionOf(client)
      return atOnce ? session.destroy() : end(session)
    },

    ref: client => sessionOf(client).socket.ref?.(),
    unref: client => sessionOf(client).socket.unref?.(),
    isFatal,
    transaction: transactions(sessionOf, lookWhetherReadOnly),
    ...(pipelines && { share: sharing(sessionOf, couriers) }),
    describe: () => description,
    remedy(error) {
      if (error === undefined) return oneOf?.lacking
      return isUnaddressed ? lookForAddress(remedyFor(error)) : remedyFor(error)
    },
  }
  // Not enumerable: what prints the driver, or copies it, is not led in a circle.
  if (oneOf === undefined)
    Object.defineProperty(driver, 'hosts', { value: hosts.map(({ name }) => ({ name, driver })) })
  return driver
}
