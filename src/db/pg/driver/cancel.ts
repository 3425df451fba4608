// Cancels what a client's backend is doing, over a connection of its own, as PostgreSQL's protocol has it.
//
// Without it a backend whose client has gone works on until its query is done, which can take hours, and counts against
// max_connections all the while: the pool would believe that there is room, and the server would know better.

import type pg from 'pg'
import { startDeadline } from '../../../core/deadline.js'
import type { Session } from './session.js'
import { activeQueryOf, wired } from './wired.js'

/** What pg's typings leave out of a client and of its connection; libpq's PQcancel needs the same. */
interface Cancellable {
  readonly host: string
  readonly port: number
  readonly ssl: unknown
  readonly processID: number | null
  readonly secretKey: number | null
}

interface Courier extends pg.Connection {
  readonly sslNegotiation?: string
  connect(portOrPath: number | string, host?: string): void
  requestSsl(): void
  cancel(processID: number, secretKey: number): void
}

/** A courier must not stay on the road for long, for others wait for it; in ms. */
const longestTrip = 2_000

/** Carries the cancel requests of a driver: one at a time, so that the server never has more than one of its couriers. */
export class Couriers {
  readonly #createClient: () => pg.Client
  #road: Promise<boolean> = Promise.resolve(true)

  /** @param createClient makes a client of the same kind: so a request goes over TLS, or over the application's own stream */
  constructor(createClient: () => pg.Client) {
    this.#createClient = createClient
  }

  /**
   * Asks the server to cancel `client`'s query. Settles when the server has closed the courier's connection, which it does once the
   * backend was told, or when that takes too long; never rejects.
   * @param isWanted asked when the courier is about to leave, and when it is about to deliver
   * @returns whether it is over: no statement that is sent from now on can be hit
   */
  cancel(client: pg.Client, isWanted: () => boolean): Promise<boolean> {
    this.#road = this.#road.then(() => (isWanted() ? sendCancel(client, this.#createClient, isWanted) : true))
    return this.#road
  }
}

/** A backend that has not read the statement yet ignores the request: it is asked again, in ms after the time before. */
const pauses = [100, 400, 500, 1_000]

/**
 * Cancels what the holder has asked for so far. Resolves when that is over, and no request can hit a later statement.
 * @throws Error when a request may still arrive
 */
export async function cancelHeld(session: Session, couriers: Couriers, signal: AbortSignal): Promise<void> {
  const { client } = session
  const queued = (): readonly unknown[] => wired(client)._queryQueue ?? []
  const asked = new Set<unknown>([activeQueryOf(client), ...queued()])
  const isOver = (): boolean =>
    signal.aborted ||
    session.departure !== undefined ||
    !session.busy ||
    session.waitsForBorrower ||
    !(asked.has(activeQueryOf(client) ?? undefined) || queued().some(query => asked.has(query)))
  for (let trip = 0; !isOver(); trip++) {
    const target = activeQueryOf(client)
    const runs = (): boolean => target != null && activeQueryOf(client) === target && !isOver()
    if (!(await couriers.cancel(client, runs))) throw lostRequest()
    if (activeQueryOf(client) === target && !isOver()) await nextAnswer(client, pauses[trip] ?? 1_000)
    if (activeQueryOf(client) !== target) trip = -1
  }
}

/** Cancels what runs for a client whose socket is gone: twice, because the backend may not have read the statement yet. Never rejects. */
export async function cancelLate(client: pg.Client, couriers: Couriers): Promise<void> {
  await couriers.cancel(client, () => true)
  await new Promise(resolve => setTimeout(resolve, pauses[0]))
  await couriers.cancel(client, () => true)
}

/** Of a request that may hit any later statement. */
export const lostRequest = (): Error =>
  new Error('A request to cancel a statement was lost: it may hit any later statement.')

function nextAnswer(client: pg.Client, longest: number): Promise<void> {
  const { connection } = wired(client)
  return new Promise(resolve => {
    const done = (): void => {
      inTime()
      connection.off('readyForQuery', done)
      connection.off('end', done)
      resolve()
    }
    const inTime = startDeadline(done, longest)
    connection.on('readyForQuery', done)
    connection.on('end', done)
  })
}

function sendCancel(
  client: pg.Client,
  createClient: () => pg.Client,
  isWanted: () => boolean,
): Promise<boolean> {
  const { host, port, ssl, processID, secretKey } = client as unknown as Cancellable
  if (processID === null || secretKey === null) return Promise.resolve(true)
  return new Promise(resolve => {
    let courier: Courier | undefined
    let isDelivered = false
    const end = (isOver: boolean): void => {
      inTime()
      courier?.stream.destroy()
      resolve(isOver)
    }
    const giveUp = (): void => end(!isDelivered)
    const inTime = startDeadline(giveUp, longestTrip)
    // Not `end`: a server, or a PgBouncer, that reads the end of the connection may take it for a change of mind.
    const deliver = (): void => {
      isDelivered = isWanted()
      if (isDelivered) courier?.cancel(processID, secretKey)
      else end(true)
    }
    try {
      courier = createClient().connection as Courier
      courier.on('error', giveUp)
      courier.on('end', () => end(true))
      courier.on('sslconnect', deliver)
      courier.on('connect', () => {
        if (!ssl) deliver()
        else if (courier?.sslNegotiation !== 'direct') courier?.requestSsl()
      })
      if (host.startsWith('/')) courier.connect(`${host}/.s.PGSQL.${port}`)
      else courier.connect(port, host)
    } catch {
      giveUp() // a certificate's file that has gone since, say
    }
  })
}
