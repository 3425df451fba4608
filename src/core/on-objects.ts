// What belongs to objects of others, kept on them.

/**
 * A WeakMap whose entries are read as fast as a field: each is a property of its key, which neither `for…in`, a copy nor a print shows. A
 * key that takes no property is refused.
 */
export class OnObjects<K extends object, V> {
  readonly #name = Symbol('statepool')

  get(key: K): V | undefined {
    return (key as Record<symbol, V | undefined>)[this.#name]
  }

  /** @throws TypeError when the key takes no property: it is frozen. */
  set(key: K, value: V): void {
    Object.defineProperty(key, this.#name, { value, configurable: true })
  }
}
