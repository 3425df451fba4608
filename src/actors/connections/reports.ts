// What a connection tells the pool: that it is open, that it could not be opened, that it closes, that it serves no caller.

import { ConnectError } from '../../core/errors.js'
import { HookFailure } from '../../core/hooks.js'
import { milliseconds } from '../../core/wording.js'
import { deliver } from '../../machines/compiled/index.js'
import { ofPool } from '../names.js'
import { type ConnectionActions, recordOf } from './acting.js'
import { remedyFor } from './driver-calls.js'
import { causeOf, describeFailure } from './hooks.js'

/** What to do about a connect that failed in `onConnect`. */
const remedyForHook = 'The database was reached; correct onConnect, or what it expects of the database'

export const reports = {
  reportReady: ({ context }) => {
    const record = recordOf(context)
    deliver(context.pool, { type: 'connection.ready', connection: record }, 'connection.ready')
  },
  reportFailed: ({ context }) => {
    const record = recordOf(context)
    const { driver, target } = record.parts
    const cause = record.ending?.error
    const error =
      record.ending?.reason === 'connect timeout'
        ? new ConnectError(
            'CONNECT_TIMEOUT',
            target,
            `it took longer than ${milliseconds(context.policy.connectTimeout)} (connectTimeout)`,
            { remedy: remedyFor(driver, undefined) },
          )
        : new ConnectError('CONNECT_FAILED', target, describeFailure(cause), {
            cause: causeOf(cause),
            remedy: cause instanceof HookFailure ? remedyForHook : remedyFor(driver, cause),
          })
    context.pool.send({
      type: 'connection.failed',
      connection: record,
      error: ofPool(record.parts, error),
    })
  },
  reportClosing: ({ context }) => {
    deliver(context.pool, { type: 'connection.closing', connection: context.facts }, 'connection.closing')
  },
  decline: ({ context, event }) => {
    const record = recordOf(context)
    const request = event.type === 'checkout' ? event.request : record.request
    if (event.type === 'checkout') record.incoming = undefined
    if (request !== undefined)
      context.pool.send({
        type: 'connection.declined',
        connection: record,
        request,
        ...(event.type === 'lend.failed' && { error: event.error }),
      })
  },
} satisfies ConnectionActions
