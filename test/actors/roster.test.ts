// The roster counts connections by what they report, whatever the order in which reports come.

import fc from 'fast-check'
import { expect, it, vi } from 'vitest'
import { createEmptyActor } from 'xstate'
import { ConnectionRecord } from '../../src/actors/connections/record.js'
import { Roster } from '../../src/actors/connections/roster.js'
import { Lease } from '../../src/actors/leases/lease.js'
import { createParts } from '../../src/actors/parts.js'
import { parseOptions } from '../../src/core/options.js'
import type { Driver } from '../../src/db/driver.js'
import { ScriptedDriver } from '../support/scripted-driver.js'

const parts = createParts<unknown>(new ScriptedDriver() as Driver<unknown>, parseOptions(), {
  system: createEmptyActor().system,
  emit: () => {},
})

function open(roster: Roster<unknown>, createdAt = 0): ConnectionRecord<unknown> {
  const record = new ConnectionRecord<unknown>(
    {
      id: roster.takeId(),
      serial: roster.takeSerial(),
      createdAt,
      retireAt: Number.POSITIVE_INFINITY,
      idleJitter: 0,
      openedFor: 0,
    },
    parts,
  )
  roster.add(record)
  return record
}

it('uses the names of connections that are gone again, but never a number', () => {
  const roster = new Roster<unknown>()
  const [first, second] = [open(roster), open(roster)]
  expect([first.id, second.id]).toEqual(['connection-1', 'connection-2'])
  roster.remove(first)
  const third = open(roster)
  expect(third).toMatchObject({ id: 'connection-1', serial: 3 })
  expect(roster.find('connection-1')).toBe(third)
  expect(new Set([...roster.records].map(({ id }) => id)).size).toBe(2)
})

it('lends the connection used last, and names the longest idle first', () => {
  const roster = new Roster<unknown>()
  const records = [open(roster), open(roster), open(roster)]
  for (const [index, idleSince] of [
    [0, 10],
    [1, 30],
    [2, 20], // parked last, but used before the second: it was being validated meanwhile
  ] as const) {
    const record = records[index] as ConnectionRecord<unknown>
    record.idleSince = idleSince
    roster.park(record)
  }
  expect(roster.idleRecords.map(({ idleSince }) => idleSince)).toEqual([10, 20, 30])
  expect(roster.takeIdle()).toBe(records[1])
  expect(roster.takeIdle()).toBe(records[2])
})

it('counts like a naive count over all connections, whatever is reported in whatever order', () => {
  const reports = fc.array(
    fc.record({
      what: fc.constantFrom('open', 'ready', 'ending', 'remove', 'park', 'take'),
      which: fc.nat(20),
    }),
    { maxLength: 80 },
  )
  fc.assert(
    fc.property(reports, story => {
      const roster = new Roster<unknown>()
      const phase = new Map<ConnectionRecord<unknown>, 'connecting' | 'established' | 'ending'>()
      const idle = new Set<ConnectionRecord<unknown>>()
      for (const { what, which } of story) {
        const record = [...phase.keys()][which % Math.max(1, phase.size)]
        if (what === 'open') phase.set(open(roster), 'connecting')
        if (record === undefined) continue
        if (what === 'ready' && phase.get(record) === 'connecting') {
          roster.noteReady(record, 10)
          phase.set(record, 'established')
        }
        if (what === 'ending') {
          roster.noteEnding(record)
          phase.set(record, 'ending')
          idle.delete(record)
        }
        if (what === 'remove') {
          roster.remove(record)
          roster.remove(record) // once more is harmless
          phase.delete(record)
          idle.delete(record)
        }
        if (what === 'park' && phase.get(record) === 'established' && !idle.has(record)) {
          roster.park(record)
          idle.add(record)
        }
        if (what === 'take') expect(roster.takeFromIdle(record)).toBe(idle.delete(record))
        const phases = [...phase.values()]
        expect({
          total: roster.total,
          connecting: roster.connecting,
          established: roster.established,
          idle: new Set(roster.idleRecords),
        }).toEqual({
          total: phases.length,
          connecting: phases.filter(each => each === 'connecting').length,
          established: phases.filter(each => each === 'established').length,
          idle,
        })
        expect(roster.idle).toBe(idle.size)
      }
    }),
    { numRuns: 300 },
  )
})

it('learns how long leases last and connects take, as averages that follow', () => {
  const roster = new Roster<unknown>()
  expect(roster.pace(0)).toEqual({ holdTime: undefined, longestHeld: 0, connectTime: undefined })
  roster.noteReady(open(roster), 100)
  roster.noteReturned(0, 10)
  expect(roster.pace(0)).toMatchObject({ holdTime: 10, connectTime: 100 })
  roster.noteReturned(0, 20)
  expect(roster.pace(0).holdTime).toBeCloseTo(12)
  for (let count = 0; count < 50; count++) roster.noteReturned(0, 1_000)
  expect(roster.pace(0).holdTime).toBeCloseTo(1_000, -1)
})

it('takes leases that last no time for just that, and not for ever smaller fractions, which processors are slow with', () => {
  const roster = new Roster<unknown>()
  roster.noteReturned(0, 1_000)
  for (let count = 0; count < 200; count++) roster.noteReturned(0, 0)
  expect(roster.pace(0).holdTime).toBe(0)
})

const lend = (record: ConnectionRecord<unknown>, at: number) => {
  record.lease = new Lease(1, at, record)
}

it('knows for how long the longest lease has been out, as if it looked at all of them each time', () => {
  const steps = fc.array(
    fc.record({ after: fc.nat(3), which: fc.nat(5), what: fc.constantFrom('lend', 'return', 'crash') }),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(steps, story => {
      const roster = new Roster<unknown>()
      for (let count = 0; count < 4; count++) open(roster)
      let now = 0
      for (const { after, which, what } of story) {
        now += after
        const records = [...roster.records]
        const record = records[which % records.length] as ConnectionRecord<unknown>
        if (what === 'lend' && record.lease === undefined) lend(record, now)
        if (what === 'return' && record.lease !== undefined) {
          const { acquiredAt } = record.lease
          record.lease = undefined
          roster.noteReturned(acquiredAt, now)
        }
        if (what === 'crash') {
          record.lease = undefined
          roster.remove(record)
          open(roster)
        }
        const held = [...roster.records].flatMap(({ lease }) => (lease ? now - lease.acquiredAt : []))
        expect(roster.pace(now).longestHeld).toBe(Math.max(0, ...held))
      }
    }),
    { numRuns: 300 },
  )
})

it('looks for the longest lease once for any number of callers who have to wait meanwhile', () => {
  const roster = new Roster<unknown>()
  const records = [open(roster), open(roster), open(roster)]
  for (const [index, record] of records.entries()) lend(record, index)
  const looks = records.map(record => vi.spyOn(record, 'lease', 'get'))
  for (let now = 10; now < 20; now++) {
    expect(roster.pace(now).longestHeld).toBe(now)
    roster.noteReturned(1, now) // a shorter one ends
  }
  expect(looks.map(look => look.mock.calls.length)).toEqual([1, 1, 1])
})
