// What a page may do to a pool, checked and done.
import { poolOf } from '../actors/create-pool.js'
import type { PoolSystem } from '../actors/pool-actor.js'
import type { Answer, ControlRequest } from './protocol.js'

/** What a control says when it cannot be. */
export const failure = (code: string, message: string): Answer => ({ ok: false, error: { code, message } })

const done: Answer = { ok: true }

/** Does what was asked of a pool; what does not fit is refused with the pool's own words. */
export function control(system: PoolSystem<unknown>, request: ControlRequest): Answer {
  const pool = poolOf(system.actor)
  try {
    switch (request.action) {
      case 'pause':
        pool.pause()
        return done
      case 'resume':
        pool.resume()
        return done
      case 'evict':
        pool.evict()
        return done
      case 'resize': {
        const { min, max } = request
        pool.resize({ ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) })
        return done
      }
      case 'kill':
        return Number.isSafeInteger(request.lease)
          ? kill(system, request.lease)
          : failure('BAD_REQUEST', 'kill needs the number of a lease.')
      default:
        return failure('BAD_REQUEST', 'The action must be pause, resume, evict, resize or kill.')
    }
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    return failure(String(code ?? 'FAILED'), String(message ?? error))
  }
}

/** Ends a lease: its connection is destroyed, and its holder's next use of it fails. */
function kill({ parts }: PoolSystem<unknown>, lease: number): Answer {
  for (const record of parts.roster.records) {
    if (record.lease === undefined || record.lease.id !== lease) continue
    record.destroy(new Error('A person who looked at the inspector ended the lease.'))
    return done
  }
  return failure('NOT_FOUND', `Lease ${lease} is not held any more.`)
}
