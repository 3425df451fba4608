// A measured process of `npx tsx bench/telemetry.ts`: one task acquires and releases while the pool is observed in one way.
import { Ledger, StubDatabase } from './loan.js'
import { calibrate, timeBatches } from './measure.js'
import { observers } from './observers.js'

const perBatch = 5_000
const rounds = 9
const roundTime = 150

const observer = observers[process.argv[2] ?? '']
if (observer === undefined) throw new Error(`There is no observer ${process.argv[2]}.`)
const core: string = observer.build ?? 'statepool' // not a literal, so that the compiler looks at the sources, and Node at what is measured
const { createPool } = (await import(core)) as typeof import('../src/index.js')
const database = new StubDatabase()
const pool = createPool(
  {
    name: 'bench',
    connect: () => database.connect(),
    validate: async () => {},
    close: () => database.close(),
    destroy: () => void database.close(),
  },
  { min: 10, max: 10, maxConnecting: 10, validateAfter: false, ...observer.options },
)
await pool.ready()
await observer.attach?.(pool)
const ledger = new Ledger()
const batch = async (): Promise<number> => {
  for (let index = 0; index < perBatch; index++) {
    const lease = await pool.acquire()
    ledger.take(lease.connection)
    ledger.give(lease.connection)
    lease.release()
  }
  ledger.check(perBatch)
  return perBatch
}
const count = await calibrate(batch, roundTime)
const times: number[] = []
for (let round = 0; round < rounds; round++) times.push(await timeBatches(batch, count))
process.stdout.write(JSON.stringify(times))
await pool.close()
