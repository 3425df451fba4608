// The ledger's step in Lua is the one in TypeScript: both are given the same reports, at the same times.
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { scriptOf } from '../../src/fleet/engines/redis-script.js'
import type { Report } from '../../src/fleet/index.js'
import { exchange, newLedger } from '../../src/fleet/ledger/ledger.js'
import { createRandom } from '../../src/testing/random.js'

const script = scriptOf('tonumber(ARGV[10])')
const server = inject('redis')
let redis: Redis
beforeAll(() => {
  if ('url' in server) redis = new Redis(server.url)
})
afterAll(() => redis?.quit())

const seeds = Array.from({ length: 12 }, (_, index) => index + 1)

describe.skipIf('missing' in server)('the script', () => {
  it.each(seeds)('answers as the ledger does, report for report (seed %i)', async seed => {
    const random = createRandom(seed, 'ledger')
    const key = `statepool:test:{${process.pid}:${seed}}`
    const keys = [key, `${key}:pools`, `${key}:expiry`]
    const connections = random.int(1, 12)
    const ttl = 1_000
    const floor = random.int(0, 2)
    const ids = Array.from({ length: random.int(1, 9) }, (_, index) => `pool-${index}`)
    const holds = new Map<string, { held: number; target: number; number: number }>()
    let now = 1_000_000
    now += 7
    const ledger = newLedger(now) // as of the first report
    for (let step = 0; step < 250; step++) {
      if (step > 0) now += random.pick([1, 1, 5, 40, 300, 1_200])
      const id = random.pick(ids)
      const own = holds.get(id) ?? { held: 0, target: 0, number: 0 }
      const isStale = random.chance(0.05)
      const report: Report = {
        id,
        report: isStale ? own.number : own.number + 1,
        keep: random.chance(0.1) ? random.int(0, 4) : random.int(0, Math.min(own.held, own.target)),
        need: random.int(0, 8),
        min: random.pick([0, 0, 1, 3]),
        connections,
        ttl,
        floor,
        leaves: random.chance(0.05),
      }
      const expected = exchange(ledger, report, now)
      const reply = (await redis.eval(
        script,
        3,
        ...keys,
        ...[id, report.report, report.keep, report.need, report.min, connections, ttl, floor],
        ...[report.leaves ? 1 : 0, now],
      )) as unknown[]
      const [epoch, held, target, min, taken, mins, nextExpiry] = reply.map(Number)
      expect({ step, epoch, held, target, min, taken, mins, nextExpiry }).toEqual({ step, ...expected })
      holds.set(id, { ...expected, number: own.number + (isStale ? 0 : 1) })
    }
    expect(await redis.hlen(keys[1] as string)).toBe(ledger.entries.size)
    await redis.del(...keys)
  })
})
