// A measured process of `npx tsx bench/places.ts`: one task acquires and releases, on one build of the package. With a number of acquires it only
// does its work, and something outside counts; without, it says how long an acquire and a release take, by the fastest of many short rounds.
import { setImmediate as turn } from 'node:timers/promises'
import { driverOf, Ledger, StubDatabase } from './loan.js'

const perRound = 500
const rounds = 4_000
const roundsPerTurn = 20

const [, , build = 'statepool', acquires] = process.argv // not a literal, so that the compiler looks at the sources, and Node at what is measured
const { createPool } = (await import(build)) as typeof import('../src/index.js')
/** The system's clock costs as much as all the rest in valgrind, and never the same. */
const standingStill = { now: () => 0, setTimeout: () => undefined, clearTimeout() {} }
const pool = createPool(driverOf(new StubDatabase()), {
  min: 10,
  max: 10,
  maxConnecting: 10,
  validateAfter: false,
  ...(acquires !== undefined && { clock: standingStill }),
})
await pool.ready()
const ledger = new Ledger()
if (acquires !== undefined) {
  for (let left = Number(acquires); left > 0; left -= perRound) await round()
  process.exit()
}
const times: number[] = []
while (times.length < rounds) {
  for (let index = 0; index < roundsPerTurn; index++) {
    const before = process.hrtime.bigint()
    await round()
    times.push(Number(process.hrtime.bigint() - before) / perRound)
  }
  await turn()
}
times.sort((a, b) => a - b)
process.stdout.write(String(times[Math.floor(0.05 * rounds)]))
await pool.close()

async function round(): Promise<void> {
  for (let index = 0; index < perRound; index++) {
    const lease = await pool.acquire()
    ledger.take(lease.connection)
    ledger.give(lease.connection)
    lease.release()
  }
  ledger.check(perRound)
}
