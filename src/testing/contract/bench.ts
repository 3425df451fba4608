// What a case of the driver contract works with: the driver under test, connections that are cleared away after it, and waiting.

import assert from 'node:assert/strict'
import type { DriverUnderTest } from './driver-under-test.js'
import { socketsAtRest, socketsHeld } from './sockets.js'

/** One rule, as a function that rejects when a driver breaks it. */
export interface RuleOf<C> {
  readonly name: string
  check(bench: Bench<C>): Promise<void>
}

/** Waits for the outside world, which no test can move: bounded, and short when all is well. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  what: string,
  patience: number,
): Promise<void> {
  const deadline = Date.now() + patience
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Waited ${patience} ms in vain until ${what}.`)
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** A driver under test, as long as its cases run. */
export interface Bench<C> {
  readonly subject: DriverUnderTest<C>
  /** Opens a connection, which is destroyed after the case. */
  connect(this: void, onLost?: (reason?: unknown) => void): Promise<C>
  /** Has a connection destroyed after the case. */
  keep(this: void, connection: C): C
  needsReset(this: void, connection: C): boolean | undefined
  reset(this: void, connection: C): Promise<void> | undefined
  validate(this: void, connection: C): Promise<void>
  cancel(this: void, connection: C): Promise<void> | undefined
  until(this: void, condition: () => boolean | Promise<boolean>, what: string): Promise<void>
  /** Waits until neither the server nor this process has anything left of the driver's connections. */
  nothingLeft(this: void): Promise<void>
  /** Destroys what the case left; it must be gone then. */
  clear(this: void): Promise<void>
}

/** Makes the bench for a driver; nothing of it is open yet. */
export async function benchFor<C>(subject: DriverUnderTest<C>, patience: number): Promise<Bench<C>> {
  const { driver } = subject
  const sockets = await socketsAtRest()
  let opened: C[] = []
  const keep = (connection: C): C => {
    opened.push(connection)
    return connection
  }
  const until: Bench<C>['until'] = (condition, what) => waitUntil(condition, what, patience)
  // Some databases show a connection only when it has been authenticated; hence a look at this end, too.
  const nothingLeft = async (): Promise<void> => {
    await until(async () => (await subject.countOnServer()) === 0, 'the server counts no connection')
    await until(() => socketsHeld() <= sockets, 'this process holds no socket more than before')
  }
  return {
    subject,
    connect: async (onLost = () => {}) => keep(await driver.connect({ signal: never(), onLost })),
    keep,
    needsReset: connection => driver.needsReset?.(connection),
    reset: connection => driver.reset?.(connection, { signal: never() }),
    validate: connection => driver.validate(connection, { signal: never() }),
    cancel: connection => driver.cancel?.(connection, { signal: never() }),
    until,
    nothingLeft,
    async clear() {
      for (const connection of opened) driver.destroy(connection)
      opened = []
      await nothingLeft()
    },
  }
}

/** A signal that is not aborted. */
export const never = (): AbortSignal => new AbortController().signal

/** Lets what was set in motion in this process happen. */
export const aTurn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

/** The error that a promise rejects with; fails if it resolves. */
export async function errorOf(promise: Promise<unknown> | undefined, what: string): Promise<unknown> {
  let result: unknown
  try {
    result = await promise
  } catch (error) {
    return error
  }
  assert.fail(`${what} should have rejected, and resolved with ${String(result)}`)
}
