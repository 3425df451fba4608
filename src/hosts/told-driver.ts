// A host's driver as the host's own pool has it: each new session tells what its server is to the cluster.
import { finishConnect } from '../actors/connections/driver-calls.js'
import { show } from '../core/refusal.js'
import type { Driver, HostRole } from '../db/driver.js'

/** Whom sessions tell of their server. */
export interface Told {
  /** A new session was asked. */
  role(role: HostRole): void
  /** The server takes no writes any more: all its sessions are stale. */
  demoted(error: unknown): void
  /** One session is stale. */
  doubted(): void
}

/** A driver that can tell. */
export type HostDriver<C> = Driver<C> & Required<Pick<Driver<C>, 'hostRole'>>

/**
 * Asks a session what its server is.
 * @throws TypeError when the driver breaks its contract: a server that is taken for a standby by mistake would get no writes
 */
export async function roleOf<C>(
  driver: HostDriver<C>,
  connection: C,
  signal: AbortSignal,
): Promise<HostRole> {
  const role: unknown = await driver.hostRole(connection, { signal })
  if (role === 'primary' || role === 'standby') return role
  throw new TypeError(
    `the driver's hostRole() (${driver.name}) resolved to ${show(role)}, and not to 'primary' or 'standby'`,
  )
}

const methods = [
  'connect',
  'validate',
  'needsReset',
  'reset',
  'close',
  'destroy',
  'isUsable',
  'cancel',
  'ref',
  'unref',
  'isFatal',
  'hostRole',
  'describe',
  'remedy',
] as const satisfies (keyof Driver<unknown>)[]

/** The driver, whose sessions tell. Methods are bound: a class may have private fields. */
export function toldDriver<C>(driver: HostDriver<C>, told: Told): Driver<C> {
  const own: Record<string, unknown> = { name: driver.name }
  for (const method of methods) if (driver[method] !== undefined) own[method] = driver[method].bind(driver)
  return {
    ...(own as unknown as Driver<C>),
    transaction: driver.transaction,
    share: driver.share,
    async connect(context) {
      const { signal, onStale } = context
      const connection = await driver.connect({
        ...context,
        onStale(reason, options) {
          // First, so that callers who wait for a primary leave before the pool opens connections for them.
          if (options?.all) told.demoted(reason)
          else told.doubted()
          onStale?.(reason, options)
        },
      })
      if (signal.aborted || connection === undefined) return connection // the pool's concern
      await finishConnect(driver, connection, context, async () => {
        const role = await roleOf(driver, connection, signal)
        if (!signal.aborted) told.role(role)
      })
      return connection
    },
  }
}
