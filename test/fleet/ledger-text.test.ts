// A ledger as text, whose server says when it was written: pools keep what they were promised for a whole time to live, whatever the writer took for the time.
import { describe, expect, it } from 'vitest'
import { natsEngine } from '../../src/fleet/index.js'
import { exchange, newLedger } from '../../src/fleet/ledger/ledger.js'
import { ledgerIn, textOf } from '../../src/fleet/ledger/text.js'
import { createRandom } from '../../src/testing/random.js'
import { BucketInMemory } from '../support/bucket-in-memory.js'

const ttl = 5_000
const report = { report: 1, keep: 0, need: 4, min: 1, connections: 10, ttl, floor: 1, leaves: false }

describe('a ledger that was written as text', () => {
  it('is the same again', () => {
    const ledger = newLedger(1_000)
    exchange(ledger, { ...report, id: 'a' }, 7_000)
    exchange(ledger, { ...report, id: 'b', need: 9 }, 7_010)
    expect(ledgerIn(textOf(ledger, 7_010, []), 7_010)).toEqual({ ledger, now: 7_010 })
  })

  it('counts a report from when the server wrote it, and others from when they were written', () => {
    const ledger = newLedger(1_000)
    exchange(ledger, { ...report, id: 'a' }, 7_000)
    exchange(ledger, { ...report, id: 'b' }, 7_100)
    const { ledger: read, now } = ledgerIn(textOf(ledger, 7_100, ['b']), 8_300)
    expect(now).toBe(8_300)
    expect(read.entries.get('a')).toMatchObject({ expiresAt: 7_000 + ttl, grantedAt: 7_000 })
    expect(read.entries.get('b')).toMatchObject({ expiresAt: 8_300 + ttl, grantedAt: 8_300 })
  })

  it('does not go back in time when another server’s clock is behind', () => {
    const ledger = newLedger(1_000)
    exchange(ledger, { ...report, id: 'a' }, 7_000)
    const { ledger: read, now } = ledgerIn(textOf(ledger, 7_000, ['a']), 6_000)
    expect([now, read.entries.get('a')?.expiresAt]).toEqual([7_000, 7_000 + ttl])
  })
})

describe('processes that change one value by compare-and-set', () => {
  const seeds = Array.from({ length: 20 }, (_, index) => index + 1)
  it.each(seeds)(
    'are promised no more than there is together, each for a time to live (seed %i)',
    async seed => {
      const random = createRandom(seed, 'compare-and-set')
      const bucket = new BucketInMemory(random)
      const connections = random.int(1, 9)
      const pools = Array.from({ length: random.int(2, 7) }, (_, index) => {
        const engine = natsEngine(bucket, { random, clock: bucket.clock })
        let [held, until, number] = [0, 0, 0]
        return {
          get held() {
            return bucket.clock.now() < until ? held : 0
          },
          async report() {
            const keep = Math.min(this.held, random.int(0, 9))
            held = keep
            const sentAt = bucket.clock.now()
            const answer = await engine.exchange('all', {
              ...{ id: `p${index}`, report: ++number, keep, need: random.int(0, 6), min: 0 },
              ...{ connections, ttl, floor: 1, leaves: false },
            })
            held = Math.min(answer.held, answer.target)
            until = sentAt + ttl * 0.9 // of what the ledger counts
          },
        }
      })
      let most = 0
      let over = false
      for (const pool of pools)
        void (async () => {
          while (!over) {
            await pool.report()
            most = Math.max(
              most,
              pools.reduce((sum, { held }) => sum + held, 0),
            )
            await new Promise<void>(
              resolve =>
                void bucket.clock.setTimeout(resolve, random.pick([1, 50, 400, 2_000, 4_400, 6_000])),
            )
          }
        })()
      await bucket.clock.advance(60_000)
      over = true
      expect(most).toBeLessThanOrEqual(connections)
      expect(most).toBeGreaterThan(0)
      expect(bucket.conflicts).toBeGreaterThan(0)
    },
  )

  it('give up after 40 attempts in between which the value was changed, and say so', async () => {
    const bucket = new BucketInMemory(createRandom(1, 'busy'))
    bucket.isBusy = true
    const { exchange: report1 } = natsEngine(bucket, { random: () => 0.5, clock: bucket.clock })
    const asked = report1('all', { ...report, id: 'a' }).catch(String)
    await bucket.clock.advance(5_000)
    expect(await asked).toMatch(
      /other processes changed the ledger of the fleet "all" during each of 40 attempts/,
    )
  })
})
