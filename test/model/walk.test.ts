// walk notices a driver that does not do what the pool relies on, and says how far it came.

import { describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import type { Driver } from '../../src/db/driver.js'
import { connectionModel, executionOf, pathsOf, poolModel, walk } from '../../src/testing/index.js'
import { inMemory } from './in-memory.js'

type Subject = ReturnType<typeof inMemory>
type Connection = Subject extends { driver: Driver<infer C> } ? C : never

/** A path of the connection's model that begins with these events. */
function pathOf(...events: string[]) {
  const paths = pathsOf(connectionModel, { kind: 'shortest', events })
  const found = paths.find(path => path.events.join().startsWith(events.join()))
  if (found === undefined) throw new Error(`No path begins with ${events.join()}.`)
  return found
}

/** What `walk` rejects with for a driver that was changed. */
async function errorOf(
  events: string[],
  change: (subject: Subject) => Partial<Driver<Connection>>,
): Promise<string> {
  const subject = inMemory()
  const broken = { ...subject, driver: { ...subject.driver, ...change(subject) } }
  return walk(pathOf(...events), broken, { patience: 500 }).then(
    () => 'nothing',
    (error: Error) => error.message,
  )
}

describe('walk', () => {
  it('passes a driver that is well', async () => {
    expect(
      await errorOf(['connect succeeds', 'acquire', 'release dirty', 'reset succeeds'], () => ({})),
    ).toBe('nothing')
  })

  it('notices a close that settles before the server has let go, and tells the path', async () => {
    const events = ['connect succeeds', 'it was idle for too long', 'the close is answered']
    const message = await errorOf(events, () => ({ close: async () => {} }))
    expect(message).toContain('the server counts 0 connections')
    expect(message).toMatch(/✓ connect succeeds → idle.*\n✓ .*\n✗ the close is answered → closed/)
  })

  it('notices a destroy that does nothing', async () => {
    const message = await errorOf(['connect succeeds', 'acquire', 'destroy the lease'], () => ({
      destroy() {},
    }))
    expect(message).toContain('✗ destroy the lease → closed')
  })

  it('notices a reset that leaves the transaction open', async () => {
    const events = ['connect succeeds', 'acquire', 'release dirty', 'reset succeeds']
    const message = await errorOf(events, () => ({ async reset() {} }))
    expect(message).toContain('whether a transaction is open on an idle connection')
    expect(message).toContain('✗ reset succeeds → idle')
  })

  it('notices a driver that does not see that it needs a reset', async () => {
    const events = ['connect succeeds', 'acquire', 'release dirty', 'reset succeeds']
    const message = await errorOf(events, () => ({ needsReset: () => false }))
    expect(message).toContain('✗ release dirty → validating.return.staying')
  })

  it('notices a driver that does not report a lost connection', async () => {
    const events = ['connect succeeds', 'the connection is lost']
    const message = await errorOf(events, ({ driver }) => ({
      connect: context => driver.connect({ ...context, onLost() {} }),
    }))
    expect(message).toContain('the driver reports that the connection is lost')
  })

  it('ends the pool also after a path that failed', async () => {
    const subject = inMemory()
    const failing = { ...subject, inTransaction: async () => true }
    await expect(walk(pathOf('connect succeeds', 'the connection is lost'), failing)).rejects.toThrow(
      'transaction',
    )
    expect(await subject.countOnServer()).toBe(0)
  })

  it('refuses the path of another model', async () => {
    const door = createMachine({ initial: 'shut', states: { shut: { on: { open: 'ajar' } }, ajar: {} } })
    const [path] = pathsOf(door, { kind: 'simple' })
    await expect(path && walk(path, inMemory())).rejects.toThrow('connectionModel and of poolModel')
    expect(() => executionOf(door, inMemory())).toThrow('connectionModel and of poolModel')
  })

  it('leads a pool of two by the other model', async () => {
    const [path] = pathsOf(poolModel, { kind: 'shortest', events: ['a connect succeeds', 'close'] })
    const subject = inMemory()
    if (path !== undefined) await walk(path, subject)
    expect([path?.states.at(-1), await subject.countOnServer()]).toEqual(['closed', 0])
  })
})
