// How the pool calls the application's hooks: awaited where a connection waits for them, told where it does not, and never trusted not to throw.
import { HookFailure, type PoolHooks, type ReturnHookContext } from '../../core/hooks.js'
import { outside } from '../../core/outside.js'
import { warn } from '../../core/platform.js'
import { messageOf, withoutStop } from '../../core/wording.js'
import type { ConnectContext, ResetContext, RoundTripContext } from '../../db/driver.js'
import type { ConnectionContext, ConnectionEnding } from '../../machines/connection-types.js'
import type { Lending } from '../callers/lending.js'
import { contextOf, withSignal } from './acting.js'
import type { Cancellation } from './cancellation.js'
import { finishConnect } from './driver-calls.js'
import type { ConnectionRecord } from './record.js'

/** By what the pool trusts a connection. */
type Doubts = Pick<ConnectionContext, 'generation' | 'policy'>

/** Opens a connection, and sets it up: by the driver, if it cares what the hook leaves behind, or when it has connected. */
export async function connectAndSetUp<C>(record: ConnectionRecord<C>, context: ConnectContext): Promise<C> {
  const { driver, hooks } = record.parts
  const { signal } = context
  const setUp = setUpOf(record, hooks, context, false)
  if (setUp === undefined) return driver.connect(context)
  let isOpen = false
  let isSetUp = false
  let stale: { readonly reason: unknown } | undefined
  const connection = await driver.connect({
    ...context,
    onStale: (reason, options) => {
      if (isOpen) stale ??= { reason }
      context.onStale?.(reason, options)
    },
    setUp: connection => {
      isSetUp = true
      return setUp(connection)
    },
  })
  isOpen = true
  // One that comes too late, or not at all, is the pool's concern.
  if (isSetUp || signal.aborted || connection === undefined) return connection
  await finishConnect(driver, connection, context, async () => {
    await setUp(connection)
    if (stale !== undefined) throw stale.reason
  })
  return connection
}

/**
 * Asks the application whether a caller may have the connection.
 * @returns false when it may not
 */
export async function askToLend<C>(
  record: ConnectionRecord<C>,
  lending: Lending,
  doubts: Doubts,
  call: Cancellation,
): Promise<boolean> {
  const { id, handle, parts } = record
  const { onLend } = parts.hooks as PoolHooks<C>
  const context = withSignal({ pool: parts.name, connection: id, session: lending.session }, call)
  if ((await lending.run(() => onLend?.(handle as C, context))) === false) return false
  await proveAgain(record, doubts, call)
  return true
}

/** Another connection may have been found dead while `onLend` ran, as while this one was idle. */
async function proveAgain<C>(
  record: ConnectionRecord<C>,
  { generation, policy }: Doubts,
  call: Cancellation,
): Promise<void> {
  const { current } = generation
  if (record.provenIn === current || policy.validateAfter === Number.POSITIVE_INFINITY) return
  const { driver, config } = record.parts
  try {
    await driver.validate(record.handle as C, contextOf(call))
  } catch (error) {
    throw new ProofFailure(error)
  }
  record.provenAt = config.clock.now()
  record.provenIn = current
}

/** A connection that no longer works, after `onLend` has accepted it. */
export class ProofFailure extends Error {
  constructor(readonly error: unknown) {
    super('the connection no longer works', { cause: error })
  }
}

/**
 * Resets a connection that comes back, and undoes what `onLend` did. The reset comes first: in a transaction that its holder left open, the
 * hook's statements would fail, or be rolled back with it.
 * @param dirty whether its holder left something behind; undefined = the driver knows
 */
export async function resetAndUndo<C>(
  record: ConnectionRecord<C>,
  dirty: boolean | undefined,
  call: Cancellation,
): Promise<void> {
  const { id, parts } = record
  const { driver, hooks, name } = parts
  const handle = record.handle as C
  const context: ResetContext = contextOf(call)
  const setUp = setUpOf(record, hooks, context, true)
  if (setUp !== undefined) Object.assign(context, { setUp })
  if (dirty ?? driver.needsReset?.(handle) ?? true) await driver.reset?.(handle, context)
  const owed = record.takeOwed()
  if (owed === undefined || hooks?.onReturn === undefined) return
  if (call.aborted) call.signal.throwIfAborted()
  try {
    await hooks.onReturn(handle, withSignal({ pool: name, connection: id, ...owed }, call))
  } catch (error) {
    throw new HookFailure('onReturn', error)
  }
  if (driver.needsReset?.(handle) === true) await driver.reset?.(handle, context)
}

/** Tells the application of a lease that has ended with its connection. */
export function tellReturned<C>(record: ConnectionRecord<C>): void {
  const owed = record.takeOwed()
  if (owed === undefined) return
  const { id, parts } = record
  const context: ReturnHookContext = { pool: parts.name, connection: id, ...owed, signal: undefined }
  tell(parts.name, 'onReturn', id, () => parts.hooks?.onReturn?.(undefined, context))
}

/** Tells the application of a connection that has ended. */
export function tellClosed<C>(
  record: ConnectionRecord<C>,
  { reason }: ConnectionEnding,
  error: unknown,
): void {
  const { id, handle, parts } = record
  const { onClose } = parts.hooks ?? {}
  if (onClose === undefined) return
  const context = { pool: parts.name, connection: id, reason, error: causeOf(error) }
  tell(parts.name, 'onClose', id, () => onClose(handle, context))
}

/** What a hook threw, if it is one that failed; else the error itself. */
export function causeOf(error: unknown): unknown {
  return error instanceof HookFailure ? error.error : error
}

/** What went wrong, in words, which name the hook if it was one. */
export function describeFailure(error: unknown): string {
  return error instanceof HookFailure
    ? `the pool's ${error.hook} threw: ${messageOf(error.error)}`
    : messageOf(error)
}

function setUpOf<C>(
  { id, parts: { name, budget } }: ConnectionRecord<C>,
  hooks: PoolHooks<C> | undefined,
  told: RoundTripContext,
  again: boolean,
): ((connection: unknown) => Promise<void>) | undefined {
  const onConnect = hooks?.onConnect
  if (onConnect === undefined && budget?.enter === undefined) return undefined
  return async connection => {
    await budget?.enter?.(connection, again)
    try {
      await onConnect?.(connection as C, { pool: name, connection: id, again, signal: told.signal })
    } catch (error) {
      throw new HookFailure('onConnect', error)
    }
  }
}

/** Calls a hook that no connection waits for. What it throws is the application's mistake, and no reason to lose anything. */
function tell(pool: string, hook: 'onReturn' | 'onClose', connection: string, call: () => unknown): void {
  const blame = (error: unknown): void =>
    warn(
      `Pool "${pool}": the hook ${hook} threw for ${connection}: ${withoutStop(messageOf(error))}. The pool goes on. Catch the error in the hook.`,
      'PoolHookWarning',
      'STATEPOOL_HOOK',
      error instanceof Error ? error.stack : undefined,
    )
  outside(() => {
    try {
      Promise.resolve(call()).catch(blame)
    } catch (error) {
      blame(error)
    }
  })
}
