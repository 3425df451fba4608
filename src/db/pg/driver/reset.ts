// Makes a session that comes back as good as a new one.

import type pg from 'pg'
import type { ResetContext } from '../../driver.js'
import { ask } from './ask.js'
import { untilIdle } from './client-view.js'
import { givingBack } from './parameters.js'
import type { Session } from './session.js'

/** What there is to do, besides what the session itself owes. */
export interface ResetPlan {
  readonly resetQuery: string | undefined
  /** Sets up what every caller finds. */
  readonly prepare: ((client: pg.Client) => unknown) | undefined
  /** The pool's part of that, after the driver's. */
  readonly setUp: ResetContext['setUp']
}

/** Runs the pool's own short statement, in whose place no holder's can be. */
export async function askShortly(
  session: Session,
  sql: string,
): Promise<{ rows: Record<string, unknown>[] }> {
  session.asks = true
  try {
    return await ask(session.client, sql)
  } finally {
    session.asks = false
  }
}

/** @throws when the session cannot be made as good as new */
export async function reset(session: Session, plan: ResetPlan, signal: AbortSignal): Promise<void> {
  const { client } = session
  await session.settled(signal)
  if (!session.ready) throw new Error('A query was still running when the connection was released.')
  if (session.inTransaction) await askShortly(session, 'ROLLBACK')
  if (plan.resetQuery !== undefined) await ask(client, plan.resetQuery)
  const debts = session.takeDebts()
  if (debts.readOnly !== undefined) await lookWhetherReadOnly(session, debts.readOnly)
  if (debts.parameters !== undefined) await askShortly(session, givingBack(debts.parameters, client))
  if (debts.role) await lookForRole(session)
  if (debts.statements) {
    await askShortly(session, 'DEALLOCATE ALL')
    session.forgetStatements()
  }
  if (debts.channels) {
    const listens = session.channels.map(channel => `; LISTEN ${client.escapeIdentifier(channel)}`)
    const asked = askShortly(session, `UNLISTEN *${listens.join('')}`)
    await (debts.channels === 'perhaps' ? asked.catch(unlessUnknown) : asked)
  }
  if (debts.setUp || plan.resetQuery !== undefined) {
    const restoring = session.parameters.restoring(client)
    if (restoring !== undefined) await askShortly(session, restoring)
    await plan.prepare?.(client)
    await plan.setUp?.(client)
    await untilIdle(client)
  }
  session.tidyListeners() // those that `prepare` has added again
  session.takeDebts()
}

/** For servers that do not report it of their own accord. */
export async function lookWhetherReadOnly(session: Session, reason: unknown): Promise<void> {
  const { rows } = await askShortly(session, 'SHOW transaction_read_only')
  if (rows[0]?.transaction_read_only === 'on') session.foundReadOnly(reason)
}

/** A role that was dropped and made again has the same name, and none of the rights of the session's. */
async function lookForRole(session: Session): Promise<void> {
  await askShortly(session, 'SELECT current_user, session_user').catch(() => {}) // the session itself judges this error
}

/** The channels that a session listens to. */
export async function channelsOf(session: Session): Promise<string[]> {
  const asked = askShortly(session, 'SELECT pg_listening_channels() AS channel')
  const { rows } = (await asked.catch(unlessUnknown)) ?? { rows: [] }
  return rows.map(({ channel }) => String(channel))
}

/** Servers that speak PostgreSQL's protocol need not have channels: feature not supported, undefined function, syntax error. */
function unlessUnknown(error: unknown): undefined {
  const { code } = error as { code?: unknown }
  if (code !== '0A000' && code !== '42883' && code !== '42601') throw error
}
