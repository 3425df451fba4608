// What opening and ending a connection must not do, as it would cost more than all the rest.

import { describe, expect, it, vi } from 'vitest'
import { createPool, type Driver } from '../../src/index.js'
import { createSimulatedClock } from '../../src/testing/index.js'

const isInterpreted = process.env.STATEPOOL_INTERPRETED === 'yes'

const silent: Driver<object> = {
  name: 'silent',
  connect: () => new Promise(() => {}),
  validate: async () => {},
  close: async () => {},
  destroy: () => {},
}

describe('opening connections', () => {
  it('makes no AbortController for a driver that does not look at its signal', async () => {
    const made = vi.spyOn(globalThis, 'AbortController')
    try {
      const pool = createPool({ ...silent, connect: async () => ({}) }, { min: 3, max: 3 })
      await pool.ready()
      await pool.close()
      expect(made).not.toHaveBeenCalled()
    } finally {
      made.mockRestore()
    }
  })

  it('aborts the signal that a driver asks for after the pool has given the connect up', async () => {
    const contexts: { readonly signal: AbortSignal }[] = []
    const connect: Driver<object>['connect'] = context => {
      contexts.push(context)
      return new Promise(() => {})
    }
    const clock = createSimulatedClock()
    const pool = createPool({ ...silent, connect }, { min: 1, max: 1, connectTimeout: 100, clock })
    pool.ready().catch(() => {})
    await clock.advance(100)
    expect(contexts[0]?.signal.aborted).toBe(true)
    await pool.close()
  })

  it('hands on the signal to drivers that copy what they are told', async () => {
    let copied: { readonly signal?: AbortSignal } = {}
    const connect: Driver<object>['connect'] = async context => {
      copied = { ...context }
      return {}
    }
    const pool = createPool({ ...silent, connect }, { min: 1, max: 1 })
    await pool.ready()
    expect(copied.signal).toBeInstanceOf(AbortSignal)
    await pool.close()
  })

  it.skipIf(isInterpreted)(
    "keeps no deadline in XState's scheduler, which looks at all of them whenever a connection ends",
    async () => {
      const pool = createPool(silent, { min: 5, max: 5, maxConnecting: 5 })
      expect(pool.stats().connecting).toBe(5)
      expect(pool.actor.system.getSnapshot()).toEqual({ _scheduledEvents: {} })
      await pool.close()
    },
  )
})
