// Ledgers in a bucket of NATS JetStream, through the client that the application has: each is one value, changed by compare-and-set on its revision.
import { type Clock, systemClock } from '../../core/clock.js'
import { refusal } from '../../core/refusal.js'
import type { Answer, FleetEngine, Report } from '../ledger/engine.js'
import { exchange } from '../ledger/ledger.js'
import { beginning, ledgerIn, textOf } from '../ledger/text.js'

/** What is used of an entry of a bucket. */
export interface NatsEntryLike {
  readonly value: Uint8Array
  readonly revision: number
  /** When the server wrote it. */
  readonly created: Date
  /** `'PUT'`, or how it was deleted. */
  readonly operation: string
}

/** What is used of a bucket of `@nats-io/kv`. */
export interface NatsBucketLike {
  get(key: string): Promise<NatsEntryLike | null>
  create(key: string, value: string): Promise<number>
  update(key: string, value: string, revision: number): Promise<number>
}

/** The options of {@link natsEngine}. */
export interface NatsEngineOptions {
  /** What the pauses before new attempts are drawn from: numbers from 0 to below 1. Default: `Math.random`. */
  random?: (() => number) | undefined
  /** The clock of those pauses. Default: the system's. */
  clock?: Clock | undefined
}

/** The reports of one process that are to go into the ledger together. */
interface Batch {
  readonly reports: Report[]
  readonly answers: Promise<Answer[]>
}

/** Attempts at one change, each after another process's change came in between. */
const mostAttempts = 40
/** The longest pause before a new attempt, in milliseconds. */
const longestPause = 16

/**
 * Keeps the budget of a fleet in a key-value bucket of NATS 2.9 or later, for pools of any database. The bucket is the application's own, of `@nats-io/kv` 3; or a
 * function that opens it, called before the first report and again after a failure. The engine closes neither.
 *
 * ```ts
 * const orders = fleet({ name: 'orders', connections: 50, engine: natsEngine(() => new Kvm(connection).create('fleets')) })
 * ```
 *
 * A fleet takes one key, `statepool.fleet.NAME`; what the bucket may forget (`ttl`) must be older than the fleet's `ttl`. Times are the server's: when it wrote the ledger.
 * @throws OptionsError when it is no bucket.
 */
export function natsEngine(
  bucket: NatsBucketLike | (() => Promise<NatsBucketLike>),
  { random = Math.random, clock = systemClock }: NatsEngineOptions = {},
): FleetEngine {
  if (typeof bucket !== 'function' && typeof bucket?.update !== 'function')
    throw refusal('bucket', bucket, 'a bucket of @nats-io/kv, or a function that opens one')
  let kept = typeof bucket === 'function' ? undefined : bucket
  const next = new Map<string, Batch>()
  const last = new Map<string, Promise<unknown>>()

  const pause = (time: number): Promise<void> =>
    new Promise(resolve => {
      const timer = clock.setTimeout(resolve, time)
      clock.unref?.(timer)
    })

  const begin = (fleet: string, ttl: number): Batch => {
    const reports: Report[] = []
    const answers = (last.get(fleet) ?? Promise.resolve()).then(() => {
      next.delete(fleet)
      // A server that is away keeps its clients waiting. The next reports do not wait for longer than the pools do.
      const ended = step(fleet, reports)
      last.set(fleet, Promise.race([ended.catch(() => {}), pause(ttl / 5)]))
      return ended
    })
    return { reports, answers }
  }

  /** Applies the reports as one change. */
  const step = async (fleet: string, reports: readonly Report[]): Promise<Answer[]> => {
    const key = keyOf(fleet)
    for (let attempt = 1; attempt <= mostAttempts; attempt++) {
      try {
        const own = kept ?? (await (bucket as () => Promise<NatsBucketLike>)())
        kept = own
        const found = await own.get(key)
        if (found?.operation === 'PUT') {
          const { ledger, now } = ledgerIn(new TextDecoder().decode(found.value), found.created.getTime())
          const answers = reports.map(report => exchange(ledger, report, now))
          const heard = reports.filter(({ id, report }) => ledger.entries.get(id)?.report === report)
          const ids = heard.map(({ id }) => id)
          await own.update(key, textOf(ledger, now, ids), found.revision)
          if (!reports.some(({ need, ttl }, place) => isSoonServed(answers[place] as Answer, need, ttl)))
            return answers
          const passed = (await timeOf(own, key, now)) - now
          return answers.map(answer => ({ ...answer, nextExpiry: answer.nextExpiry - passed }))
        }
        await own.create(key, beginning) // and then its time is known
      } catch (error) {
        if (!isConflict(error)) {
          if (typeof bucket === 'function') kept = undefined
          throw error
        }
        await pause(random() * Math.min(longestPause, attempt))
      }
    }
    throw new Error(
      `NATS: other processes changed the ledger of the fleet "${fleet}" during each of ${mostAttempts} attempts`,
    )
  }

  return {
    name: 'NATS',
    exchange(fleet, report) {
      let batch = next.get(fleet)
      if (batch === undefined) {
        batch = begin(fleet, report.ttl)
        next.set(fleet, batch)
      }
      const place = batch.reports.push(report) - 1
      return batch.answers.then(answers => answers[place] as Answer)
    },
  }
}

/** Whether a pool waits, and another one that counts as gone soon, unless it reports, may have what it needs. Those that report in time have more left than half of theirs. */
const isSoonServed = ({ held, nextExpiry }: Answer, need: number, ttl: number): boolean =>
  need > held && nextExpiry < ttl / 2

/** The server's time, as of the last write: the answers were worked out by that of the write before. */
const timeOf = async (bucket: NatsBucketLike, key: string, before: number): Promise<number> => {
  const written = await bucket.get(key).catch(() => null) // what was written counts, even so
  return Math.max(before, written?.created.getTime() ?? before)
}

/** Keys have letters, digits, `-`, `_`, `=` and dots: other characters of a name become their numbers, between two `=`. */
const keyOf = (fleet: string): string =>
  `statepool.fleet.${fleet.replace(/[^\w-]/gu, character => `=${character.codePointAt(0)?.toString(16)}=`)}`

/** Another process's change came in between: the last revision is another one. */
const isConflict = (error: unknown): boolean => {
  const { code } = error as { code?: unknown }
  return code === 10071 || code === 10164
}
