// How a session with a statement under way ends: its slot is held until the server has let go of it.
//
// A server does not look at its socket while it works on a statement. If the socket were just closed, the thread would work on and
// count, while the pool, which has one connection fewer now, opens another one.

import { startDeadline } from '../../../core/deadline.js'
import type { Target } from './internals.js'
import type { KillHelper } from './kill.js'
import { connectionLost } from './lost.js'
import type { Session } from './session.js'

/** For how long a statement may come to its own end before it is killed: most do, and cost no helper then; in ms. */
const patience = 750

/** For how long what no one reads any more may come, in ms: a few rows, or millions; the answer to a statement that timed out. */
const remainder = 50

/** For how long a session that runs nothing may take to end, before its socket is closed; in ms. */
const farewell = 250

/** When the helper goes, in ms after its return: a thread that has not read its statement yet does not show it. */
const trips = [0, 100, 900]

/** When the helper looks whether a killed thread has gone, in ms after the time before: its socket is closed sooner than it ends. */
const looks = [0, 10, 20, 50, 100, 200, 500, 1_000, 1_000, 1_000]

/**
 * Ends a session: the server reads COM_QUIT as soon as the statement under way is done, the holder's commands are answered with an
 * error at once (or, if the statement may finish, when it has been given its time), and a statement that takes too long is killed; without
 * a helper it runs to its end. Resolves when the server has closed the socket, or when this has been tried for long enough. Never rejects.
 */
export async function letGo(session: Session, helper: KillHelper | undefined): Promise<void> {
  const { target, pinging } = session
  const { sending } = session
  const time = session.ready
    ? farewell
    : sending || session.receiving || session.overdue
      ? remainder
      : patience
  if (pinging || (sending && !helper) || session.core.stream.destroyed) return session.destroy() // no answer is coming: there is nothing to wait for
  session.leave(connectionLost('the pool closed the connection.'), {
    late: session.mayFinish && time === patience,
  })
  if (await hasLetGo(session, time)) return
  session.answer()
  if (target.statement !== undefined) await (helper ? kill(session, target, helper) : session.closed)
  session.destroy()
}

/** Resolves when the thread has gone, or cannot be found and killed. */
async function kill(session: Session, target: Target, helper: KillHelper): Promise<void> {
  for (const pause of trips) {
    if (pause > 0 && (await hasLetGo(session, pause, true))) return
    if (!(await helper.kill(target))) continue
    for (const wait of looks) {
      if (wait > 0) await new Promise(resolve => setTimeout(resolve, wait).unref())
      if (await helper.hasGone(target.threadId)) return
    }
    return
  }
}

/**
 * Resolves with whether the server closes the socket within so many milliseconds; sooner when the pool has not waited for it and closes
 * the socket itself, unless `evenThen`.
 */
function hasLetGo(session: Session, within: number, evenThen = false): Promise<boolean> {
  return new Promise(resolve => {
    const inTime = startDeadline(() => resolve(false), within)
    void session.closed.then(() => {
      if (session.cut && evenThen) return
      inTime()
      resolve(!session.cut)
    })
  })
}
