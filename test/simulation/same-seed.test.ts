// One seed, one story: a simulation can be told again, to the last event.

import { describe, expect, it } from 'vitest'
import { createPool } from '../../src/index.js'
import { type RunInput, run } from '../../src/testing/run.js'
import { simulate } from '../../src/testing/simulate.js'
import { drawStory } from '../../src/testing/story.js'
import { formatTrace, type Trace } from '../../src/testing/trace.js'
import { patience } from '../support/patience.js'
import { createPoolAsChild } from '../support/pool-as-child.js'
import { cases } from '../support/seeds.js'

const seeds = Array.from({ length: cases({ all: 40, some: 12 }) }, (_, index) => index + 1)

describe('a simulation', () => {
  it('is the same to the last event, told twice from the same seed', async () => {
    for (const seed of seeds) {
      const first = await simulate({ seed, trace: true })
      expect(first.trace.length).toBeGreaterThan(10)
      expect(await simulate({ seed, trace: true })).toEqual(first)
    }
  })

  it('is another one from another seed', async () => {
    const traces = await Promise.all(
      seeds.map(async seed => formatTrace((await simulate({ seed, trace: true })).trace)),
    )
    expect(new Set(traces).size).toBe(seeds.length)
  })

  it('goes the same way whether anybody writes it down or not', async () => {
    for (const seed of seeds) {
      const { trace: _, ...told } = await simulate({ seed, trace: true })
      expect(await simulate({ seed })).toEqual({ ...told, trace: [] })
    }
  })

  it('goes the same way whether the pool has an actor system of its own or is a child in that of another machine', async () => {
    const tell = async (seed: number, make: typeof createPool) => {
      let trace: Trace | undefined
      const input: RunInput = { seed, clients: [], tolerate: () => false, make }
      const report = await run(drawStory(seed, 40, {}), {
        ...input,
        traced: its => {
          trace = its
        },
      })
      return [report, trace?.entries]
    }
    for (const seed of seeds)
      expect(await tell(seed, createPoolAsChild)).toEqual(await tell(seed, createPool))
  })

  it('waits for no time: a simulated hour is over at once', async () => {
    const started = performance.now()
    const report = await simulate({
      seed: 1,
      scenario: { pool: {}, database: {}, commands: [{ do: 'wait', time: 3_600_000 }] },
    })
    expect(report.duration).toBeGreaterThan(3_600_000)
    expect(performance.now() - started).toBeLessThan(patience)
  })
})
