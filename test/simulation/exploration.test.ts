// A small pool in every order of events, within bounds: nobody is stuck, nobody is lost, nothing is lent twice.

import { describe, expect, it } from 'vitest'
import { Lane } from '../../src/actors/callers/lanes.js'
import { WaitingQueue } from '../../src/actors/callers/queue.js'
import { ConnectionRecord } from '../../src/actors/connections/record.js'
import { SharedConnection } from '../../src/actors/sharing/shared-connection.js'
import { explore } from '../../src/testing/index.js'
import { StateGraph } from '../../src/testing/state-graph.js'
import { cases } from '../support/seeds.js'

describe('a bounded exploration', () => {
  it('of 2 connections and 3 callers, without faults, sees every order of events', async () => {
    const report = await explore({ faults: 0 })
    expect(report).toMatchObject({ complete: true, byFaults: [report.states] })
    expect(report.states).toBeGreaterThan(100)
    expect(report.transitions).toBeGreaterThan(report.states)
  })

  const faults = cases({ all: 2, some: 1 })

  it(`of 2 connections and 2 callers, with up to ${faults} faults at any step, finds no stuck state`, async () => {
    const report = await explore({ callers: 2, faults })
    expect(report.complete).toBe(true)
    expect(report.states).toBeGreaterThan(200 * 10 ** (faults - 1))
    expect(report.byFaults).toHaveLength(faults + 1)
  })

  const moreFaults = cases({ all: 4, some: 3 })

  it(`of 1 connection and 1 caller, with up to ${moreFaults} faults, finds none either`, async () => {
    const report = await explore({ max: 1, callers: 1, faults: moreFaults })
    expect(report.complete).toBe(true)
    expect(report.byFaults).toHaveLength(moreFaults + 1)
  })

  it('of statements that share a connection with each other and with a caller, with a fault at any step, finds none either', async () => {
    const report = await explore({ max: 1, callers: 1, statements: 2, faults: 1 })
    expect(report.complete).toBe(true)
    expect(report.byFaults).toHaveLength(2)
    expect(report.states).toBeGreaterThan(500)
  })

  it('of callbacks whose callers may give up while they run, beside a caller, with a fault at any step, finds none either', async () => {
    const report = await explore({ max: 1, callers: 1, callbacks: 1, faults: cases({ all: 2, some: 1 }) })
    expect(report.complete).toBe(true)
    expect(report.states).toBeGreaterThan(200)
  })

  it('of callers of two tenants, some by a lane that has room for one, with a fault at any step, finds none either', async () => {
    const report = await explore({
      max: 1,
      callers: 3,
      inLane: 2,
      tenants: 2,
      faults: cases({ all: 1, some: 0 }),
    })
    expect(report.complete).toBe(true)
    expect(report.states).toBeGreaterThan(50)
  })

  it('says when it was cut short, by steps or by states', async () => {
    expect(await explore({ faults: 0, depth: 5 })).toMatchObject({ complete: false, deepest: 5 })
    expect(await explore({ faults: 1, states: 50 })).toMatchObject({ complete: false })
  })

  it('finds the callers whom a lane forgets whose place has become free', async () => {
    const { freed } = Lane.prototype
    Lane.prototype.freed = () => {}
    try {
      await expect(explore({ max: 1, callers: 2, inLane: 2, faults: 0 })).rejects.toThrow(
        '1 wait for a lane that has room',
      )
    } finally {
      Lane.prototype.freed = freed
    }
  })

  it('finds the caller whom a line loses that forgets those who left it', async () => {
    const { leave } = WaitingQueue.prototype
    WaitingQueue.prototype.leave = () => true
    try {
      await expect(explore({ callers: 2, faults: 1 })).rejects.toThrow(/after:\n {2}1\. caller 1 asks/)
    } finally {
      WaitingQueue.prototype.leave = leave
    }
  })

  it('finds that a session is leased again which its holder has ended', async () => {
    const { release } = ConnectionRecord.prototype
    ConnectionRecord.prototype.release = function () {
      this.actor.send({ type: 'release', at: this.parts.config.clock.now(), session: 'clean' })
    }
    try {
      await expect(explore({ callers: 2, faults: 1 })).rejects.toThrow(
        'leased again, and it was stale, ended or not clean',
      )
    } finally {
      ConnectionRecord.prototype.release = release
    }
  })

  it('finds a statement that is sent where a request to cancel another one may hit it', async () => {
    const open = Object.getOwnPropertyDescriptor(SharedConnection.prototype, 'open') as PropertyDescriptor
    Object.defineProperty(SharedConnection.prototype, 'open', {
      configurable: true,
      get(this: SharedConnection<unknown>) {
        return !this.drains && this.lease.held
      },
    })
    try {
      await expect(explore({ max: 1, callers: 0, statements: 2, faults: 1 })).rejects.toThrow(
        /statement 2 is sent on session 1, where a request to cancel is on its way/,
      )
    } finally {
      Object.defineProperty(SharedConnection.prototype, 'open', open)
    }
  })

  it('finds a statement that is sent where another one has left something', async () => {
    const { drain } = SharedConnection.prototype
    SharedConnection.prototype.drain = () => {}
    try {
      await expect(explore({ max: 1, callers: 0, statements: 3, faults: 1 })).rejects.toThrow(
        'where another one has left something',
      )
    } finally {
      SharedConnection.prototype.drain = drain
    }
  })

  it('finds a callback that a request to cancel the one before hits', async () => {
    const cancelling = Object.getOwnPropertyDescriptor(ConnectionRecord.prototype, 'cancelling') as object
    Object.defineProperty(ConnectionRecord.prototype, 'cancelling', {
      configurable: true,
      get: () => undefined,
      set: () => {},
    })
    try {
      await expect(explore({ max: 1, callers: 0, callbacks: 2, faults: 1 })).rejects.toThrow(
        'was cancelled, and its caller had not given up',
      )
    } finally {
      Object.defineProperty(ConnectionRecord.prototype, 'cancelling', cancelling)
    }
  })

  it('sees the same as often as it looks', async () => {
    const bounds = { callers: 1, faults: 1 }
    expect(await explore(bounds)).toEqual(await explore(bounds))
  })
})

describe('what an exploration knows of its states', () => {
  /** 0 → 1 → 2, and from 1 by another choice → 3 → 1. */
  const loop = () => {
    const graph = new StateGraph()
    graph.reach('0', undefined)
    graph.reach('1', [0, 0])
    graph.reach('2', [1, 0])
    graph.reach('3', [1, 1])
    graph.reach('1', [3, 0])
    return graph
  }

  it('is how to come to them, by the path on which they were first seen', () => {
    expect([0, 1, 2, 3].map(state => loop().pathTo(state))).toEqual([[], [0], [0, 0], [0, 1]])
    expect(loop()).toMatchObject({ size: 4, deepest: 2 })
  })

  it('is whether good things lead from each to a good end', () => {
    const graph = loop()
    expect(graph.neverGood()).toBe(0)
    graph.noteGood(2)
    expect(graph.neverGood()).toBe(undefined)
    graph.reach('4', [2, 1])
    graph.reach('5', [4, 0])
    graph.reach('4', [5, 0])
    expect(graph.neverGood(), 'a circle of states in which nobody is done').toBe(4)
  })
})
