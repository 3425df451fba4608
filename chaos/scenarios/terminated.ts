// An administrator ends sessions: those that are idle, or all of them.

import { processesEnd } from '../processes.js'
import type { Scenario, Stage } from '../scenario.js'

export const idleTerminated: Scenario = {
  name: 'idle-terminated',
  title: 'pg_terminate_backend of all idle sessions, five times',
  through: 'server',
  work: { rest: 300 }, // so that most are idle
  // That a session is idle is no longer true, at times, when the signal arrives.
  bounds: { inFlight: 20, recovery: 3_000 },
  strike: stage => terminate(stage, "AND state = 'idle'"),
  again: { times: 5, apart: 150 },
}

export const allTerminated: Scenario = {
  name: 'all-terminated',
  title: 'pg_terminate_backend of all sessions, five times',
  through: 'server',
  bounds: { inFlight: 50, recovery: 3_000 },
  strike: stage => terminate(stage),
  again: { times: 5, apart: 150 },
}

/**
 * Ends the role's sessions, and waits until their processes are gone: only then, which is later than PostgreSQL says, are their sockets
 * closed, and this side can know.
 *
 * @param which a further condition on `pg_stat_activity`
 */
export async function terminate({ observer, role }: Stage, which = ''): Promise<void> {
  const ended = await observer.ask<{ pid: number }>(
    `SELECT pid, pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE usename = '${role.name}' ${which}`,
  )
  await processesEnd(ended.map(({ pid }) => pid))
}
