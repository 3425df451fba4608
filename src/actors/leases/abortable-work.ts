// What a holder does by its lease, until its caller's signal aborts: from then on the database is to stop it.
import { QueryAbortedError } from '../../core/errors.js'
import { onAbort } from '../../core/signals.js'
import { meansBroken } from '../connections/driver-calls.js'
import { ofPool } from '../names.js'
import type { PoolParts } from '../parts.js'
import type { Lease } from './lease.js'

/** What its holder sends after the abort, to clean up say, may run for so long; in milliseconds. */
const grace = 1_000

/** What the work needs of its pool. */
export type WorkContext<C> = Pick<PoolParts<C>, 'name' | 'driver'> & {
  readonly config: Pick<PoolParts<C>['config'], 'clock'>
}

/** The error of work that was aborted. */
export function workAborted<C>(
  context: WorkContext<C>,
  lease: Lease<C>,
  { reason }: AbortSignal,
  callback: { readonly thrown?: unknown } = {},
): QueryAbortedError {
  const held = context.config.clock.now() - lease.acquiredAt
  return ofPool(context, new QueryAbortedError(reason, held, true, callback))
}

/**
 * Does the work. When the signal aborts, the driver has the database stop what it has asked for so far, and looks again from time to time until
 * the work has settled: what it returns counts, and what it throws becomes the error of the abort.
 */
export async function abortableWork<C, T>(
  context: WorkContext<C>,
  lease: Lease<C>,
  signal: AbortSignal | undefined,
  work: () => T | PromiseLike<T>,
): Promise<T> {
  const { driver, config } = context
  if (signal === undefined || driver.cancel === undefined) return work()
  if (signal.aborted) throw workAborted(context, lease, signal)
  const { clock } = config
  let timer: unknown
  let isOver = false
  const cancel = async (): Promise<void> => {
    await lease.cancel()
    if (isOver || !lease.held) return
    timer = clock.setTimeout(cancel, grace)
    clock.unref?.(timer)
  }
  const forget = onAbort(signal, () => void cancel())
  try {
    return await work()
  } catch (error) {
    if (!signal.aborted) throw error
    if (lease.held && meansBroken(driver, error)) lease.destroy(error)
    throw workAborted(context, lease, signal, { thrown: error })
  } finally {
    isOver = true
    forget()
    clock.clearTimeout(timer)
  }
}
