// How statements share connections: the option `share`, and its checks.
import { number, or, switchable, wait } from './shape.js'

/** How statements share connections; see {@link PoolOptions.share}. */
export interface ShareOptions {
  /** The maximum number of statements under way on one connection. Default 8; at least 1. */
  depth?: number | undefined
  /** The pool sends no statement behind one that has been under way for longer than this, in milliseconds, nor behind one whose kind took longer than a quarter of it the last two times. Default 50; 0 = only behind those sent in the same millisecond; Infinity = behind any. */
  patience?: number | undefined
}

const sharing = {
  depth: or(number({ least: 1, integer: true, finite: true }), 8),
  patience: or(wait, 50),
}

/** What `share` stands for; undefined = off. */
export const share = switchable(sharing, '{ depth: 8, patience: 50 }')
