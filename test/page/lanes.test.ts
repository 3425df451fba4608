import { describe, expect, it } from 'vitest'
import { bands } from '../../src/inspector/page/model/bands.js'
import { cellCount, cellTime, Lane } from '../../src/inspector/page/model/lane.js'

/** How much of a cell was spent in each band. */
const cellOf = (lane: Lane, cell: number): Record<string, number> =>
  Object.fromEntries(
    bands
      .map(
        (band, place) => [band, (lane.cells[(cell % cellCount) * bands.length + place] ?? 0) / 255] as const,
      )
      .filter(([, share]) => share > 0)
      .map(([band, share]) => [band, Math.round(share * 10) / 10]),
  )

describe('a lane', () => {
  it('counts how much of each cell the connection spent in which band', () => {
    const lane = new Lane('connection-1', 0)
    lane.step(0, 'xstate.init', undefined, 'connecting')
    lane.step(cellTime * 1.5, 'driver.connected', 'connecting', 'idle')
    lane.step(cellTime * 1.7, 'checkout', 'idle', 'busy.leased')
    lane.account(cellTime * 3)
    expect(cellOf(lane, 0)).toEqual({ connecting: 1 })
    expect(cellOf(lane, 1)).toEqual({ connecting: 0.5, idle: 0.2, leased: 0.3 })
    expect(cellOf(lane, 2)).toEqual({ leased: 1 })
  })

  it('adds up the shares of a connection that is leased many times within one cell', () => {
    const lane = new Lane('connection-1', 0)
    lane.step(0, 'driver.connected', 'connecting', 'idle')
    for (let turn = 0; turn < 20; turn++) {
      lane.step((turn * cellTime) / 20, 'checkout', 'idle', 'busy.leased')
      lane.step(((turn + 0.5) * cellTime) / 20, 'release', 'busy.leased', 'idle')
    }
    lane.account(cellTime)
    expect(cellOf(lane, 0)).toEqual({ idle: 0.5, leased: 0.5 })
  })

  it('is empty where there was no connection, and where nothing is known', () => {
    const lane = new Lane('connection-1', 0)
    lane.step(0, 'xstate.init', undefined, 'connecting')
    lane.step(cellTime, 'driver.connectFailed', 'connecting', 'closed')
    lane.step(cellTime * 2, 'xstate.init', undefined, 'connecting')
    lane.skipTo(cellTime * 3)
    lane.account(cellTime * 4)
    expect([0, 1, 2, 3].map(cell => cellOf(lane, cell))).toEqual([
      { connecting: 1 },
      {},
      {},
      { connecting: 1 },
    ])
  })

  it('forgets what is too long ago, and nothing of it shows when its place is used again', () => {
    const lane = new Lane('connection-1', 0)
    lane.step(0, 'checkout', 'idle', 'busy.leased')
    lane.step(cellTime, 'driver.lost', 'busy.leased', 'closed')
    lane.account(cellTime * (cellCount + 2))
    expect(cellOf(lane, cellCount)).toEqual({})
  })

  it('has as many cells after a day as after a minute', () => {
    const lane = new Lane('connection-1', 0)
    lane.step(0, 'checkout', 'idle', 'busy.leased')
    lane.account(86_400_000)
    expect(lane.cells.length).toBe(cellCount * bands.length)
    expect(cellOf(lane, 86_400_000 / cellTime - 1)).toEqual({ leased: 1 })
  })
})
