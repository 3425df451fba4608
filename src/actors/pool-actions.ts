// The pool machine's actions: messages to connections and answers to callers.
import { assign } from 'xstate'
import {
  AcquireAbortedError,
  ConnectError,
  LendError,
  PoolClosedError,
  PoolPausedError,
} from '../core/errors.js'
import { messageOf } from '../core/wording.js'
import { compiled } from '../machines/compiled/index.js'
import { isDown } from '../machines/decisions/sizing.js'
import { poolMachine } from '../machines/pool.js'
import { failureCounted } from '../machines/pool-actions.js'
import type { PoolContext, PoolEvent } from '../machines/pool-types.js'
import { closedError } from './callers/intake.js'
import type { AcquireRequest } from './callers/request.js'
import { connectionLogic } from './connections/connection-actor.js'
import { remedyFor } from './connections/driver-calls.js'
import type { ConnectionRecord } from './connections/record.js'
import type { Roster } from './connections/roster.js'
import { ofPool } from './names.js'
import { once } from './once.js'
import type { PoolSystem } from './pool-actor.js'

/** The running pool whose machine acts. */
const systemOf = ({ roster }: PoolContext) => (roster as Roster<unknown>).owner as PoolSystem<unknown>
const noticesOf = (context: PoolContext) => systemOf(context).parts.notices

// The machines know connections and requests by what they decide by; in a running pool each is one of these.
const requestOf = (request: unknown) => request as AcquireRequest<unknown>
/** The connection actor, or `failureOf`, has wrapped every connect failure in a ConnectError. */
const connectErrorOf = (error: unknown) => error as ConnectError
const recordOf = (connection: unknown) => connection as ConnectionRecord<unknown>

/** Why the connection that the event is about is of no use. */
function failureOf(context: PoolContext, event: PoolEvent): unknown {
  if (event.type === 'connection.failed') return event.error
  if (!('output' in event) || event.output === undefined) return undefined
  const { ending } = recordOf(event.output)
  const why = `it opened, but ended at once (${ending?.reason}): ${messageOf(ending?.error)}`
  const { parts } = systemOf(context)
  const remedy = remedyFor(parts.driver, ending?.error)
  return ofPool(
    parts,
    new ConnectError('CONNECT_FAILED', parts.target, why, { cause: ending?.error, remedy }),
  )
}

function settleReadiness(context: PoolContext): void {
  if (context.roster.established >= context.size.min) systemOf(context).readiness.succeed()
}

