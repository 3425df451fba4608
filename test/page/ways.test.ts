// The charts of the page know every transition of a real pool.
import { beforeAll, describe, expect, it } from 'vitest'
import { compactChart } from '../../scripts/docs/compact.js'
import { readChart } from '../../src/chart/chart.js'
import type { Chart } from '../../src/inspector/page/chart-types.js'
import { bandOf } from '../../src/inspector/page/model/bands.js'
import { Ways } from '../../src/inspector/page/model/way.js'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'

let connection: Chart
let pool: Chart
beforeAll(async () => {
  connection = await compactChart(readChart(connectionMachine))
  pool = await compactChart(readChart(poolMachine))
})

/** The ends of the arrows that a transition goes along. */
const arrowsOf = (chart: Chart, from: string | undefined, to: string, event: string): string[] => {
  const { arrows } = new Ways(chart, chart.wide).find(from, to, event)
  return arrows.map(index => `${chart.wide.arrows[index]?.from} → ${chart.wide.arrows[index]?.to}`)
}

const statesOf = (chart: Chart, from: string, to: string, event: string): readonly string[] =>
  new Ways(chart, chart.wide).find(from, to, event).states

describe('the way of a transition', () => {
  it('is the arrow between two states', () => {
    expect(arrowsOf(connection, 'idle', 'validating.keepalive', 'validate')).toEqual([
      'idle → validating.keepalive',
    ])
  })

  it('leads into a state, to where it begins', () => {
    const [first, second] = arrowsOf(connection, 'idle', 'busy.leased', 'checkout')
    expect([first, second]).toEqual(['idle → busy', 'busy#initial → busy.leased'])
  })

  it('leads through the states that a connection passes through', () => {
    expect(arrowsOf(connection, 'connecting', 'idle', 'driver.connected')).toEqual([
      'connecting → available',
      'available → idle',
    ])
  })

  it('begins at the dot when an actor starts', () => {
    expect(arrowsOf(connection, undefined, 'connecting', 'xstate.init')).toEqual([
      'connection#initial → connecting',
    ])
  })

  it('tells a connect that failed from a connection that was destroyed', () => {
    expect(statesOf(connection, 'connecting', 'closed', 'driver.connectFailed')).toEqual(['failed', 'closed'])
    expect(statesOf(connection, 'busy.leased', 'closed', 'driver.lost')).toEqual(['destroyed', 'closed'])
  })

  it('starts in "any state" for what every state answers', () => {
    expect(arrowsOf(pool, 'running', 'paused', 'pause')).toEqual(['pool#any → paused'])
  })
})

describe('both drawings', () => {
  it('have no state without a colour of its lane, but the last one', () => {
    const leaves = connection.wide.boxes.filter(({ kind }) => kind === 'simple' || kind === 'final')
    const without = leaves.map(({ name }) => name).filter(name => bandOf(name) === undefined)
    expect(without).toEqual(['closed'])
    expect(bandOf('lending')).toBe('validating')
    expect(bandOf('busy.leased')).toBe('leased')
  })

  it('have each state once, and every arrow between what is drawn', () => {
    for (const chart of [connection, pool]) {
      for (const drawing of [chart.wide, chart.narrow]) {
        const names = drawing.boxes.map(({ name }) => name)
        expect(new Set(names).size).toBe(names.length)
        for (const { from, to } of drawing.arrows) expect(names).toEqual(expect.arrayContaining([from, to]))
      }
    }
  })

  it('fit a screen and a phone', () => {
    expect(connection.wide.width).toBeGreaterThan(connection.wide.height * 3)
    expect(connection.narrow.width).toBeLessThan(520)
    expect(pool.narrow.width).toBeLessThan(520)
  })

  it('are the same each time', async () => {
    expect(await compactChart(readChart(connectionMachine))).toEqual(connection)
  })
})
