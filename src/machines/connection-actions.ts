// What a connection remembers, and what it has done: the actions of its chart.
import type { ConnectionContext, ConnectionEvent, EndReason } from './connection-types.js'
import { whySpent } from './decisions/fitness.js'

/** What an action is given. */
interface Given {
  readonly context: ConnectionContext
  readonly event: ConnectionEvent
}

/** Stands for an effect that the actor system provides: a call of the driver, or a message. */
const provided = (): void => {}

/** Why an event ends a connection, where the chart does not say. */
function reasonOf(event: ConnectionEvent): EndReason {
  if (event.type === 'retire') return event.reason
  return event.type === 'release' && event.session === 'unknown' ? 'crashed' : 'ended by its holder'
}

const endingFor =
  (reason: EndReason | undefined) =>
  ({ context: { facts }, event }: Given): void => {
    facts.ending = {
      reason: reason ?? reasonOf(event),
      error: 'error' in event ? event.error : undefined,
    }
  }

export const connectionActions = {
  /** Starts the driver's connect, validate, reset, cancel or close, which report back as `driver.*` events. */
  connect: provided,
  validate: provided,
  reset: provided,
  cancel: provided,
  close: provided,
  /** Asks the application whether the caller may have it (`onLend`), which answers by a `lend.*` event. */
  ask: provided,
  /** What `onLend` did is to be undone, though no lease began. */
  noteUnclaimed: provided,
  /** Counts one more connection that `onLend` threw on, for the caller. */
  countLendFailure: ({ context: { facts }, event }: Given) => {
    const { request } = facts
    if (event.type === 'lend.failed' && request !== undefined) request.failures = (request.failures ?? 0) + 1
  },
  /** Destroys the socket at once, aborting whatever the driver is doing. */
  destroySocket: provided,
  /** Ends the socket whatever the server still does: the slot is free from now on. */
  cutSocket: provided,
  noteOpened: ({ context: { facts, generation }, event }: Given) => {
    if (!('at' in event)) return
    facts.openedAt = facts.idleSince = facts.provenAt = event.at
    facts.provenIn = generation.current
  },
  noteProven: ({ context: { facts, generation }, event }: Given) => {
    if (!('at' in event)) return
    facts.provenAt = event.at
    facts.provenIn = generation.current
  },
  noteReset: ({ context: { facts, generation }, event }: Given) => {
    if (!('at' in event)) return
    facts.idleSince = facts.provenAt = event.at
    facts.provenIn = generation.current
  },
  noteLeased: ({ context: { facts } }: Given) => {
    facts.uses++
    facts.request = undefined
  },
  /** It stays, and is idle since now: its borrower proved that it works. */
  noteReturned: ({ context: { facts }, event }: Given) => {
    if (event.type === 'release') facts.idleSince = facts.provenAt = event.at
  },
  /** These remember why the connection ends: for the reason in their names, or for that of the event. */
  noteReason: endingFor(undefined),
  noteDestroyed: endingFor('destroyed'),
  noteAbandoned: endingFor('abandoned'),
  noteLost: endingFor('lost'),
  noteConnectFailed: endingFor('connect failed'),
  noteConnectTimeout: endingFor('connect timeout'),
  noteLendRefused: endingFor('lend refused'),
  noteLendFailed: endingFor('lend failed'),
  noteLendTimeout: endingFor('lend timeout'),
  noteValidationFailed: endingFor('validation failed'),
  noteValidationTimeout: endingFor('validation timeout'),
  noteResetFailed: endingFor('reset failed'),
  noteResetTimeout: endingFor('reset timeout'),
  noteCancelFailed: endingFor('cancel failed'),
  noteCancelTimeout: endingFor('cancel timeout'),
  /** Remembers by what it is used up. */
  noteSpent: ({ context: { facts, policy } }: Given) => {
    facts.ending = { reason: whySpent(facts, policy), error: undefined }
  },
  /** Reserves it for the caller who asks for it, until it has proven itself. */
  reserve: ({ context: { facts }, event }: Given) => {
    if (event.type === 'checkout') facts.request = event.request
  },
  /** Reserves it for the next caller in the queue, if one waits, unless it is reserved for one who still waits. */
  takeNext: ({ context: { facts, queue } }: Given) => {
    if (facts.request?.waits !== true) facts.request = queue.open ? queue.next() : undefined
  },
  /** It serves no caller for now. */
  dropRequest: ({ context: { facts } }: Given) => {
    facts.request = undefined
  },
  /** Lets the pool know that it can be leased. */
  park: provided,
  /** Hands a lease to the caller that asks for it now, or to the one that it is reserved for. */
  lend: provided,
  /** Ends the lease: the borrower gave it back. */
  takeBack: provided,
  /** Ends the lease, if there is one: the connection is gone from under the borrower. */
  revoke: provided,
  reportReady: provided,
  reportFailed: provided,
  reportClosing: provided,
  /** Gives the request that it cannot serve, if there is one, back to the pool, which serves it in another way. */
  decline: provided,
}
