// The ledger of a fleet, step by step.
import { describe, expect, it } from 'vitest'
import type { Report } from '../../src/fleet/index.js'
import { exchange, newLedger } from '../../src/fleet/ledger/ledger.js'

const ttl = 5_000

function ledgerOf(connections: number, { floor = 1, began = -ttl } = {}) {
  const ledger = newLedger(began)
  const counts = new Map<string, number>()
  return (id: string, now: number, report: Partial<Report> = {}) => {
    const number = report.report ?? (counts.get(id) ?? 0) + 1
    counts.set(id, number)
    return exchange(
      ledger,
      { id, keep: 0, need: 0, min: 0, leaves: false, connections, ttl, floor, ...report, report: number },
      now,
    )
  }
}

describe('a pool that reports', () => {
  it('is granted what it needs while there is enough', () => {
    const report = ledgerOf(10)
    expect(report('a', 0, { need: 4 })).toMatchObject({ held: 4, target: 4, taken: 4 })
    expect(report('a', 10, { keep: 4, need: 7 })).toMatchObject({ held: 7 })
  })

  it('is granted no more than is left, and what it gives back is granted to others', () => {
    const report = ledgerOf(10)
    report('a', 0, { need: 7 })
    expect(report('b', 10, { need: 7 }).held).toBe(3)
    report('a', 20, { keep: 5, need: 5 })
    expect(report('b', 30, { keep: 3, need: 7 })).toMatchObject({ held: 5, taken: 10 })
  })

  it('is told to give way when another one needs what it has too much', () => {
    const report = ledgerOf(10)
    report('a', 0, { need: 10 })
    expect(report('b', 10, { need: 10 })).toMatchObject({ held: 0, target: 5 })
    expect(report('a', 20, { keep: 10, need: 10 })).toMatchObject({ held: 10, target: 5 })
  })

  it('keeps nothing after the time to live', () => {
    const report = ledgerOf(10)
    report('a', 0, { need: 10 })
    expect(report('b', ttl - 1, { need: 3 }).held).toBe(0)
    expect(report('b', ttl, { need: 3 }).held).toBe(3)
  })

  it('is not believed when its report comes late, or twice', () => {
    const report = ledgerOf(10)
    report('a', 0, { need: 6, report: 1 })
    report('a', 10, { keep: 6, need: 8, report: 3 })
    expect(report('a', 20, { keep: 1, need: 1, report: 2 }).held).toBe(8)
    expect(report('a', 20, { leaves: true, report: 3 }).held).toBe(8)
  })

  it('leaves at once when it says so', () => {
    const report = ledgerOf(10)
    report('a', 0, { need: 10 })
    report('a', 10, { leaves: true })
    expect(report('b', 20, { need: 10 }).held).toBe(10)
  })

  it('is believed when it has more than it was granted, and no other one is granted anything until that is over', () => {
    const report = ledgerOf(10)
    report('a', 0, { need: 8 })
    expect(report('b', 0, { keep: 6, need: 6 })).toMatchObject({ held: 6, taken: 14 })
    expect(report('c', 10, { need: 1 }).held).toBe(0)
    expect(report('a', 20, { keep: 8, need: 8 }).target).toBeLessThan(8)
  })
})

describe('what is kept for a pool (min)', () => {
  it('is granted to no other one', () => {
    const report = ledgerOf(10)
    report('a', 0, { need: 4, min: 4, keep: 1 })
    expect(report('b', 10, { need: 10 }).held).toBe(6)
  })

  it('is less than it asks for where the others leave less', () => {
    const report = ledgerOf(10)
    report('a', 0, { min: 7 })
    expect(report('b', 10, { min: 7 })).toMatchObject({ min: 3, held: 3 })
    report('a', 20, { leaves: true })
    expect(report('b', 30, { keep: 3, min: 7 })).toMatchObject({ min: 7, held: 7 })
  })
})

describe('a ledger that was just begun, perhaps because the one before was lost', () => {
  it('grants each pool no more than the floor for a time to live, and takes in what pools have', () => {
    const report = ledgerOf(10, { began: 0, floor: 2 })
    expect(report('a', 1, { need: 8 })).toMatchObject({ held: 2, target: 2, epoch: 0 })
    expect(report('b', 2, { keep: 8, need: 8 })).toMatchObject({ held: 8, taken: 10 })
    expect(report('c', 3, { need: 8 }).held).toBe(0)
  })

  it('grants what is needed after that', () => {
    const report = ledgerOf(10, { began: 0 })
    report('a', 1, { need: 8 })
    expect(report('a', ttl, { keep: 1, need: 8 }).held).toBe(8)
  })
})
