// Ends what a connection's thread is doing on the server, over a connection of its own, as the mysql client does on Ctrl-C.
//
// Without it a thread whose client has gone works on until its query is done, which can take hours, and counts against
// max_connections all the while: the pool would believe that there is room, and the server would know better.

import mysql2, { type ConnectionOptions } from 'mysql2'
import type { Core } from './internals.js'

/** Nobody waits for the courier, so it must not stay on the road for long; in ms. */
const longestTrip = 2_000

/** A thread that has not read its query yet does not show it; so the courier goes again, in ms after the time before. */
const again = [100, 900]

interface Thread {
  readonly Id: number
  readonly Info: string | null
}

/**
 * Has the server end `core`'s thread, if it still runs `core`'s query. A server that was restarted, or another one that took its
 * place, gives the same ids to other threads: so nothing is killed that does not run the same text. An account may kill its own
 * threads, and needs no privilege for it. Whether it succeeds is nobody's concern: never throws.
 *
 * It goes on for up to a few seconds after its connection, and its pool, are gone, with timers of Node's own: nobody is left to
 * wait for them, and none of them keeps the process alive. A courier on the road does, until it is back or its time is over.
 */
export function killQuery(core: Core, connectionOptions: () => Promise<ConnectionOptions>): void {
  const { threadId } = core
  const sql = core._command?.sql
  if (typeof threadId !== 'number' || typeof sql !== 'string') return
  const text = comparable(sql)
  const send = async (trip: number): Promise<void> => {
    const done = await visit(await connectionOptions(), threadId, text)
    const pause = again[trip]
    if (!done && pause !== undefined) setTimeout(() => send(trip + 1).catch(() => {}), pause).unref()
  }
  send(0).catch(() => {}) // the password function failed
}

/** Resolves with whether there is nothing more to do: the thread has gone, or was told to. */
function visit(options: ConnectionOptions, threadId: number, text: string): Promise<boolean> {
  return new Promise(resolve => {
    const courier = mysql2.createConnection({ ...options, trace: false, connectTimeout: 0 })
    const { stream } = courier as Core
    const end = (done: boolean): void => {
      clearTimeout(deadline)
      resolve(done)
      courier.end()
    }
    const giveUp = (): void => {
      clearTimeout(deadline)
      resolve(false)
      stream.destroy()
    }
    const deadline = setTimeout(giveUp, longestTrip).unref()
    courier.on('error', giveUp)
    courier.query({ sql: 'SHOW FULL PROCESSLIST', rowsAsArray: false, typeCast: true }, (error, threads) => {
      if (error) return giveUp()
      const thread = (threads as unknown as Thread[]).find(({ Id }) => Id === threadId)
      if (thread === undefined) return end(true)
      if (thread.Info === null || comparable(thread.Info) !== text) return end(false)
      courier.query(`KILL ${threadId}`, () => end(true))
    })
  })
}

/** As servers show a text: some without the semicolon and the space at its end, MySQL with values for placeholders. */
function comparable(sql: string): string {
  const [beforeValues = ''] = sql.split('?')
  return beforeValues.replace(/[\s;]+$/, '')
}
