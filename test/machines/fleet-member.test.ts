// The chart of a pool's membership in a fleet, run alone: which reports it asks for, and when.
import { describe, expect, it } from 'vitest'
import { createActor } from 'xstate'
import { type FleetMemberEvent, fleetMemberMachine } from '../../src/machines/index.js'

const validFor = 3_750
const error = new Error('no answer')

function member({ total = 0, need = 1, min = 0 } = {}) {
  const effects: string[] = []
  const pool = { total, need, min, floor: 1, time: 0, now: () => pool.time }
  const provided = (name: string) => () => void effects.push(name)
  const effect = { report: provided('report'), postpone: provided('postpone'), signOff: provided('signOff') }
  const machine = fleetMemberMachine.provide({ actions: { ...effect, heed: provided('heed') } })
  const actor = createActor(machine, { input: { pool, validFor } }).start()
  return {
    pool,
    /** Sends an event, and tells what it led to. */
    after(type: FleetMemberEvent['type'], held = 3): { state: unknown; asked: string[] } {
      effects.length = 0
      const answer = { held, target: held, min: 0, taken: held, mins: 0, nextExpiry: 9 }
      actor.send({ type, answer, error } as FleetMemberEvent)
      return { state: actor.getSnapshot().value, asked: [...effects] }
    },
    get isUnderWay() {
      return actor.getSnapshot().hasTag('underWay')
    },
  }
}

describe('a pool that changes', () => {
  it('reports at once if no report is under way', () => {
    const one = member()
    expect(one.after('change')).toEqual({ state: { joining: 'asking' }, asked: ['report'] })
    expect(one.after('ledger.answered')).toEqual({ state: { joined: 'quiet' }, asked: ['heed'] })
    expect(one.after('change')).toEqual({ state: { joined: 'asking' }, asked: ['report'] })
  })

  it('reports once more after the answer if a report is under way, however often it changes', () => {
    const one = member()
    for (const state of ['joining', 'joined']) {
      one.after('change')
      for (let change = 0; change < 3; change++)
        expect(one.after('change')).toEqual({ state: { [state]: 'again' }, asked: [] })
      expect(one.after('ledger.answered')).toEqual({ state: { joined: 'asking' }, asked: ['report', 'heed'] })
      expect(one.after('ledger.answered').state).toEqual({ joined: 'quiet' })
    }
  })

  it('reports at its next beat if the report fails', () => {
    const one = member()
    one.after('change')
    one.after('ledger.answered')
    one.after('change')
    one.after('change')
    expect(one.after('ledger.failed')).toEqual({ state: { joined: 'quiet' }, asked: [] })
    expect(one.after('report.due')).toEqual({ state: { joined: 'asking' }, asked: ['report'] })
  })
})

describe('a report that is not answered', () => {
  it('is not followed by another one before its answer would count no more', () => {
    const one = member()
    one.after('change')
    for (const state of ['joining', 'away']) {
      one.pool.time += validFor - 1
      expect(one.after('report.due')).toEqual({ state: { [state]: 'asking' }, asked: ['postpone'] })
      one.pool.time += 1
      expect(one.after('report.due')).toEqual({ state: { [state]: 'asking' }, asked: ['report'] })
      one.after('ledger.late')
    }
    expect(one.isUnderWay).toBe(true)
  })

  it('is under way still when it is late: an answer that comes then counts', () => {
    const one = member()
    one.after('change')
    expect(one.after('ledger.late')).toEqual({ state: { away: 'asking' }, asked: [] })
    expect(one.after('change').state).toEqual({ away: 'again' })
    expect(one.after('ledger.answered')).toEqual({ state: { joined: 'asking' }, asked: ['report', 'heed'] })
    one.after('change')
    expect(one.after('validity.over').state).toEqual({ away: 'again' })
    expect(one.after('ledger.failed').state).toEqual({ away: 'quiet' })
    expect(one.isUnderWay).toBe(false)
  })

  it('is followed by another one at once if the answer does not cover what the pool has', () => {
    const one = member({ total: 4 })
    one.after('change')
    expect(one.after('ledger.answered')).toEqual({ state: { joining: 'asking' }, asked: ['report'] })
    expect(one.after('ledger.answered', 4).state).toEqual({ joined: 'quiet' })
  })
})

it('a pool that holds and needs nothing rests, whether or not a report is under way', () => {
  for (const isUnderWay of [false, true]) {
    const one = member({ need: 0 })
    one.after('change')
    one.after('ledger.answered')
    if (isUnderWay) one.after('change')
    expect(one.after('report.due')).toEqual({ state: 'resting', asked: ['signOff'] })
  }
})
