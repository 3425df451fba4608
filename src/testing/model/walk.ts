// Walks a path of one of the models on a real pool, on any driver.

import type { AnyStateMachine } from 'xstate'
import { connectionModel } from './connection-model.js'
import { connectionWalk } from './connection-walk.js'
import type { ModelPath } from './paths.js'
import { poolModel } from './pool-model.js'
import { poolWalk } from './pool-walk.js'
import type { HookName, WalkExecution, WalkedDriver, WalkOptions } from './walk-of.js'

const hookNames: readonly HookName[] = ['onConnect', 'onLend', 'onReturn']

/**
 * Walks a path of {@link connectionModel} or {@link poolModel} on a pool of your driver. After each step the pool's machines, its figures and
 * the server's own count of connections must say what the model says; in the end nothing of the pool may be left on the server.
 *
 * The pool's time is simulated, and its round trips wait until the path says what becomes of them: `connect succeeds` and
 * `the connection is lost` happen on the server, `connect fails` and `connect times out` happen on the way to it. So a server that is well
 * can be asked for every path.
 *
 * ```ts
 * for (const path of pathsOf(connectionModel, { kind: 'shortest' })) {
 *   it(path.events.join(' → '), () => walk(path, subject))
 * }
 * ```
 *
 * @param subject the driver, and hands on its database, as {@link driverContract} has them; other connections of the same driver must not be
 *   counted, so one walk at a time
 * @returns when the path has been walked; rejects with the first thing that is not as the model says, the path in its message
 */
export async function walk<C>(
  path: ModelPath,
  subject: WalkedDriver<C>,
  options: WalkOptions = {},
): Promise<void> {
  const { finish, ...execution } = executionOf(path.model, subject, { hooks: hooksOf(path), ...options })
  try {
    await path.execute(execution)
  } catch (error) {
    await finish().catch(() => {}) // the path's error says more
    throw error
  }
  await finish()
}

/** The hooks whose events a path has. */
function hooksOf({ events }: ModelPath): HookName[] {
  return hookNames.filter(name => events.some(event => event.includes(name)))
}

/**
 * Starts a pool on your driver, to be led along one path of {@link connectionModel} or {@link poolModel}: what {@link walk} does for each event,
 * and checks in each state. For paths that `xstate/graph` or `@xstate/test` took from the model:
 *
 * ```ts
 * const { events, check, finish } = executionOf(connectionModel, subject)
 * await path.test({ events, states: { '*': check } }).finally(finish)
 * ```
 */
export function executionOf<C>(
  model: AnyStateMachine,
  subject: WalkedDriver<C>,
  options: WalkOptions = {},
): WalkExecution {
  const given = { hooks: hookNames, ...options }
  if (model === connectionModel) return connectionWalk(subject, given)
  if (model === poolModel) return poolWalk(subject, given)
  throw new Error(
    'There is an execution of connectionModel and of poolModel; of any other model, the test has it.',
  )
}
