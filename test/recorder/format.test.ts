// A recording survives being written down, and what is not a recording is refused in words.
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { writeRecord } from '../../src/recorder/codec.js'
import {
  decode,
  decodeRecords,
  decodeSlice,
  encode,
  encodeSlice,
  endReasons,
  otherName,
  type Recording,
  RecordingError,
  recordSize,
} from '../../src/recorder/format.js'

const names = ['pool', 'xstate.init', 'starting', 'connection-1', 'checkout', 'idle', 'busy.leased']

function twoRecords(): Uint8Array {
  const bytes = new Uint8Array(2 * recordSize)
  const view = new DataView(bytes.buffer)
  writeRecord(view, 0, 1_700_000_000_000.25, 0, 0, 1, undefined, 2, 0)
  writeRecord(view, recordSize, 1_700_000_000_001.5, 3, 4_294_967_295, 4, 5, 6, 17)
  return bytes
}

const recording = (): Recording => ({
  format: 'statepool.recording',
  version: 1,
  pool: { name: 'orders', driver: 'simulated', options: { max: 10, acquireTimeout: null } },
  startedAt: 12,
  names,
  records: twoRecords(),
  skipped: 3,
  notices: [{ at: 1, type: 'pool.down', error: { name: 'ConnectError', message: 'line\nfeed' } }],
  frames: [],
  incident: { at: 1, kind: 'outage', text: 'The database is down.' },
})

describe('a recording', () => {
  it('is the same after it was written and read', () => {
    expect(decode(encode(recording()))).toEqual(recording())
  })

  it('is read from the middle of a larger buffer', () => {
    const bytes = encode(recording())
    const larger = new Uint8Array(bytes.length + 7)
    larger.set(bytes, 7)
    expect(decode(larger.subarray(7))).toEqual(recording())
  })

  it('has records with names, times to the fraction of a millisecond, and no state before the start', () => {
    expect(decodeRecords(twoRecords(), names)).toEqual([
      {
        at: 1_700_000_000_000.25,
        actor: 'pool',
        event: 'xstate.init',
        from: undefined,
        to: 'starting',
        number: 0,
        code: 0,
      },
      {
        at: 1_700_000_000_001.5,
        actor: 'connection-1',
        event: 'checkout',
        from: 'idle',
        to: 'busy.leased',
        number: 4_294_967_295,
        code: 17,
      },
    ])
  })

  it('has a word for names that the dictionary lacks', () => {
    const [, second] = decodeRecords(twoRecords(), names.slice(0, 4))
    expect(second).toMatchObject({ actor: 'connection-1', event: otherName, from: otherName, to: otherName })
  })

  it('is refused when it is cut off, and the error says so', () => {
    expect(() => decode(encode(recording()).slice(0, -1))).toThrow(
      /incomplete: it should have 2 records of 24 bytes, and has 47 bytes/,
    )
  })

  it('is refused when it is something else', () => {
    const refused = (bytes: Uint8Array) => expect(() => decode(bytes)).toThrow(RecordingError)
    refused(new Uint8Array())
    refused(new TextEncoder().encode('hello\n'))
    refused(new TextEncoder().encode('null\n'))
    refused(new TextEncoder().encode('{"records":0}\n'))
    expect(() => decode(new TextEncoder().encode('{"hello":1}\n'))).toThrow(/first line does not say so/)
    expect(() => decode(gzipSync(encode(recording())))).toThrow(/unpacked/)
  })

  it('is refused when a record or the first line is damaged', () => {
    const damaged = (part: Partial<Recording>) => () => decode(encode({ ...recording(), ...part }))
    const withTime = (at: number) => {
      const records = twoRecords()
      new DataView(records.buffer).setFloat64(recordSize, at, true)
      return records
    }
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, 1e300])
      expect(damaged({ records: withTime(at) })).toThrow(/damaged: its record 1 has a time/)
    expect(damaged({ names: names.slice(0, 4) })).toThrow(/damaged: its record 1 has .* a name/)
    expect(damaged({ frames: undefined as never })).toThrow(/first line is incomplete/)
    expect(damaged({ pool: null as never })).toThrow(/first line is incomplete/)
    expect(damaged({ pool: { name: 'p', driver: 'd', options: null as never } })).toThrow(/incomplete/)
    expect(damaged({ notices: [null as never] })).toThrow(/damaged: its report 0/)
    expect(damaged({ notices: [{ at: 1e300, type: 'pool.ready' }] })).toThrow(/damaged: its report 0/)
    expect(damaged({ frames: [{ at: 1 } as never] })).toThrow(/damaged: its frame 0 is incomplete/)
    expect(damaged({ incident: { kind: 'crash', text: '' } as never })).toThrow(/its incident has a time/)
    expect(damaged({ startedAt: null as never, records: new Uint8Array() })).toThrow(/its beginning/)
  })

  it('is refused when a later version wrote it', () => {
    const later = encode({ ...recording(), version: 2 as 1 })
    expect(() => decode(later)).toThrow(/version 2.*reads version 1/)
  })
})

describe('a slice', () => {
  it('is the same after it was written and read', () => {
    const slice = {
      names: ['idle'],
      namesBefore: 6,
      recordsBefore: 100,
      skipped: 0,
      records: twoRecords(),
      notices: [],
      frames: [],
    }
    expect(decodeSlice(encodeSlice(slice))).toEqual(slice)
  })
})

it('every reason for which a connection ends has a code', async () => {
  const { readFile } = await import('node:fs/promises')
  const source = await readFile('src/machines/connection-types.ts', 'utf8')
  const union = /export type EndReason =\n((?: {2}\| '.*'\n)+)/.exec(source)?.[1] ?? ''
  const reasons = [...union.matchAll(/'(.*)'/g)].map(([, reason]) => reason)
  expect(reasons.length).toBeGreaterThan(10)
  expect(endReasons).toEqual(['unknown', ...reasons])
})
