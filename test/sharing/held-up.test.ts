// A statement whose time has passed by the clock, while its timer got back what a blocked loop lost, is not late before that one rings.

import { expect, it } from 'vitest'
import { Statement } from '../../src/actors/sharing/statement.js'

/** A clock that stands still, and timers that ring when they are told to. */
function clockWithTimers() {
  let now = 0
  const timers = new Map<number, { ring: () => void; delay: number }>()
  return {
    timers,
    pass: (time: number) => {
      now += time
    },
    ring: () => {
      for (const [id, { ring }] of [...timers]) if (timers.delete(id)) ring()
    },
    clock: {
      now: () => now,
      setTimeout: (ring: () => void, delay: number): number => {
        timers.set(timers.size, { ring, delay })
        return timers.size - 1
      },
      clearTimeout: (id: unknown) => void timers.delete(id as number),
    },
  }
}

const farewells = { timedOut: () => 'timed out', aborted: () => 'aborted' }

function begun() {
  const world = clockWithTimers()
  const told: unknown[] = []
  const limits = { timeout: 100, signal: undefined }
  const statement = new Statement('select 1', error => told.push(error ?? 'answered'), limits, 0)
  statement.begin(world.clock)
  const send = (): void => statement.watch(world.clock, farewells, () => told.push('cancelled'))
  return { ...world, statement, told, send }
}

it('one that is sent after its time has the time that its timer still has, and one timer', () => {
  const { statement, told, send, pass, ring, timers, clock } = begun()
  pass(600)
  expect(statement.remaining(clock.now())).toBe(100) // for a connection, if it has to ask for one again
  send()
  expect([...timers.values()].map(({ delay }) => delay)).toEqual([100])
  ring()
  expect(told).toEqual(['timed out', 'cancelled'])
  expect(timers.size).toBe(0)
})

it('one that is answered before the timer rings leaves none', () => {
  const { statement, told, send, pass, timers } = begun()
  pass(600)
  send()
  statement.settle(undefined)
  expect([told, timers.size]).toEqual([['answered'], 0])
})

it('one that is sent when the timer has rung is called off in the next turn', () => {
  const { statement, told, send, pass, ring, timers, clock } = begun()
  pass(100)
  ring()
  expect(told).toEqual([]) // the queue refuses it, or has just served it
  expect(statement.remaining(clock.now() + 1)).toBe(0)
  send()
  expect([...timers.values()].map(({ delay }) => delay)).toEqual([0])
  ring()
  expect(told).toEqual(['timed out', 'cancelled'])
})
