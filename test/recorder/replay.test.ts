// A recording goes through the bare machines: it leads to the states in which the pool's actors are, and no transition is missing.
import { beforeAll, describe, expect, it } from 'vitest'
import type { AnyActorRef } from 'xstate'
import { createPool, type Pool } from '../../src/index.js'
import { stateName } from '../../src/machines/compiled/index.js'
import { writeRecord } from '../../src/recorder/codec.js'
import { decode, decodeRecords, encode, type Recording, recordSize } from '../../src/recorder/format.js'
import { type Recorder, recorder, replay } from '../../src/recorder/index.js'
import { run } from '../../src/testing/run.js'
import { drawStory } from '../../src/testing/story.js'
import { agree } from '../support/agree.js'
import { cases } from '../support/seeds.js'

/** The states of a pool's actors, by their ids. */
function statesOf(pool: Pool<unknown>): [string, string][] {
  const { children } = pool.actor.getSnapshot()
  const actors = [pool.actor, ...Object.values(children)] as AnyActorRef[]
  return actors.map(actor => [actor.id, stateName(actor.getSnapshot())])
}

function expectSameStates(pool: Pool<unknown>, flight: Recorder, seed: number): void {
  const { states, contradictions } = replay(decode(encode(flight.dump())))
  agree(contradictions, [], `seed ${seed}`)
  for (const [id, state] of statesOf(pool)) agree(states.get(id), state, `seed ${seed}, ${id}`)
}

interface Life {
  readonly pool: Pool<unknown>
  readonly flight: Recorder
}

/** A life of a pool under faults; when it reports for the tenth time, and for the thirtieth, the recording is compared with the pool. */
async function liveThrough(seed: number, last = 4_000): Promise<Life> {
  let life: Life | undefined
  await run(drawStory(seed, 40, { pool: undefined, database: undefined, weights: undefined }), {
    seed,
    clients: [],
    tolerate: () => true,
    make: ((...given: Parameters<typeof createPool>) => {
      const pool = createPool(...given)
      const flight = recorder(pool, { last, incidents: false, frameInterval: false })
      life = { pool, flight }
      let notices = 0
      pool.events$.subscribe(() => {
        notices++
        if (notices === 10 || notices === 30) expectSameStates(pool, flight, seed)
      })
      return pool
    }) as typeof createPool,
  })
  return life as Life
}

/** With XState's interpreter, a life takes ten times as long. */
const parts = process.env.STATEPOOL_INTERPRETED === 'yes' ? 2 : cases({ all: 20, some: 1 })

describe('a recording, replayed', () => {
  it.each(Array.from({ length: parts }, (_, part) => part * 50 + 1))(
    'leads to the same states in 50 lives from seed %i',
    async first => {
      let records = 0
      for (let seed = first; seed < first + 50; seed++) {
        const { pool, flight } = await liveThrough(seed)
        expectSameStates(pool, flight, seed)
        records += flight.dump().records.length / recordSize
      }
      expect(records).toBeGreaterThan(2_000)
    },
  )

  it('leads to the same states when its beginning is lost', async () => {
    const whole = (await liveThrough(1)).flight.dump().records.length / recordSize
    const { pool, flight } = await liveThrough(1, 16)
    expect(flight.dump()).toMatchObject({ skipped: whole - 16 })
    expectSameStates(pool, flight, 1)
  })
})

describe('a recording that is not true', () => {
  let recording: Recording
  beforeAll(async () => {
    recording = (await liveThrough(1)).flight.dump()
  })

  it('is contradicted where a record is missing', () => {
    const records = decodeRecords(recording.records, recording.names)
    const gone = records.findIndex(({ from, to }) => from !== undefined && from !== to)
    const bytes = new Uint8Array(recording.records.length - recordSize)
    bytes.set(recording.records.subarray(0, gone * recordSize))
    bytes.set(recording.records.subarray((gone + 1) * recordSize), gone * recordSize)
    const { contradictions } = replay({ ...recording, records: bytes })
    expect(contradictions[0]?.text).toMatch(/^\S+ is in \S+ here, and not in \S+: records are missing\.$/)
  })

  it('is contradicted where an actor is in a state that its chart does not have', () => {
    const names = ['connection-1', 'release', 'busy.forgotten', 'idle']
    const bytes = new Uint8Array(recordSize)
    writeRecord(new DataView(bytes.buffer), 0, 0, 0, 0, 1, 2, 3, 0)
    const { contradictions } = replay({ records: bytes, names, frames: [] })
    expect(contradictions.map(({ text }) => text)).toEqual([
      'connection-1 is in busy.forgotten, which its chart does not have.',
    ])
  })

  it('is contradicted where an event cannot lead to where it says', () => {
    const names = [
      'connection-1',
      'release',
      'busy.leased',
      'idle',
      'validating.return.staying',
      'xstate.init',
    ]
    const contradictionsOf = (to: number, session: number) => {
      const bytes = new Uint8Array(recordSize)
      writeRecord(new DataView(bytes.buffer), 0, 0, 0, 0, 1, 2, to, session)
      return replay({ records: bytes, names, frames: [] }).contradictions.map(({ text }) => text)
    }
    expect(contradictionsOf(3, 0)).toEqual([])
    expect(contradictionsOf(4, 1)).toEqual([])
    expect(contradictionsOf(4, 0)).toHaveLength(1) // a clean session is not reset
    expect(contradictionsOf(3, 1)).toHaveLength(1) // and a dirty one is
    expect(contradictionsOf(5, 0)[0]).toMatch(
      /^release leads connection-1 from busy\.leased to .*, and not to xstate\.init\.$/,
    )
  })

  it('is contradicted where an actor starts in a state that no start leads to', () => {
    const bytes = new Uint8Array(recordSize)
    writeRecord(new DataView(bytes.buffer), 0, 0, 0, 0, 5, undefined, 3, 0)
    const names = ['connection-1', '', '', 'idle', '', 'xstate.init']
    expect(replay({ records: bytes, names, frames: [] }).contradictions[0]?.text).toBe(
      'connection-1 starts in connecting, and not in idle.',
    )
  })
})
