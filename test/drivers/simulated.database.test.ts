// The simulated database counts, limits, stops and drops as a server would, in simulated time.

import { beforeEach, describe, expect, it, vi } from 'vitest'
import { type SimulatedConnection, type SimulatedDriver, simulated } from '../../src/db/simulated/index.js'
import { createSimulatedClock, type SimulatedClock } from '../support/simulated-clock.js'

const never = new AbortController().signal

describe('the simulated database', () => {
  let clock: SimulatedClock
  let driver: SimulatedDriver

  beforeEach(() => {
    clock = createSimulatedClock()
    driver = simulated({ clock, unhealthyRate: 0 })
  })

  const open = async (onLost: (reason?: unknown) => void = () => {}): Promise<SimulatedConnection> => {
    const connecting = driver.connect({ signal: never, onLost })
    await clock.advance(100)
    return connecting
  }

  it('takes 100 ms for a connect and 10 ms for a query', async () => {
    const log: string[] = []
    const connecting = driver.connect({ signal: never, onLost() {} })
    connecting.then(() => log.push(`connected at ${clock.now()}`))
    await clock.advance(99)
    expect(log).toEqual([])
    await clock.advance(1)
    const connection = await connecting
    const query = connection.query('SELECT 42').then(result => {
      log.push(`answered at ${clock.now()}`)
      return result
    })
    await clock.runAll()
    expect(log).toEqual(['connected at 100', 'answered at 110'])
    expect((await query).rows).toEqual([{ sql: 'SELECT 42', connection: connection.id }])
  })

  it('runs the queries of one connection one after another, in order', async () => {
    const connection = await open()
    const times: string[] = []
    for (const sql of ['a', 'b', 'c']) connection.query(sql).then(() => times.push(`${sql} ${clock.now()}`))
    expect(connection.running).toBe(3)
    await clock.runAll()
    expect(times).toEqual(['a 110', 'b 120', 'c 130'])
    expect(connection.running).toBe(0)
  })

  it('counts a connection from the start of its opening until it has said goodbye', async () => {
    const connecting = driver.connect({ signal: never, onLost() {} })
    expect(driver.database.open).toBe(1)
    await clock.advance(100)
    const closing = driver.close(await connecting)
    await clock.advance(9)
    expect(driver.database.open).toBe(1)
    await clock.advance(1)
    await closing
    expect(driver.database).toMatchObject({ open: 0, peak: 1, totals: { connects: 1, opened: 1, closed: 1 } })
    expect(clock.pending).toBe(0)
  })

  it('refuses a connection too many, those being opened included, and takes one again when there is room', async () => {
    driver.database.change({ maxConnections: 2 })
    const first = await open()
    const second = driver.connect({ signal: never, onLost() {} })
    await expect(driver.connect({ signal: never, onLost() {} })).rejects.toMatchObject({ code: '53300' })
    driver.destroy(first)
    const third = driver.connect({ signal: never, onLost() {} })
    await clock.runAll()
    await Promise.all([second, third])
    expect(driver.database).toMatchObject({ open: 2, peak: 2, totals: { refused: 1 } })
  })

  it('drops everybody when it stops, refuses while it is down, and serves again when it starts', async () => {
    const onLost = vi.fn()
    const connection = await open(onLost)
    const query = expect(connection.query('SELECT 1')).rejects.toMatchObject({ code: '57P01' })
    const connecting = expect(driver.connect({ signal: never, onLost })).rejects.toMatchObject({
      code: '57P01',
    })
    await clock.advance(5)
    driver.database.stop()
    expect(driver.database).toMatchObject({ open: 0, running: false, totals: { lost: 2 } })
    await Promise.all([query, connecting])
    expect(onLost).toHaveBeenCalledTimes(1)
    expect(clock.pending).toBe(0)
    await expect(driver.connect({ signal: never, onLost })).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    driver.database.start()
    await open()
    expect(driver.database.open).toBe(1)
  })

  it('drops a connection by itself after `loseAfter`, and leaves no timer when it is closed before', async () => {
    driver.database.change({ loseAfter: [500, 600] })
    const onLost = vi.fn()
    const connection = await open(onLost)
    await clock.advance(499)
    expect(onLost).not.toHaveBeenCalled()
    await clock.advance(101)
    expect(onLost).toHaveBeenCalledTimes(1)
    expect(connection.state).toBe('gone')
    driver.destroy(await open(onLost))
    expect(clock.pending).toBe(0)
  })

  it('fails the rest of a transaction after a failed query, until it is rolled back', async () => {
    const connection = await open()
    const ask = async (sql: string): Promise<string> => {
      const answer = connection.query(sql).then(
        () => connection.transaction,
        (error: { code: string }) => error.code,
      )
      await clock.runAll()
      return answer
    }
    expect(await ask('begin')).toBe('open')
    expect(await ask('ROLLBACK TO SAVEPOINT a')).toBe('open')
    driver.database.change({ queryFailureRate: 1 })
    expect(await ask('SELECT 1')).toBe('XX000')
    driver.database.change({ queryFailureRate: 0 })
    expect(await ask('SELECT 1')).toBe('25P02')
    expect(await ask('ROLLBACK')).toBe('none')
    expect(await ask('SELECT 1')).toBe('none')
  })

  it.each(['validate', 'reset', 'close'] as const)(
    '%s that hangs is cut short by a destroy',
    async operation => {
      driver.database.change({ validateHangRate: 1, resetHangRate: 1, closeHangRate: 1 })
      const connection = await open()
      const hanging = Promise.resolve(driver[operation]?.(connection, { signal: never })).catch(() => {})
      await clock.advance(1_000_000)
      expect(driver.database.open).toBe(1)
      driver.destroy(connection)
      await hanging
      expect(driver.database.open).toBe(0)
    },
  )

  it('gives a validation up when its signal is aborted', async () => {
    driver.database.change({ validateHangRate: 1 })
    const controller = new AbortController()
    const validation = driver.validate(await open(), { signal: controller.signal })
    controller.abort(new Error('deadline'))
    await expect(validation).rejects.toThrow('deadline')
    await expect(driver.validate(await open(), { signal: controller.signal })).rejects.toThrow('deadline')
  })
})
