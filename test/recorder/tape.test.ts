// The ring of records: what it says of each transition, what it forgets, and that nothing in it grows.
import { describe, expect, it } from 'vitest'
import type { AnyActorRef } from 'xstate'
import { swapBytes } from '../../src/recorder/codec.js'
import { Dictionary } from '../../src/recorder/dictionary.js'
import { decodeRecords, endReasons, otherName, recordSize, sessions } from '../../src/recorder/format.js'
import { recorder } from '../../src/recorder/index.js'
import { LastOnes } from '../../src/recorder/last-ones.js'
import { Tape } from '../../src/recorder/tape.js'
import { poolInSimulatedTime } from '../support/pool-in-simulated-time.js'

const actor = (id: string) => ({ id, getSnapshot: () => ({}) }) as unknown as AnyActorRef

function tapeOf(last: number, ticks: number): Tape {
  const tape = new Tape({ now: () => 0, setTimeout: () => 0, clearTimeout() {} }, last)
  for (let at = 1; at <= ticks; at++)
    tape.tell(actor('pool'), { type: 'tick', at } as never, { event: 'tick', from: 'a', to: 'b' })
  return tape
}

const timesIn = (tape: Tape, cursor: number) =>
  decodeRecords(tape.since(cursor).bytes, tape.names).map(({ at }) => at)

describe('the ring', () => {
  it.each([
    [0, 0, []],
    [2, 0, [1, 2]],
    [3, 0, [1, 2, 3]],
    [4, 0, [2, 3, 4]],
    [6, 0, [4, 5, 6]],
    [8, 0, [6, 7, 8]],
    [8, 7, [8]],
    [8, 8, []],
    [8, 6, [7, 8]],
  ])('of three has, after %i records, since the first %i: %j', (ticks, cursor, times) => {
    const tape = tapeOf(3, ticks)
    expect(timesIn(tape, cursor)).toEqual(times)
    const { before, skipped } = tape.since(cursor)
    expect(before).toBe(ticks - times.length)
    expect(skipped).toBe(before - cursor)
  })
})

it('what a machine records that stores the greatest byte first is read like that of all others', () => {
  const bytes = new Uint8Array(2 * recordSize)
  const view = new DataView(bytes.buffer)
  for (const start of [0, recordSize]) {
    view.setFloat64(start, 1.5, false)
    view.setUint32(start + 8, 1, false)
    view.setUint32(start + 12, 70_000, false)
    view.setUint32(start + 16, 2 | (3 << 16), false)
    view.setUint32(start + 20, 4 | (5 << 16), false)
  }
  swapBytes(bytes)
  const record = { at: 1.5, actor: 'one', number: 70_000, event: 'two', from: 'three', to: 'four', code: 5 }
  expect(decodeRecords(bytes, ['zero', 'one', 'two', 'three', 'four'])).toEqual([record, record])
})

it('a dictionary that is full has one word for all other names', () => {
  const names = new Dictionary(3)
  expect(['a', 'b', 'a', 'c', 'd', 'c', 'b'].map(name => names.indexOf(name))).toEqual([0, 1, 0, 2, 2, 2, 1])
  expect(names.all).toEqual(['a', 'b', otherName])
})

it('events whose types are made up on the fly do not fill the memory', () => {
  const tape = new Tape({ now: () => 0, setTimeout: () => 0, clearTimeout() {} }, 10)
  for (let index = 0; index < 70_000; index++) {
    const type = `event ${index}`
    tape.tell(actor('pool'), { type }, { event: type, from: 'a', to: 'a' })
  }
  expect(tape.names.length).toBeLessThan(65_536)
  const last = decodeRecords(tape.since(0).bytes, tape.names).at(-1)
  expect(last).toMatchObject({ actor: 'pool', event: otherName, from: 'a', to: 'a' })
})

it('a list of the last ones forgets the oldest', () => {
  const list = new LastOnes<number>(3)
  for (const entry of [1, 2, 3, 4, 5]) list.add(entry)
  expect([list.since(), list.since(1), list.since(4), list.since(5)]).toEqual([[3, 4, 5], [3, 4, 5], [5], []])
})

describe('a record has', () => {
  async function recorded() {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, idleTimeout: Number.POSITIVE_INFINITY })
    const flight = recorder(pool, { incidents: false, frameInterval: false })
    await clock.advance(100)
    const first = await pool.acquire()
    const second = pool.acquire()
    await clock.advance(7)
    first.release()
    const lease = await second
    await clock.advance(10)
    lease.release()
    pool.resize({ min: 0, max: 3 })
    pool.evict()
    await clock.advance(100)
    await pool.close({ timeout: 250 })
    const { records, names } = flight.dump()
    return decodeRecords(records, names)
  }

  it('the number of the caller who asked, and of the one who was served', async () => {
    const records = await recorded()
    const [first, second] = records.filter(({ event }) => event === 'acquire').map(({ number }) => number)
    expect(second).toBe((first as number) + 1)
    const ofConnection = (event: string) =>
      records.filter(record => record.event === event && record.actor === 'connection-1')
    expect(ofConnection('checkout')).toMatchObject([{ to: 'busy.leased', number: first }])
    expect(ofConnection('release')).toMatchObject([
      { from: 'busy.leased', to: 'busy.leased', number: second, code: sessions.indexOf('clean') },
      { from: 'busy.leased', to: 'idle', number: 0 },
    ])
  })

  it('sizes, timeouts, serials, and why a connection ended', async () => {
    const records = await recorded()
    const one = (event: string) => records.find(record => record.event === event)
    expect(one('resize')).toMatchObject({ number: 3, code: 0 })
    expect(one('close')).toMatchObject({ number: 250 })
    expect(one('connection.ready')).toMatchObject({ actor: 'pool', number: 1 })
    expect(one('retire')).toMatchObject({ actor: 'connection-1', code: endReasons.indexOf('evicted') })
    expect(one('xstate.done.actor.connection-1')).toMatchObject({
      number: 1,
      code: endReasons.indexOf('evicted'),
    })
  })

  it('its time on the pool’s clock, and they come in the order of time', async () => {
    const times = (await recorded()).map(({ at }) => at)
    expect(times).toEqual([...times].sort((one, other) => one - other))
    expect(times).toContain(107)
  })
})
