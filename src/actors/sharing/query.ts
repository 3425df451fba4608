// `pool.query()`: one statement, on a connection that it shares if it may, and otherwise on one of its own.
import { parseQueryOptions, type QueryOptions } from '../../core/call-options.js'
import { OptionsError } from '../../core/errors.js'
import { retrace } from '../../core/stacks.js'
import type { AcquireRequest } from '../callers/request.js'
import type { PoolParts } from '../parts.js'
import { runAlone } from './alone.js'
import type { Sharing } from './sharing.js'
import type { Objection, QueryLimits } from './statement.js'

/** What a pool lends a statement that shares with none. */
interface Lending<C> {
  use<T>(callback: (connection: C) => Promise<T>): Promise<T>
  ask(limits: QueryLimits): AcquireRequest<C>
}

/**
 * Runs a statement. Its error's stack leads to the caller, as that of pg's own does.
 * @throws OptionsError when the driver runs no statements, or for bad options.
 */
export function query<C>(
  pool: Lending<C>,
  parts: PoolParts<C>,
  sharing: Sharing<C> | undefined,
  what: unknown,
  options: QueryOptions | undefined,
  objection?: Objection,
): Promise<unknown> {
  if (sharing === undefined || options !== undefined)
    return runAsAsked(pool, parts, sharing, what, options, objection)
  try {
    // Not in an async function: it would cost each statement a wait more.
    if (sharing.admits(what))
      return settled(done => sharing.run(what, done, undefined, objection)).catch(retrace)
  } catch (error) {
    return Promise.reject(error) // the driver's
  }
  return runAsAsked(pool, parts, undefined, what, undefined, objection)
}

/** @param sharing undefined when the statement has been found to share with none, too */
async function runAsAsked<C>(
  pool: Lending<C>,
  parts: PoolParts<C>,
  sharing: Sharing<C> | undefined,
  what: unknown,
  options: QueryOptions | undefined,
  objection?: Objection,
): Promise<unknown> {
  const limits = options === undefined ? undefined : parseQueryOptions(options)
  const { name, share } = parts.driver
  if (share === undefined)
    throw new OptionsError(
      'driver',
      undefined,
      `The driver ${name} runs no statements for pool.query(). Call the connection's own method in pool.use(connection => …). (With pg, query() needs pg 8.23 or later.)`,
    )
  try {
    if (limits?.signal?.aborted) return await pool.ask(limits).promise() // which is refused, counted and told of
    // One that goes by a lane has a connection of its own: quick ones should not wait behind it.
    if (limits?.terms?.lane === undefined && sharing?.admits(what))
      return await settled(done => sharing.run(what, done, limits, objection))
    if (limits === undefined)
      return await pool.use(connection => {
        const error = objection?.()
        if (error !== undefined) throw error
        return settled(answer => share.send(connection, what, answer))
      })
    return await runAlone(given => pool.ask(given), parts, share, what, limits, objection)
  } catch (error) {
    retrace(error)
  }
}

function settled(start: (answer: (error: unknown, result?: unknown) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)))
  })
}
