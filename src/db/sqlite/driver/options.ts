// What sqlite() takes, checked before anything opens.

import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { OptionsError } from '../../../core/errors.js'
import { type Hint, noOption } from '../../../core/names.js'
import { hintAtPool } from '../../../core/options.js'
import { discreetRefusal, hiddenRefusal } from '../../../core/refusal.js'
import { boolean, limit, number, oneOf, optional, or, parse, wait } from '../../../core/shape.js'
import type { EngineName, Integers, Opening } from '../wire/messages.js'
import type { Isolation } from './host.js'
import { noPragmas, parsePragmas } from './pragmas.js'

/** The options of {@link sqlite}. */
export interface SqliteOptions {
  /**
   * The file, by path or `file:` URL; SQLite creates it if it does not exist. `':memory:'` is a database that belongs to one connection
   * and ends with it: only for a pool with `max: 1`.
   */
  filename: string | URL
  /** Opens the file read-only; it must exist. Default false. */
  readonly?: boolean | undefined
  /**
   * Where a connection runs. Default `'thread'`: a message costs least, and a cancelled statement ends where it next yields a row; one
   * that computes without yielding goes on until it is done. `'process'`: a cancelled statement ends at once, together with its
   * connection; a crash inside SQLite affects nothing else; a message costs two to three times as much.
   */
  isolation?: Isolation | undefined
  /** The SQLite library. Default: `'node:sqlite'` if Node has it (22.16 or later), otherwise `'better-sqlite3'`. */
  engine?: EngineName | undefined
  /**
   * How long a statement waits for another connection's lock, in milliseconds. Default 3,000, which is below the pool's
   * `validateTimeout`, the limit of a transaction's begin; 0 = fail at once (`SQLITE_BUSY`); Infinity = no limit.
   */
  busyTimeout?: number | undefined
  /** How long a statement may take, in milliseconds, unless it has a timeout of its own. Default Infinity = no limit; more than 0. */
  statementTimeout?: number | undefined
  /** Whether SQLite enforces foreign keys. Default true, unlike SQLite's own default. */
  foreignKeys?: boolean | undefined
  /**
   * SQLite's journal. Default `'wal'`: readers and the one writer do not wait for each other. The mode is stored in the file. `false` = keep
   * the file's mode. A read-only connection never changes it.
   */
  journalMode?: 'wal' | 'delete' | 'truncate' | 'persist' | 'memory' | 'off' | false | undefined
  /**
   * Further pragmas for each connection, run in this order: `{ synchronous: 'normal', cache_size: -64_000 }`. Pragmas with
   * the key of an encrypted database run before everything else; messages never show a value. For `busy_timeout` use the option
   * `busyTimeout`. Default: none.
   */
  pragmas?: Readonly<Record<string, string | number | boolean>> | undefined
  /** Prepared statements that each connection keeps. Default 100; 0 = none. */
  statementCache?: number | undefined
  /**
   * The type of integers. Default `'number'`: an integer beyond 2⁵³ is an error rather than a different number. `'mixed'`: such an integer
   * is a BigInt. `'bigint'`: all integers are BigInts.
   */
  integers?: Integers | undefined
}

/** The options as the driver uses them. */
export interface SqliteConfig {
  readonly opening: Omit<Opening, 'calledOff' | 'places'>
  readonly isolation: Isolation
  readonly statementTimeout: number
  readonly memory: boolean
  /** The pragmas have SQLite refuse writes. */
  readonly queryOnly: boolean
  readonly description: string
}

/** A number of milliseconds that is no limit, which can be written to a process as JSON. */
const endless = Number.MAX_SAFE_INTEGER

