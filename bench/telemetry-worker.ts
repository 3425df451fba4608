// A measured process of `npx tsx bench/telemetry.ts`: one task acquires and releases, in turns at a pool that is observed in one way and at one
// that is not. Rounds of one process are compared: two processes differ by more than most of what can be attached costs.
import { driverOf, Ledger, StubDatabase } from './loan.js'
import { type Batch, calibrate, timeBatches } from './measure.js'
import { type Detach, type ObservedPool, type ObserverOfPool, observers } from './observers.js'

const perBatch = 5_000
const rounds = 15
const roundTime = 100

/** What one process tells. */
export interface Rounds {
  /** Nanoseconds per acquire and release in each round, of the observed pool. */
  readonly observed: readonly number[]
  /** The same of the other one. */
  readonly bare: readonly number[]
}

/** One of the two pools. */
interface Side {
  readonly batch: Batch
  /** Before a round. */
  enter(): void
  /** After it. */
  leave(): void
  close(): Promise<void>
}

const observer = observers[process.argv[2] ?? '']
if (observer === undefined) throw new Error(`There is no observer ${process.argv[2]}.`)
const observed = await open(observer)
const bare = await open({ title: 'nothing' })
const counts = [await warmUp(observed), await warmUp(bare)]
const count = Math.min(...counts)
const times: { observed: number[]; bare: number[] } = { observed: [], bare: [] }
for (let round = 0; round < rounds; round++) {
  const order = round % 2 === 0 ? (['observed', 'bare'] as const) : (['bare', 'observed'] as const)
  for (const side of order) times[side].push(await measure(side === 'observed' ? observed : bare))
}
process.stdout.write(JSON.stringify(times satisfies Rounds))
await observed.close()
await bare.close()

async function open({ options, prepare, processWide = false }: ObserverOfPool): Promise<Side> {
  const core: string = 'statepool' // not a literal, so that the compiler looks at the sources, and Node at what is measured
  const { createPool } = (await import(core)) as typeof import('../src/index.js')
  const pool = createPool(driverOf(new StubDatabase()), {
    min: 10,
    max: 10,
    maxConnecting: 10,
    validateAfter: false,
    ...options,
  })
  await pool.ready()
  const attach = await prepare?.()
  const ledger = new Ledger()
  let detach: Detach | undefined
  return {
    enter: () => {
      detach ??= attach?.(pool as ObservedPool)
    },
    leave: () => {
      if (!processWide) return
      detach?.()
      detach = undefined
    },
    batch: async () => {
      for (let index = 0; index < perBatch; index++) {
        const lease = await pool.acquire()
        ledger.take(lease.connection)
        ledger.give(lease.connection)
        lease.release()
      }
      ledger.check(perBatch)
      return perBatch
    },
    close: () => pool.close(),
  }
}

async function warmUp({ batch, enter, leave }: Side): Promise<number> {
  enter()
  const perRound = await calibrate(batch, roundTime)
  leave()
  return perRound
}

async function measure({ batch, enter, leave }: Side): Promise<number> {
  enter()
  const time = await timeBatches(batch, count)
  leave()
  return time
}
