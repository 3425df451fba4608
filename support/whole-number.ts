// Numbers that programs take from their command lines.

import { InvalidArgumentError } from 'commander'

/** Reads a whole number that is not below the least one. */
export function wholeFrom(least: number): (value: string) => number {
  return value => {
    const parsed = Number(value)
    if (!Number.isSafeInteger(parsed) || parsed < least)
      throw new InvalidArgumentError(`It must be a whole number from ${least}.`)
    return parsed
  }
}
