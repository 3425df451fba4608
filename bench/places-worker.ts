// A measured process of `npx tsx bench/places.ts`: one task acquires and releases, on one build of the package. Of many short rounds the fastest
// tell what the code costs: a neighbour that takes the processor makes the others longer, and none shorter.
import { setImmediate as turn } from 'node:timers/promises'
import { driverOf, Ledger, StubDatabase } from './loan.js'

const perRound = 500
const rounds = 4_000
const roundsPerTurn = 20
/** Milliseconds. */
const warmUp = 400

const build: string = process.argv[2] ?? 'statepool' // not a literal, so that the compiler looks at the sources, and Node at what is measured
const { createPool } = (await import(build)) as typeof import('../src/index.js')
const pool = createPool(driverOf(new StubDatabase()), {
  min: 10,
  max: 10,
  maxConnecting: 10,
  validateAfter: false,
})
await pool.ready()
const ledger = new Ledger()
const start = performance.now()
while (performance.now() - start < warmUp) {
  await round()
  await turn()
}
const times: number[] = []
while (times.length < rounds) {
  for (let index = 0; index < roundsPerTurn; index++) times.push(await round())
  await turn()
}
times.sort((a, b) => a - b)
process.stdout.write(JSON.stringify(times[Math.floor(0.05 * rounds)]))
await pool.close()

/** Nanoseconds per acquire and release. */
async function round(): Promise<number> {
  const before = process.hrtime.bigint()
  for (let index = 0; index < perRound; index++) {
    const lease = await pool.acquire()
    ledger.take(lease.connection)
    ledger.give(lease.connection)
    lease.release()
  }
  const took = Number(process.hrtime.bigint() - before)
  ledger.check(perRound)
  return took / perRound
}
