// How the pool calls a driver: outside of any caller's async context, and without trusting it not to throw.

import { undoable } from '../../core/abortable.js'
import { outside } from '../../core/outside.js'
import type { ConnectContext, DestroyOptions, Driver } from '../../db/driver.js'

/** The error of a driver that breaks its contract. */
export function noHandle<C>({ name }: Driver<C>): TypeError {
  return new TypeError(`the driver's connect() (${name}) resolved to undefined, and not to a connection`)
}

/** Calls the driver outside of any caller's async context, and takes a synchronous throw for a rejection. */
export function attempt<T>(
  call: () => Promise<T> | T,
  done: (value: T) => void,
  failed: (error: unknown) => void,
): void {
  outside(() => answerOf(call).then(done, failed))
}

/** A promise of the driver's is taken as it is: one of our own that waits for it would be settled two turns of the microtasks later. */
function answerOf<T>(call: () => Promise<T> | T): Promise<T> {
  try {
    return Promise.resolve(call())
  } catch (error) {
    return Promise.reject(error)
  }
}

/**
 * Destroys a connection, whatever the driver does about it.
 * @returns a promise, which never rejects, if the driver waits for the server to let go
 */
export function destroyQuietly<C>(
  driver: Driver<C>,
  handle: C,
  options?: DestroyOptions,
): Promise<void> | undefined {
  return outside(() => {
    const gone = quietly(() => driver.destroy(handle, options))
    return gone instanceof Promise ? gone.catch(() => {}) : undefined
  })
}

/** Takes one more step with a connection that `connect` has just opened, and destroys it if the step fails or the signal aborts. */
export async function finishConnect<C>(
  driver: Driver<C>,
  handle: C,
  { signal, onLinger }: ConnectContext,
  step: () => Promise<unknown>,
): Promise<void> {
  const destroy = (): void => {
    const gone = destroyQuietly(driver, handle)
    // The server may count it for a while, and so does the pool.
    if (gone !== undefined) onLinger?.(gone, () => void destroyQuietly(driver, handle, { atOnce: true }))
  }
  await undoable(step(), signal, destroy)
}

/**
 * Calls a method of the driver that the contract does not expect to throw. If one throws all the same, the connection's
 * actor must survive, or its caller would be forgotten and its slot taken forever.
 */
export function quietly<T>(call: () => T): T | undefined {
  try {
    const answer = call()
    if (answer instanceof Promise) answer.catch(() => {}) // an `async destroy`, say: TypeScript lets it pass
    return answer
  } catch {
    return undefined
  }
}

/** Whether the driver can have connections keep the process alive, or not. */
export const canLetExit = <C>({ ref, unref }: Driver<C>): boolean => (ref ?? unref) !== undefined

/**
 * Has a connection keep the process alive, or not. A driver that throws may end the process too soon or too late, which is no reason to
 * lose the connection. Called for each lease, so without a closure.
 */
export function letExit<C>(driver: Driver<C>, handle: C, mayExit: boolean): void {
  try {
    if (mayExit) driver.unref?.(handle)
    else driver.ref?.(handle)
  } catch {
    // see above
  }
}

/** What the error itself, or the driver, has to say about a connect that failed: nothing unless it is a text. */
export function remedyFor<C>(driver: Driver<C>, error: unknown): string | undefined {
  const remedy: unknown = quietly(() => Object(error).remedy ?? driver.remedy?.(error))
  return typeof remedy === 'string' && remedy !== '' ? remedy : undefined
}

/** Where a driver connects to, for messages. */
export function describeTarget<C>(driver: Driver<C>): string {
  return quietly(() => driver.describe?.()) ?? driver.name
}

/** Whether the driver says that its borrower left a connection usable. Asked at each release, so without a closure. */
export function isUsable<C>(driver: Driver<C>, handle: C): boolean {
  if (driver.isUsable === undefined) return true
  try {
    const answer: unknown = driver.isUsable(handle)
    if (answer instanceof Promise) answer.catch(() => {}) // an `async isUsable`: TypeScript refuses it, JavaScript does not
    return answer === true
  } catch {
    return false
  }
}

/** Whether an error means, as far as the driver can tell, that the connection is broken. If the driver throws, it counts as broken. */
export function meansBroken<C>(driver: Driver<C>, error: unknown): boolean {
  try {
    return driver.isFatal?.(error) ?? false
  } catch {
    return true
  }
}
