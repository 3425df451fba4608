// The names of the pools in this process, so that no two have the same one in logs and metrics.
import type { PoolError } from '../core/errors.js'

/** Each name that is taken: what it was made of. */
const taken = new Map<string, { readonly wanted: string; readonly number: number }>()

/** By a name that was wanted, the number from which on to look for one that is free: an exploration makes 300,000 pools of one name. */
const next = new Map<string, number>()

/** Takes a name, with a number behind it if another pool has it (`orders`, `orders#2`). Give it back with {@link freeName}. */
export function takeName(wanted: string): string {
  let number = next.get(wanted) ?? 1
  while (taken.has(numbered(wanted, number))) number++
  const name = numbered(wanted, number)
  taken.set(name, { wanted, number })
  next.set(wanted, number + 1)
  return name
}

/** The pool of this name has ended: another one may have it. */
export function freeName(name: string): void {
  const { wanted, number } = taken.get(name) ?? { wanted: name, number: 1 }
  taken.delete(name)
  if (number === 1) next.delete(wanted)
  else if (number < (next.get(wanted) ?? 1)) next.set(wanted, number)
}

const numbered = (wanted: string, number: number): string => (number === 1 ? wanted : `${wanted}#${number}`)

/** Says in an error whose it is. */
export function ofPool<E extends PoolError>({ name }: { readonly name: string }, error: E): E {
  return Object.assign(error, { pool: name })
}
