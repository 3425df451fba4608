// An assertion for checks that are made by the hundred thousand.

import { isDeepStrictEqual } from 'node:util'
import { expect } from 'vitest'

/** `expect(actual, what).toEqual(expected)`, which is asked only when it may have something to tell: it is slow also when all is well. */
export function agree(actual: unknown, expected: unknown, what?: string): void {
  if (!isDeepStrictEqual(actual, expected)) expect(actual, what).toEqual(expected)
}
