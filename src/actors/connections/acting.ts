// What the actions of a connection's machine have in common.
import type { ActorRef, EventObject, Snapshot } from 'xstate'
import type { RoundTripContext } from '../../db/driver.js'
import { deliver } from '../../machines/compiled/index.js'
import type { connectionMachine } from '../../machines/connection.js'
import type { ConnectionContext, ConnectionEvent } from '../../machines/connection-types.js'
import type { Cancellation } from './cancellation.js'
import { letExit } from './driver-calls.js'
import type { ConnectionRecord } from './record.js'

/** The actions that the machine takes. */
export type ConnectionActions = NonNullable<Parameters<(typeof connectionMachine)['provide']>[0]['actions']>

/** The connection as the running system has it: the record is what the machine knows as its facts. */
export const recordOf = (context: ConnectionContext): ConnectionRecord<unknown> =>
  context.facts as ConnectionRecord<unknown>

/** While a caller needs the connection, it keeps the process alive. */
export const hold = ({ parts: { driver, letsExit }, handle }: ConnectionRecord<unknown>): void => {
  if (letsExit) letExit(driver, handle, false)
}

/** While it is idle, it does not. */
export const letGo = ({ parts: { driver, letsExit }, handle }: ConnectionRecord<unknown>): void => {
  if (letsExit) letExit(driver, handle, true)
}

/** Tells a connection what its driver says. What comes after its end (a deadline passed, it was destroyed) is of no interest. */
export const report: (
  connection: ActorRef<Snapshot<unknown>, ConnectionEvent>,
  event: ConnectionEvent,
) => void = tell

/** Sends an event to an actor that may have ended. */
export function tell<E extends EventObject>(actor: ActorRef<Snapshot<unknown>, E>, event: E): void {
  if (actor.getSnapshot().status === 'active') deliver(actor, event, event.type)
}

/** What a call of the driver, or of a hook, is told: its signal, which is made when it is looked at. */
export const contextOf = (call: Cancellation): RoundTripContext => withSignal({}, call)

/**
 * Adds the signal to what a call of the driver, or of a hook, is told. As a property of its own, because drivers copy what they are told; and with one getter for
 * all, because V8 makes a hidden class for each getter that is written into an object, which was a quarter of what opening a connection cost.
 */
export function withSignal<T extends object>(told: T, call: Cancellation): T & RoundTripContext {
  Object.defineProperty(told, ofCall, { value: call }) // out of sight: an application's hook may print what it is told
  return Object.defineProperty(told, 'signal', signalOfCall) as T & RoundTripContext
}

const ofCall = Symbol('call')

const signalOfCall: PropertyDescriptor & ThisType<{ readonly [ofCall]: Cancellation }> = {
  get() {
    return this[ofCall].signal
  },
  enumerable: true,
  configurable: true,
}
