// What the calls of a pool take: `acquire()`, `query()` and `close()`.
import { OptionsError } from './errors.js'
import { refuseUnknown } from './names.js'
import { abortSignal, anything, is, limit, number, optional, or, parse, textLike, wait } from './shape.js'

/** The options of `acquire()`. */
export interface AcquireOptions {
  /**
   * How long to wait, in milliseconds, instead of the pool's `acquireTimeout`; 0 and Infinity mean the same as there. Unlike
   * `acquireTimeout`, it also runs while the pool is paused.
   */
  timeout?: number | undefined
  /**
   * Aborts the wait. Aborting after `acquire()` resolved does not end the lease; in `use()`, it cancels what the callback runs at the database,
   * if the driver can.
   */
  signal?: AbortSignal | undefined
  /** The pool serves callers with a higher priority first. An integer, default 0. One hand-off in eight goes to the caller that has waited longest. */
  priority?: number | undefined
  /**
   * On whose behalf the caller asks: a text such as a customer's id. Within a priority, tenants whose callers wait take turns, so that one
   * that asks a hundred times as often does not keep the others waiting; callers that name none are one tenant together. A connection that is
   * free is leased at once, to any tenant. See docs/guides/fair-queueing.md.
   */
  tenant?: string | undefined
  /**
   * How many leases the `tenant` gets for each one of another tenant, while both wait: from 0.01 to 100, default 1. If a tenant's callers
   * give different weights, that of the last one who had to wait counts.
   */
  weight?: number | undefined
  /** The lane that the caller goes by: one of those in the pool's option `lanes`. At most so many connections as it says are leased by it at a time. */
  lane?: string | undefined
  /**
   * Who the connection is for: a tenant, a role, a user. The pool hands it to its hooks `onLend`, before the caller gets the connection, and
   * `onReturn`, and never looks inside it. A pool that has neither refuses it. See docs/guides/hooks.md.
   */
  session?: unknown
}

/** The options of `query()`. */
export interface QueryOptions {
  /** How long the statement may take, waiting for a connection included, in milliseconds. More than 0. Default Infinity, and the pool's `acquireTimeout` while it waits. */
  timeout?: number | undefined
  /** Cancels the statement; the caller gets the error at once. */
  signal?: AbortSignal | undefined
  /** On whose behalf the statement waits for a connection, or for a place on one that is shared: tenants take turns, as in `acquire()`. */
  tenant?: string | undefined
  /** How many statements the `tenant` gets for each one of another tenant, while both wait: from 0.01 to 100, default 1. */
  weight?: number | undefined
  /** The lane that the statement goes by, as in `acquire()`. With the option `share`, such a statement gets a connection of its own. */
  lane?: string | undefined
}

/** The options of `close()`. */
export interface CloseOptions {
  /** How long to wait for leases, in milliseconds, instead of the pool's `drainTimeout`; 0 and Infinity mean the same as there. */
  timeout?: number | undefined
}

/** The checks of {@link AcquireOptions}. */
export const acquireShape = {
  timeout: optional(wait),
  signal: optional(abortSignal),
  priority: optional(is<number>('an integer (higher is served first, default 0)', Number.isSafeInteger)),
  session: anything,
  tenant: optional(textLike('a non-empty string', /./s)),
  weight: optional(number({ least: 0.01, most: 100, kind: 'a number' })),
  lane: optional(textLike('a non-empty string', /./s)),
}
const acquireNames = Object.keys(acquireShape)

/**
 * Checks what `acquire()` was given. On the way to a lease, so it goes through no table.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function checkAcquireOptions(options: AcquireOptions): AcquireOptions {
  refuseUnknown('acquire', options, acquireNames)
  const { timeout, signal, priority, session, tenant, weight, lane } = options
  if (timeout !== undefined) wait('timeout', timeout)
  acquireShape.signal('signal', signal)
  acquireShape.priority('priority', priority)
  if (tenant !== undefined) acquireShape.tenant('tenant', tenant)
  if (weight !== undefined) checkWeight(weight, tenant)
  if (lane !== undefined) acquireShape.lane('lane', lane)
  return { timeout, signal, priority, session, tenant, weight, lane }
}

function checkWeight(weight: number, tenant: string | undefined): void {
  acquireShape.weight('weight', weight)
  if (tenant === undefined)
    throw new OptionsError(
      'weight',
      weight,
      'weight has no effect without a tenant: give both, or omit weight.',
    )
}

const queryShape = {
  timeout: or(limit, Number.POSITIVE_INFINITY),
  signal: acquireShape.signal,
  tenant: acquireShape.tenant,
  weight: acquireShape.weight,
  lane: acquireShape.lane,
}

/** What limits a statement: its caller's time and signal, and the terms on which it waits. */
interface ParsedQueryOptions {
  readonly timeout: number
  readonly signal: AbortSignal | undefined
  readonly terms: Pick<QueryOptions, 'tenant' | 'weight' | 'lane'> | undefined
}

/**
 * Checks what `query()` was given.
 * @returns undefined = no limits
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseQueryOptions(options: QueryOptions): ParsedQueryOptions | undefined {
  const { timeout, signal, tenant, weight, lane } = parse('query', queryShape, options)
  if (weight !== undefined) checkWeight(weight, tenant)
  const terms = (tenant ?? lane) === undefined ? undefined : { tenant, weight, lane }
  const isUnlimited = timeout === Number.POSITIVE_INFINITY && signal === undefined && terms === undefined
  return isUnlimited ? undefined : { timeout, signal, terms }
}

/**
 * Checks what `close()` was given, and answers how long to wait for leases.
 * @throws OptionsError, which names the option, its value and the valid values.
 */
export function parseCloseOptions(options: CloseOptions, fallback: number): number {
  return parse('close', { timeout: or(wait, fallback) }, options).timeout
}
