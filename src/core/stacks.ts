// Errors whose stack leads to the code that awaits them, and not to the timer or the socket where they were made.
import { captureStack } from './platform.js'

const settled = Promise.resolve()
const nothing = (): void => {}

/**
 * A promise to resolve a waiting caller's promise with, which rejects. The error is made where a timer rings, or another caller
 * acts, and its stack leads there. V8 follows promises from the reaction that runs now to the functions that `await` its outcome; so
 * the stack is taken anew in a reaction that the caller's promise depends on. It costs nothing until a caller is refused.
 */
export function toAwaiter(error: unknown): Promise<never> {
  const reject = (): never => {
    if (error instanceof Error) captureStack(error)
    throw error
  }
  return settled.then(nothing).then(reject) // a turn later: the caller's promise has adopted it by then
}

/** Passes an error on that came from a socket, with a stack that leads to the code that awaits it: to be called in a reaction of a promise. */
export function retrace(error: unknown): never {
  if (error instanceof Error) captureStack(error)
  throw error
}

/** The same error once more, with a stack of its own: for one of several callers who are told of it. */
export function copyOf<E extends Error>(error: E): E {
  const copy = new Error(error.message)
  const { stack: _itsOwn, ...fields } = Object.getOwnPropertyDescriptors(error)
  return Object.setPrototypeOf(Object.defineProperties(copy, fields), Object.getPrototypeOf(error))
}
