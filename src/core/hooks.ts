// What an application has the pool call when connections open and close, and when leases begin and end.
import type { EndReason } from '../machines/connection-types.js'

/** What every hook is told. */
export interface HookContext {
  /** The pool's name. */
  readonly pool: string
  /** The id of the connection, as in events: `connection-3`. */
  readonly connection: string
}

/** What {@link PoolHooks.onConnect} is told. */
export interface ConnectHookContext extends HookContext {
  /** true = the connection was open before, and its reset has undone what this hook had set up. */
  readonly again: boolean
  /** Aborts when the pool no longer waits for the hook. */
  readonly signal: AbortSignal
}

/** What {@link PoolHooks.onLend} is told. */
export interface LendHookContext extends HookContext {
  /** What the caller passed to `acquire({ session })`; undefined if it passed nothing. */
  readonly session: unknown
  /** Aborts when the pool no longer waits for the hook. */
  readonly signal: AbortSignal
}

/**
 * How a lease ended: its holder released or destroyed it; the pool revoked it, because the connection was lost or the pool was closed; or it
 * never began, because the caller stopped waiting, or the pool was paused, while {@link PoolHooks.onLend} ran.
 */
export type LeaseEnd = 'released' | 'destroyed' | 'revoked' | 'unclaimed'

/** What {@link PoolHooks.onReturn} is told. */
export interface ReturnHookContext extends HookContext {
  /** What the caller had passed to `acquire({ session })`; undefined if it had passed nothing. */
  readonly session: unknown
  readonly end: LeaseEnd
  /** The number of the lease, as in events; undefined when the end is `'unclaimed'`. */
  readonly lease: number | undefined
  /** How long the lease was held, in milliseconds. */
  readonly heldFor: number
  /** Aborts when the pool no longer waits for the hook; undefined when the pool does not wait, because the connection has ended. */
  readonly signal: AbortSignal | undefined
}

/** What {@link PoolHooks.onClose} is told. */
export interface CloseHookContext extends HookContext {
  /** Why the connection ended. */
  readonly reason: EndReason
  /** The error that caused it; undefined if none did. */
  readonly error: unknown
}

/**
 * The functions that the pool calls during the life of its connections; `C` is the type of the driver's connections. No exception of a hook
 * ends the pool. docs/guides/hooks.md has the table of outcomes.
 */
export interface PoolHooks<C> {
  /**
   * Sets up a connection that the driver has opened, before the pool leases it for the first time; again after each reset that undid the session.
   * Runs after the driver's own `onConnect`. It is part of the connect, within `connectTimeout`; if it throws, the connect fails with that
   * error as its `cause`, and the pool destroys the connection. After a reset it is part of that reset, within `resetTimeout`.
   */
  onConnect?: ((connection: C, context: ConnectHookContext) => unknown) | undefined
  /**
   * Prepares a connection for one caller, before that caller gets it; the caller waits for it, for at most `validateTimeout`. false =
   * this connection is unfit: the pool closes it, and the caller gets another one. If it throws, the same, but the caller that meets
   * a second such connection is refused with a LendError. Runs in the async context of the call of `acquire()`.
   */
  onLend?: ((connection: C, context: LendHookContext) => unknown) | undefined
  /**
   * Undoes what {@link PoolHooks.onLend} did: called once for each time that succeeded, when the lease has ended and the driver has
   * reset the session. No caller gets the connection before this settles, within `resetTimeout`; if it throws, the pool destroys the
   * connection. `connection` is undefined when the connection has ended, or is ending: the pool then calls the hook and does not wait.
   */
  onReturn?: ((connection: C | undefined, context: ReturnHookContext) => unknown) | undefined
  /**
   * Called after a connection has ended; `connection` is undefined if it never opened. The pool does not wait for it. What it throws becomes
   * a process warning (STATEPOOL_HOOK).
   */
  onClose?: ((connection: C | undefined, context: CloseHookContext) => unknown) | undefined
}

/** The hooks among a pool's options; undefined if there are none: the pool then pays nothing for them. */
export function hooksOf<C>({ onConnect, onLend, onReturn, onClose }: PoolHooks<C>): PoolHooks<C> | undefined {
  if ((onConnect ?? onLend ?? onReturn ?? onClose) === undefined) return undefined
  return { onConnect, onLend, onReturn, onClose }
}

/**
 * The same hooks, each called by `around`: drop-ins open their connections to what runs on them between leases.
 * @param around calls its second argument, and answers what that answers
 */
export function hooksAround<C>(
  options: PoolHooks<C>,
  around: <T>(connection: C, call: () => T) => Promise<T>,
): PoolHooks<C> {
  const { onConnect, onLend, onReturn } = options
  return {
    ...(onConnect && {
      onConnect: (connection, context) => around(connection, () => onConnect(connection, context)),
    }),
    ...(onLend && { onLend: (connection, context) => around(connection, () => onLend(connection, context)) }),
    ...(onReturn && {
      onReturn: (connection, context) =>
        connection === undefined
          ? onReturn(undefined, context)
          : around(connection, () => onReturn(connection, context)),
    }),
  }
}

/** An error of a hook, on its way through a driver that calls it. */
export class HookFailure extends Error {
  /** @param error what the hook threw */
  constructor(
    readonly hook: keyof PoolHooks<unknown>,
    readonly error: unknown,
  ) {
    super(`${hook} failed`, { cause: error })
  }
}
