// The line of statements that wait to be sent: each may leave it, from wherever in it, and come back.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AcquireRequest } from '../../src/actors/callers/request.js'
import { Statement } from '../../src/actors/sharing/statement.js'
import { WaitingStatements } from '../../src/actors/sharing/waiting-statements.js'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import type { Driver, Lease } from '../../src/index.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'

const statementOf = (what: string | number, tenant?: string) =>
  new Statement<unknown>(
    what,
    () => {},
    { timeout: Number.POSITIVE_INFINITY, signal: undefined, terms: tenant === undefined ? {} : { tenant } },
    0,
  )
const request = () => new AcquireRequest<unknown>(0, Number.POSITIVE_INFINITY, 0)

/** Statements join, leave from wherever they are, and come back. */
const moves = fc.array(
  fc.record({ kind: fc.constantFrom('add', 'take', 'leave', 'addFirst'), place: fc.nat(200) }),
  { maxLength: 300, size: 'max' },
)
type Moves = typeof moves extends fc.Arbitrary<infer Made> ? Made : never

/** Makes the moves; `look` is called after each with the statements that wait, the oldest first. */
function play(
  moves: Moves,
  tenantOf: (place: number) => string | undefined,
  look: (waiting: WaitingStatements<unknown>, members: readonly Statement<unknown>[]) => void,
) {
  const waiting = new WaitingStatements<unknown>()
  let members: Statement<unknown>[] = []
  const gone: Statement<unknown>[] = []
  for (const { kind, place } of moves) {
    const member = members[place % Math.max(1, members.length)]
    if (kind === 'add') {
      const statement = statementOf(place, tenantOf(place))
      waiting.add(statement, request())
      members.push(statement)
    } else if (kind === 'addFirst') {
      const [back] = gone.splice(place % Math.max(1, gone.length), 1)
      if (back === undefined) continue
      waiting.addFirst(back, request())
      members = [...members, back].sort((one, other) => one.order - other.order)
    } else if (member !== undefined) {
      expect(waiting[kind](member)).toBeInstanceOf(AcquireRequest)
      members = members.filter(one => one !== member)
      gone.push(member)
    }
    look(waiting, members)
  }
  return { waiting, members }
}

it('is the line that a sorted list would be', () => {
  fc.assert(
    fc.property(moves, moves => {
      play(
        moves,
        () => undefined,
        (waiting, members) =>
          expect([waiting.first?.order, waiting.size]).toEqual([members[0]?.order, members.length]),
      )
    }),
  )
})

it('has each statement once, where tenants take turns', () => {
  fc.assert(
    fc.property(moves, moves => {
      const { waiting, members } = play(
        moves,
        place => [undefined, 'a', 'b'][place % 3],
        (waiting, members) => expect(waiting.size).toBe(members.length),
      )
      const taken: number[] = []
      for (let next = waiting.first; next !== undefined; next = waiting.first) {
        taken.push(next.order)
        expect(waiting.take(next)).toBeInstanceOf(AcquireRequest)
      }
      expect(taken.sort((one, other) => one - other)).toEqual(members.map(({ order }) => order))
      expect(waiting.size).toBe(0)
    }),
  )
})

it('a statement whose connection is lost on the way, from the midst of the line, is sent once', async () => {
  const sent: unknown[] = []
  const recording = (driver: Driver<SimulatedConnection>): Partial<Driver<SimulatedConnection>> => {
    const { share } = driver
    if (share === undefined) return {}
    return {
      share: {
        ...share,
        send(connection, statement, answer) {
          sent.push((statement as { text: string }).text)
          share.send(connection, statement, answer)
        },
      },
    }
  }
  const { pool, clock, database } = poolInSimulatedTime(
    { min: 2, max: 2, validateAfter: false, share: { depth: 4 } },
    {},
    recording,
  )
  await clock.advance(300)
  const leases = await Promise.all([pool.acquire(), pool.acquire()])
  const lose = (lease: Lease<SimulatedConnection> | undefined): void => {
    if (lease === undefined) return
    const { connection } = lease
    lease.release()
    database.kill(connection)
  }
  const abort = new AbortController()
  watch(pool.query('first', [], { signal: abort.signal }))
  const others = ['second', 'third'].map(text => watch(pool.query(text)))
  lose(leases[0]) // which the first was to have: its request in the pool's queue is the last now
  await clock.advance(1)
  others.push(watch(pool.query('of a tenant', [], { tenant: 'a' })))
  lose(leases[1]) // which the second was to have, from behind the first
  await clock.advance(1)
  abort.abort()
  await clock.advance(3_000)
  expect(sent.toSorted()).toEqual(['of a tenant', 'second', 'third'])
  expect(others.map(({ state }) => state)).toEqual(others.map(() => 'fulfilled'))
})
