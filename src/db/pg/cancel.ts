// Cancels what a client's backend is doing, over a connection of its own, as PostgreSQL's protocol has it.
//
// Without it a backend whose client has gone works on until its query is done, which can take hours, and counts against
// max_connections all the while: the pool would believe that there is room, and the server would know better.

import type pg from 'pg'

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

/** Nobody waits for the courier, so it must not stay on the road for long; in ms. */
const longestTrip = 2_000

/**
 * A backend that has not read the query yet ignores the request, and then runs the query; so it is asked again, in ms after the
 * first time. One that is gone by then is not harmed: the server compares the secret key. Whether it is gone nobody can tell here:
 * the socket of a busy client is destroyed on this side, by pg's own `end()` too, and the server does not answer cancel requests.
 */
const again = [100, 1_000]

/**
 * Asks the server to cancel `client`'s query, by the connection of a new client of the same kind: so the request goes over TLS,
 * or over the application's own stream, if the client does. Whether it arrives is nobody's concern: never throws.
 *
 * It goes on for up to three seconds after its connection, and its pool, are gone. So it is the one exception to the rule that all
 * time is the pool's: its timers are Node's own, for the pool's clock is not the driver's, and nobody is left to wait for them.
 * None of them keeps the process alive; a request that is on its way does, until it is delivered or its two seconds are over.
 */
export function cancelQuery(client: pg.Client, createClient: () => pg.Client): void {
  sendCancel(client, createClient)
  for (const delay of again) setTimeout(sendCancel, delay, client, createClient).unref()
}

function sendCancel(client: pg.Client, createClient: () => pg.Client): void {
  const { host, port, ssl, processID, secretKey } = client as unknown as Cancellable
  if (processID === null || secretKey === null) return
  let courier: Courier | undefined
  const giveUp = (): void => {
    clearTimeout(deadline)
    courier?.stream.destroy()
  }
  const deadline = setTimeout(giveUp, longestTrip).unref()
  const deliver = (): void => {
    courier?.cancel(processID, secretKey)
    courier?.stream.end()
  }
  try {
    courier = createClient().connection as Courier
    courier.on('error', giveUp)
    courier.on('end', giveUp)
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
}