/** The machine with its effects: the same for all pools, as each finds its own parts through its roster. */
const providePool = (): typeof poolMachine =>
  poolMachine.provide({
    actions: {
      // As the chart has it, but for the error, which says more.
      countFailure: assign(({ context, event }) => failureCounted(context, failureOf(context, event))),
      noteConnectError: assign(({ context, event }) => ({ lastConnectError: failureOf(context, event) })),
      lend: ({ context, event }) => {
        if (event.type !== 'acquire') return
        const request = requestOf(event)
        const at = request.joinedAt === 0 ? event.at : context.world.now() // it waited for its lane
        systemOf(context).callers.lend(request, at)
      },
      enqueue: ({ context, event }) => {
        if (event.type === 'acquire') systemOf(context).callers.enqueue(requestOf(event), context)
      },
      requeue: ({ context, event }) => {
        if (event.type === 'connection.declined') systemOf(context).callers.requeue(requestOf(event.request))
      },
      cancel: ({ context, event }) => {
        if (event.type === 'cancel' && event.reason instanceof AcquireAbortedError) {
          systemOf(context).callers.cancel(requestOf(event.request), event.reason)
        }
      },
      expire: ({ context }) => {
        const { callers, intake } = systemOf(context)
        callers.expire(intake.takeDue(), context)
      },
      expireOwn: ({ context }) => {
        const { callers, intake } = systemOf(context)
        callers.expire(intake.takeOwnDue(), context)
      },
      refuseFull: ({ context, event }) => systemOf(context).callers.refuseFull(requestOf(event), context),
      refuseClosed: ({ context, event }) => {
        systemOf(context).callers.refuse(
          requestOf(event.type === 'connection.declined' ? event.request : event),
          closedError(),
        )
      },
      refuseLend: ({ context, event }) => {
        if (event.type !== 'connection.declined') return
        const request = requestOf(event.request)
        const error = new LendError(event.connection.id, request.failures, event.error)
        systemOf(context).callers.refuse(request, error)
      },
      refuseDown: ({ context, event }) => systemOf(context).callers.refuseDown(requestOf(event), context),
      refusePaused: ({ context, event }) =>
        systemOf(context).callers.refuse(requestOf(event), new PoolPausedError()),
      beginBackoff: ({ context }) => systemOf(context).beginBackoff(),
      failFast: ({ context }) => {
        if (isDown(context)) systemOf(context).callers.failFast(context)
      },
      beginWatch: ({ context }) => systemOf(context).parts.delay?.begin(),
      watchDelay: ({ context }) => systemOf(context).parts.delay?.look(context),
      shed: ({ context }) => systemOf(context).callers.shed(context),
      addPause: ({ context }) => systemOf(context).intake.addPause(context.enteredAt),
      serveQueue: ({ context }) => systemOf(context).callers.serveQueue(),
      refuseAll: ({ context }) => {
        noticesOf(context).publish({ type: 'pool.draining' })
        systemOf(context).readiness.fail(() => ofPool(systemOf(context).parts, closedError()))
        systemOf(context).callers.refuseAll(closedError)
      },
      grow: ({ context }) => systemOf(context).supervisor.grow(context),
      probe: ({ context }) => systemOf(context).supervisor.probe(context),
      declineGrant: ({ context }) => systemOf(context).supervisor.withdraw(),
      yieldOne: ({ context }) => systemOf(context).supervisor.yieldOne(),
      noteSpentBudget: ({ context, event }) => {
        if (event.type === 'connection.failed')
          systemOf(context).supervisor.noteSpentBudget(recordOf(event.connection))
      },
      shrink: ({ context }) => {
        noticesOf(context).publish({ type: 'pool.resized', ...context.size })
        systemOf(context).supervisor.shrink(context)
        settleReadiness(context)
      },
      maintain: ({ context }) => systemOf(context).supervisor.maintain(context),
      reportLeaks: ({ context }) => systemOf(context).leaks?.report(),
      raiseGeneration: ({ context }) => systemOf(context).supervisor.raiseGeneration(),
      evictAll: ({ context }) => systemOf(context).supervisor.evictAll(),
      noteReady: ({ context, event }) => {
        if (event.type !== 'connection.ready') return
        systemOf(context).supervisor.noteReady(recordOf(event.connection))
        settleReadiness(context)
      },
      noteFailed: ({ context, event }) => {
        if (event.type === 'connection.failed') {
          systemOf(context).supervisor.noteFailed(recordOf(event.connection), connectErrorOf(event.error))
        }
      },
      noteClosing: ({ context, event }) => {
        if (event.type === 'connection.closing')
          systemOf(context).supervisor.noteClosing(recordOf(event.connection))
      },
      discard: ({ context, event }) => {
        if (!('actorId' in event) || !('error' in event)) return
        const request = systemOf(context).supervisor.discard(event.actorId, event.error)
        if (request !== undefined) systemOf(context).callers.requeue(request)
      },
      forget: ({ context, event }) => {
        const request = 'actorId' in event ? systemOf(context).supervisor.forget(event.actorId) : undefined
        if (request !== undefined) systemOf(context).callers.requeue(request)
      },
      retireAll: ({ context }) => systemOf(context).supervisor.retireAll('pool closing'),
      destroyAll: ({ context }) => {
        systemOf(context).supervisor.destroyAll(
          ofPool(
            systemOf(context).parts,
            new PoolClosedError(
              'The pool was closed, and this lease was still held when the drain timeout expired.',
            ),
          ),
        )
      },
      announceReady: ({ context }) => {
        settleReadiness(context)
        noticesOf(context).publish({ type: 'pool.ready' })
      },
      announceFailure: ({ context, event }) => {
        systemOf(context).readiness.fail(() => failureOf(context, event))
      },
      announceDown: ({ context }) => {
        const { lastConnectError, failures, backoff: retryIn } = context
        const error = connectErrorOf(lastConnectError)
        noticesOf(context).publish({ type: 'pool.down', error, failures, retryIn })
      },
      announceRecovery: ({ context }) => {
        if (context.saidDown)
          noticesOf(context).publish({ type: 'pool.recovered', failures: context.failures })
      },
      announceOverload: ({ context }) => {
        systemOf(context).callers.beginShedding()
      },
      announceEased: ({ context }) => {
        systemOf(context).callers.endShedding(context)
      },
      announcePaused: ({ context }) => {
        noticesOf(context).publish({ type: 'pool.paused' })
      },
      announceResumed: ({ context }) => {
        noticesOf(context).publish({ type: 'pool.resumed' })
      },
      announceBudgetAway: ({ context, event }) => {
        if (event.type === 'budget.away')
          noticesOf(context).publish({ type: 'pool.budgetAway', ...event.absence })
      },
      announceBudgetBack: ({ context }) => noticesOf(context).publish({ type: 'pool.budgetBack' }),
      announceRefusal: ({ context, event }) => {
        if (event.type === 'budget.refused') systemOf(context).readiness.fail(() => event.error)
      },
      announceClosed: ({ context }) => systemOf(context).end(),
    },
  })

/** What every pool runs. */
export const poolRunner = once(() => {
  connectionLogic() // made here: XState's development build warns of a machine that is made within an action
  return compiled(providePool())
})
