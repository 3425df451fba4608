// What the parts of the diagnosis share: looking back through notices, and counting in words.
import type { Notice } from '../recorder/format.js'

/** The last notice of a type. */
export const lastOf = (notices: readonly Notice[], type: string): Notice | undefined =>
  notices.findLast(notice => notice.type === type)

/** The notices of a type. */
export const within = (notices: readonly Notice[], type: string): Notice[] =>
  notices.filter(notice => notice.type === type)

/** Made once: `toLocaleString` makes one at each call, and a diagnosis is made four times a second. */
const grouped = new Intl.NumberFormat('en-US')

/** `1 caller`, `2,000 callers`. */
export const counted = (count: number, what: string): string =>
  `${grouped.format(count)} ${what}${count === 1 ? '' : 's'}`
