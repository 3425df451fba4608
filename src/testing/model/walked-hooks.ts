// The hooks of a pool that is walked: they succeed at once, unless the walk has them answer otherwise.
import type { PoolHooks } from '../../index.js'
import type { HookName } from './walk-of.js'

/** What {@link WalkedHooks.onLend} says next: at once, or when it is answered. */
type LendAnswer = 'accepts' | 'refuses' | 'throws' | 'waits'

/** Hooks that the walk answers. */
export class WalkedHooks {
  /** What `onLend` says to the next callers; afterwards it accepts. */
  readonly lends: LendAnswer[] = []
  /** The next call of this hook throws. */
  throwsNext: HookName | undefined
  #held: { resolve(answer: boolean): void; reject(error: Error): void } | undefined

  /** The options of a pool that has some of them. */
  options(names: readonly HookName[]): PoolHooks<unknown> {
    const all: PoolHooks<unknown> = {
      onConnect: () => this.#throwIfSo('onConnect'),
      onLend: () => this.#lend(),
      onReturn: () => this.#throwIfSo('onReturn'),
    }
    return Object.fromEntries(names.map(name => [name, all[name]]))
  }

  /** Answers the call of `onLend` that waits. */
  answerLend(answer: Exclude<LendAnswer, 'waits'>): void {
    const held = this.#held
    this.#held = undefined
    if (held === undefined) throw new Error('The pool does not wait for onLend.')
    if (answer === 'throws') held.reject(new Error('walk: onLend threw'))
    else held.resolve(answer === 'accepts')
  }

  /** What comes too late. */
  answerLate(): void {
    this.#held?.resolve(true)
    this.#held = undefined
  }

  #lend(): unknown {
    switch (this.lends.shift()) {
      case 'waits':
        return new Promise((resolve, reject) => {
          this.#held = { resolve, reject }
        })
      case 'refuses':
        return false
      case 'throws':
        throw new Error('walk: onLend threw')
      default:
        return true
    }
  }

  #throwIfSo(name: HookName): void {
    if (this.throwsNext !== name) return
    this.throwsNext = undefined
    throw new Error(`walk: ${name} threw`)
  }
}
