// The trace follows the rules of the Trace Event Format by which Perfetto reads it: slices of a lane nest, waits begin before they end.
import { describe, expect, it } from 'vitest'
import { recorder } from '../../src/recorder/index.js'
import { perfettoTrace, type TraceEvent } from '../../src/recorder/perfetto.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { lifeOf } from './lives.js'

const of = (events: readonly TraceEvent[], ph: TraceEvent['ph']) => events.filter(event => event.ph === ph)

it('the trace of a recording in which nothing happened is empty', () => {
  const { traceEvents, otherData } = perfettoTrace({
    format: 'statepool.recording',
    version: 1,
    pool: { name: 'quiet', driver: 'none', options: {} },
    startedAt: 0,
    names: [],
    records: new Uint8Array(),
    skipped: 0,
    notices: [],
    frames: [],
  })
  expect(traceEvents.map(({ name }) => name)).toEqual(['process_name'])
  expect(otherData.began).toBe('1970-01-01T00:00:00.000Z')
})

/** What is wrong with a trace, in words. */
function faultsOf(events: readonly TraceEvent[]): string[] {
  const faults: string[] = []
  for (const event of events) {
    const { ph, ts, dur } = event
    if (ph !== 'M' && !(Number.isInteger(ts) && (ts as number) >= 0))
      faults.push(`time: ${JSON.stringify(event)}`)
    if (ph === 'X' && !(Number.isInteger(dur) && (dur as number) >= 0))
      faults.push(`length: ${JSON.stringify(event)}`)
  }
  const open = new Map<number, number[]>()
  for (const { tid = 0, ts = 0, dur = 0, name } of of(events, 'X')) {
    const ends = open.get(tid) ?? []
    open.set(tid, ends)
    while (ends.length > 0 && (ends.at(-1) as number) <= ts && dur > 0) ends.pop()
    if (ends.length > 0 && dur > 0 && ts + dur > (ends.at(-1) as number))
      faults.push(`${name} at ${ts} in lane ${tid} does not nest`)
    if (dur > 0) ends.push(ts + dur)
  }
  const begun = new Map<string, number>()
  for (const { ph, id = '', ts = 0, cat } of events.filter(each => each.ph === 'b' || each.ph === 'e')) {
    const key = `${cat} ${id}`
    if (ph === 'b') {
      if (begun.has(key)) faults.push(`${key} begins twice`)
      begun.set(key, ts)
    } else {
      if (!(ts >= (begun.get(key) ?? Number.POSITIVE_INFINITY))) faults.push(`${key} ends before it begins`)
      begun.delete(key)
    }
  }
  for (const key of begun.keys()) faults.push(`${key} does not end`)
  return faults
}

describe('a trace', () => {
  it.each([1, 5, 9, 14, 23, 42, 77, 99])('of life %i follows the rules', async seed => {
    const whole = perfettoTrace(await lifeOf(seed))
    expect(faultsOf(whole.traceEvents)).toEqual([])
    expect(JSON.parse(JSON.stringify(whole))).toEqual(whole)
    const cut = perfettoTrace(await lifeOf(seed, 10))
    expect(faultsOf(cut.traceEvents)).toEqual([])
  })

  it('has a lane for each connection with its lives, leases and states, a slice for each wait, and figures', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1, name: 'trace' })
    const flight = recorder(pool, { incidents: false, frameInterval: 100 })
    await clock.advance(100)
    const first = await pool.acquire()
    const second = pool.acquire()
    const third = watch(pool.acquire({ timeout: 20 }))
    await clock.advance(50)
    first.release()
    const lease = await second
    await clock.advance(30)
    lease.release()
    await clock.advance(20)
    const { traceEvents, otherData } = perfettoTrace(flight.dump())
    expect(third.state).toBe('rejected')
    expect(otherData).toMatchObject({ pool: 'trace', driver: 'simulated' })
    const lane = of(traceEvents, 'X').filter(({ tid }) => tid === 2)
    expect(lane.map(({ name, ts, dur }) => [name, ts, dur])).toEqual([
      ['connection 1', 0, 200_000],
      ['connecting', 0, 100_000],
      ['lease', 100_000, 50_000],
      ['busy.leased', 100_000, 50_000],
      ['lease', 150_000, 30_000],
      ['busy.leased', 150_000, 30_000],
      ['idle', 180_000, 20_000],
    ])
    const waits = traceEvents
      .filter(({ cat }) => cat === 'wait')
      .map(({ ph, ts, args }) => [ph, ts, args?.answer])
    expect(waits).toEqual([
      ['b', 100_000, undefined],
      ['e', 100_000, 'lease'],
      ['b', 100_000, undefined],
      ['e', 150_000, 'lease'],
      ['b', 100_000, undefined],
      ['e', 120_000, 'acquire.timedOut'],
    ])
    expect(
      of(traceEvents, 'C')
        .filter(({ name }) => name === 'connections')
        .at(-1)?.args,
    ).toEqual({
      idle: 1,
      busy: 0,
      connecting: 0,
      validating: 0,
      closing: 0,
    })
    expect(of(traceEvents, 'M').map(({ args }) => args?.name)).toEqual(['pool trace', 'pool', 'connection-1'])
    expect(of(traceEvents, 'i').map(({ name }) => name)).toContain('acquire.timedOut')
  })
})
