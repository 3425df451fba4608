// Numbers among the options: a text in their place is not shown, because it may be a secret.

import { checkNumber, describeRange, discreetRefusal, type NumberRange } from '../../../core/check.js'

/** @throws OptionsError saying what the number may be. */
export function expectNumber(name: string, value: unknown, range: NumberRange): number {
  if (typeof value !== 'number') throw discreetRefusal(name, value, describeRange(range))
  return checkNumber(name, value, range)
}
