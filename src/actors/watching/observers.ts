// Observers that applications give to the pool: what they may be, and what becomes of one that throws.
import type { Observer } from 'xstate'
import { throwOutside } from '../../core/outside.js'
import { refusal } from '../../core/refusal.js'

/**
 * The observer as a function that never throws. Its first error ends it, and is an uncaught exception, as in RxJS: thrown where it was
 * called, it would stop the message that was being delivered.
 * @param stop takes the observer away
 * @throws OptionsError when it is neither a function nor an object.
 */
export function guarded<T>(
  observer: Observer<T> | ((value: T) => void),
  stop: () => void,
): (value: T) => void {
  const next = nextOf(observer)
  let failed = false
  return value => {
    if (failed) return
    try {
      next(value)
    } catch (error) {
      failed = true
      stop()
      throwOutside(error)
    }
  }
}

/**
 * What the observer is called with values by.
 * @throws OptionsError when it is neither a function nor an object.
 */
export function nextOf<T>(observer: Observer<T> | ((value: T) => void)): (value: T) => void {
  if (typeof observer === 'function') return observer
  if (typeof observer === 'object' && observer !== null) return value => observer.next?.(value)
  throw refusal('observer', observer, 'a function or an object with a next method')
}
