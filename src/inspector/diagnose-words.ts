// What the parts of the diagnosis share: looking back through notices, and counting in words.
import type { Notice } from '../recorder/format.js'

/** The last notice of a type. */
export const lastOf = (notices: readonly Notice[], type: string): Notice | undefined =>
  notices.findLast(notice => notice.type === type)

/** The notices of a type. */
export const within = (notices: readonly Notice[], type: string): Notice[] =>
  notices.filter(notice => notice.type === type)

/** `1 caller`, `2 callers`. */
export const counted = (count: number, what: string): string =>
  `${count.toLocaleString('en-US')} ${what}${count === 1 ? '' : 's'}`
