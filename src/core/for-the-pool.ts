// Who asks something of a connection that no caller holds: what prepares it for the pool (a hook, a listener, the driver), or a former holder?

import { asyncHooks } from './outside.js'

interface Work {
  readonly connection: object
  /** The work that this is a part of, on another connection perhaps. */
  readonly within: Work | undefined
  over: boolean
}

const works = asyncHooks && new asyncHooks.AsyncLocalStorage<Work>()

/** Does work on a connection for the pool. Until it has settled, what it calls, and what that awaits, may ask the connection. */
export async function workForPool<T>(connection: object, work: () => T): Promise<Awaited<T>> {
  const mine: Work = { connection, within: works?.getStore(), over: false }
  try {
    return await (works === undefined ? work() : works.run(mine, work))
  } finally {
    mine.over = true
  }
}

/** Whether the code that runs at this moment works on the connection for the pool. */
export function worksForPool(connection: object): boolean {
  for (let work = works?.getStore(); work !== undefined; work = work.within)
    if (work.connection === connection && !work.over) return true
  return false
}
