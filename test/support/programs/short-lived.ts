// Callers come and go as fast as they can, in a way that the first argument names. Run with --trace-gc-nvp; two full collections in a row say from when on all is warm.

import type { Driver } from '../../../src/db/driver.js'
import { type AcquireOptions, createPool, type Pool, type PoolOptions } from '../../../src/index.js'

type Connection = object
type Answer = (error: unknown, result?: unknown) => void

const callers = 64
const { signal } = new AbortController()

/** Statements are answered in the next turn of the loop. */
let unanswered: Answer[] = []
const answerAll = (): void => {
  const answers = unanswered
  unanswered = []
  for (const answer of answers) answer(undefined, {})
}

const driver: Driver<Connection> = {
  name: 'stub',
  connect: async () => ({}),
  validate: async () => {},
  close: async () => {},
  destroy() {},
  share: {
    mayShare: () => true,
    begin() {},
    end() {},
    isClean: () => true,
    send(_, __, answer) {
      if (unanswered.push(answer) === 1) setImmediate(answerAll)
    },
  },
}

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

async function lease(pool: Pool<Connection>, options?: AcquireOptions): Promise<void> {
  const lease = await pool.acquire(options)
  await turn()
  lease.release()
}

const ways: Readonly<
  Record<string, { options?: PoolOptions<Connection>; call(pool: Pool<Connection>): Promise<unknown> }>
> = {
  acquire: { call: lease },
  'acquire by one signal': { call: pool => lease(pool, { signal }) },
  'acquire with validation': { options: { validateAfter: 0 }, call: lease },
  'acquire with hooks': { options: { onLend() {}, onReturn() {} }, call: lease },
  'acquire by a lane': {
    options: { lanes: { quick: { max: 8 } } },
    call: pool => lease(pool, { lane: 'quick' }),
  },
  'statements that share': { options: { max: 2, share: { depth: 4 } }, call: pool => pool.query('select 1') },
}

const way = ways[process.argv[2] ?? '']
if (way === undefined) throw new Error(`One of ${Object.keys(ways).join(', ')}.`)
const pool = createPool(driver, { max: 10, ...way.options })

async function run(count: number): Promise<void> {
  let left = count
  const caller = async (): Promise<void> => {
    while (left-- > 0) await way?.call(pool)
  }
  await Promise.all(Array.from({ length: callers }, caller))
}

await run(20_000)
globalThis.gc?.() // twice: two full collections in a row say in the trace that all is warm
globalThis.gc?.()
await run(100_000)
process.exit()