const shape = {
  filename: parseFilename,
  readonly: or(boolean, false),
  isolation: or(oneOf(['thread', 'process']), 'thread'),
  engine: optional(oneOf(['node:sqlite', 'better-sqlite3'])),
  busyTimeout: or(wait, 3_000),
  statementTimeout: or(limit, Number.POSITIVE_INFINITY),
  foreignKeys: or(boolean, true),
  journalMode: or(oneOf(['wal', 'delete', 'truncate', 'persist', 'memory', 'off', false]), 'wal'),
  pragmas: or(parsePragmas, noPragmas),
  statementCache: or(number({ least: 0, integer: true, finite: true }), 100),
  integers: or(oneOf(['number', 'mixed', 'bigint']), 'number'),
}

/** The names of {@link SqliteOptions}. */
export const sqliteOptionNames: readonly string[] = Object.keys(shape)

/** What SQLite's libraries and other drivers call options of this one. */
const elsewhere: Readonly<Record<string, string>> = {
  timeout: 'busyTimeout', // of node:sqlite and better-sqlite3
  queryTimeout: 'statementTimeout',
  query_timeout: 'statementTimeout',
  statement_timeout: 'statementTimeout',
}

/** The refusal of an option that has its name from elsewhere; undefined if it has not. */
export const hintAtSqlite: Hint = (name, owner) => {
  const meant = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined
  return meant && noOption(owner, name, `; did you mean ${meant}?`)
}

/**
 * Checks the options.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseSqliteOptions(options: SqliteOptions): SqliteConfig {
  const given: unknown = typeof options === 'string' ? {} : options // a text is told that the file name is missing
  const hint: Hint = (name, owner) => hintAtSqlite(name, owner) ?? hintAtPool(name, owner)
  const parsed = parse('sqlite', shape, given, { hint, refuse: discreetRefusal })
  const { readonly, engine, busyTimeout, statementCache, integers, pragmas, journalMode } = parsed
  const { filename, memory } = parsed.filename
  if (memory && readonly) throw discreetRefusal('readonly', readonly, 'false for a database in memory')
  const ownPragmas = [`PRAGMA foreign_keys = ${parsed.foreignKeys ? 'on' : 'off'}`]
  if (journalMode !== false && !readonly && !memory) ownPragmas.push(`PRAGMA journal_mode = ${journalMode}`)
  return {
    opening: {
      filename,
      readonly,
      engine,
      busyTimeout: Math.min(busyTimeout, endless),
      pragmas: [...pragmas.keys, ...ownPragmas, ...pragmas.others],
      statementCache,
      integers,
    },
    isolation: parsed.isolation,
    statementTimeout: parsed.statementTimeout,
    memory,
    queryOnly: pragmas.queryOnly,
    description: `sqlite in ${memory ? 'memory' : filename}${readonly ? ', read-only' : ''}`,
  }
}

/** The path is made absolute here: the process may change its folder later, and a worker's may be another one. */
function parseFilename(name: string, given: unknown): { filename: string; memory: boolean } {
  if (given instanceof URL) {
    return { filename: pathOf(given), memory: false }
  }
  if (given === ':memory:') return { filename: given, memory: true }
  if (typeof given !== 'string' || given.trim() === '' || given.includes('\0')) {
    throw discreetRefusal(name, given, "the path of a file, a file: URL object, or ':memory:'")
  }
  if (/^[a-z][a-z\d+.-]+:/i.test(given) && !isAbsolute(given)) {
    throw hiddenRefusal(
      name,
      "must be a path, not the text of a URL: pass new URL('file:///…'), or './' and the name if it has a colon",
    )
  }
  if (/[?&]\w*(key|pass\w*|pwd|secret)=/i.test(given)) throw withParameters()
  return { filename: resolve(given), memory: false }
}

/** SQLite's own URIs have parameters; what they say (a key, a mode) would be left out without a word, or shown as part of a name. */
function pathOf(url: URL): string {
  if (url.search !== '') throw withParameters()
  try {
    return fileURLToPath(url)
  } catch {
    // Not the error: it has the URL.
    throw discreetRefusal('filename', url, 'a path or a file: URL of this machine')
  }
}

function withParameters(): OptionsError {
  return hiddenRefusal(
    'filename',
    'must have no parameters (not shown): use the pragmas option for a key, and the readonly option for mode=ro',
  )
}
