// `pool.query()`: one statement, on a connection that it shares if it may, and otherwise on one of its own.
import { OptionsError } from '../../core/errors.js'
import { captureStack } from '../../core/platform.js'
import type { Driver } from '../../db/driver.js'
import type { Sharing } from './sharing.js'

/** What a pool lends a statement that shares with none. */
interface Lending<C> {
  use<T>(callback: (connection: C) => Promise<T>): Promise<T>
}

/**
 * Runs a statement. Its error's stack leads to the caller, as that of pg's own does.
 * @throws OptionsError when the driver runs no statements.
 */
export async function query<C>(
  pool: Lending<C>,
  { name, share }: Driver<C>,
  sharing: Sharing<C> | undefined,
  what: unknown,
): Promise<unknown> {
  if (share === undefined)
    throw new OptionsError(
      'driver',
      undefined,
      `The driver ${name} runs no statements for pool.query(). Call the connection's own method in pool.use(connection => …).`,
    )
  try {
    if (sharing?.admits(what)) return await settled(done => sharing.run(what, done))
    return await pool.use(connection => settled(answer => share.send(connection, what, answer)))
  } catch (error) {
    if (error instanceof Error) captureStack(error)
    throw error
  }
}

function settled(start: (answer: (error: unknown, result?: unknown) => void) => void): Promise<unknown> {
  return new Promise((resolve, reject) => {
    start((error, result) => (error ? reject(error) : resolve(result)))
  })
}
