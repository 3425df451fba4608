// The names of the pools in this process, so that no two have the same one in logs and metrics.
import type { PoolError } from '../core/errors.js'

const taken = new Set<string>()

/** Takes a name, with a number behind it if another pool has it (`orders`, `orders#2`). Give it back with {@link freeName}. */
export function takeName(wanted: string): string {
  let name = wanted
  for (let number = 2; taken.has(name); number++) name = `${wanted}#${number}`
  taken.add(name)
  return name
}

/** The pool of this name has ended: another one may have it. */
export function freeName(name: string): void {
  taken.delete(name)
}

/** Says in an error whose it is. */
export function ofPool<E extends PoolError>({ name }: { readonly name: string }, error: E): E {
  return Object.assign(error, { pool: name })
}
