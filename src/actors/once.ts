// What is made when it is first asked for.

/** A value that is made at the first call, and kept. */
export interface Once<T> {
  (): T
  /** Has it made anew the next time: for tests that change what it is made from. */
  forget(): void
}

/** Puts off making something until it is asked for: a program that only loads the package does not pay for it. */
export function once<T>(make: () => T): Once<T> {
  let made: { readonly value: T } | undefined
  const get = (): T => {
    made ??= { value: make() }
    return made.value
  }
  return Object.assign(get, {
    forget: () => {
      made = undefined
    },
  })
}
