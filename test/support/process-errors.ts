// Errors that nobody catches, while a test makes some on purpose.
import { setImmediate } from 'node:timers/promises'

/** Calls a function, and returns the errors that were uncaught meanwhile and until the turn after. */
export async function processErrors(call: () => Promise<unknown>): Promise<unknown[]> {
  const others = process.rawListeners('uncaughtException') as ((error: Error) => void)[]
  const errors: unknown[] = []
  const listener = (error: unknown) => errors.push(error)
  process.removeAllListeners('uncaughtException')
  process.on('uncaughtException', listener)
  try {
    await call()
    await setImmediate()
  } finally {
    process.off('uncaughtException', listener)
    for (const other of others) process.on('uncaughtException', other)
  }
  return errors
}
