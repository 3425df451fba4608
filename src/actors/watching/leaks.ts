// Leases that are held for too long: told of once, with the holder's stack, and once more when they end after all.
import { warn } from '../../core/platform.js'
import { firstUsefulLine, milliseconds } from '../../core/wording.js'
import type { Lease } from '../leases/lease.js'
import type { PoolParts } from '../parts.js'
import { Alarm } from '../time/alarm.js'
import { ClockScheduler } from '../time/scheduler.js'
import { type LeaseEnd, Loan } from './loan.js'
import { Trace } from './trace.js'

/**
 * Watches over the leases of a pool with one alarm for the earliest: all may be held for equally long, and there are no more of
 * them than connections, so that those who are due are found by looking at all. The alarm does not keep the process alive.
 */
export class LeakWatch<C> {
  readonly #parts: PoolParts<C>
  readonly #alarm: Alarm

  /** @param due called when it is time to {@link report} */
  constructor(parts: PoolParts<C>, due: () => void) {
    this.#parts = parts
    this.#alarm = new Alarm(new ClockScheduler(parts.config.clock, false), due)
  }

  /** Records where an acquire comes from, or does not, as `leakSampling` has it. */
  record(entry: object): Trace | undefined {
    const { leakSampling, random } = this.#parts.config
    return leakSampling === 1 || random() < leakSampling ? new Trace(entry) : undefined
  }

  noteLeased(lease: Lease<C>, trace: Trace | undefined): void {
    const record = this.#parts.roster.find(lease.connectionId)
    if (record?.lease !== lease) return
    record.loan = new Loan(trace, this.#recovered)
    this.#alarm.noLaterThan(lease.acquiredAt + this.#parts.config.leakWarning)
  }

  /** Reports the leases that are due, the longest held first, and asks to be called for the next one. */
  report(): void {
    const { roster, config } = this.#parts
    const now = config.clock.now()
    const out = [...roster.records].flatMap(({ id, lease, loan }) =>
      lease === undefined || loan === undefined || loan.leaked ? [] : [{ id, lease, loan }],
    )
    for (const { id, lease, loan } of out.sort((a, b) => a.lease.id - b.lease.id)) {
      const due = lease.acquiredAt + config.leakWarning
      if (due > now) {
        this.#alarm.noLaterThan(due)
        return
      }
      this.#reportOne(id, lease, loan, now - lease.acquiredAt)
    }
  }

  stop(): void {
    this.#alarm.clear()
  }

  #reportOne(id: string, lease: Lease<C>, loan: Loan, heldFor: number): void {
    const { name, notices, counters, config } = this.#parts
    const acquiredFrom = loan.trace?.text
    loan.leaked = true
    counters.leaked++
    notices.publish({
      type: 'lease.leaked',
      lease: lease.id,
      connection: id,
      heldFor,
      ...(acquiredFrom === undefined ? undefined : { acquiredFrom }),
    })
    const where =
      acquiredFrom !== undefined
        ? `It was acquired ${firstUsefulLine(acquiredFrom)}.`
        : config.leakSampling < 1
          ? `The pool did not record where it was acquired (leakSampling is ${config.leakSampling}).`
          : 'Where it was acquired is unknown: this process records no stack traces.'
    warnOfLeak(
      'STATEPOOL_LEAK',
      `Pool "${name}": lease ${lease.id} on ${id} has been held for ${milliseconds(heldFor)} (leakWarning is ${milliseconds(config.leakWarning)}). ${where} Until it is released, the pool has one connection fewer. Release leases in a finally block, or let pool.use() or await using do it; if this work can take that long, raise leakWarning.`,
      acquiredFrom,
    )
  }

  readonly #recovered = (connection: string, lease: number, heldFor: number, end: LeaseEnd): void => {
    this.#parts.notices.publish({ type: 'lease.recovered', lease, connection, heldFor, end })
    warnOfLeak(
      'STATEPOOL_LEAK_OVER',
      `Pool "${this.#parts.name}": lease ${lease} on ${connection}, reported earlier as a leak, was ${end} after ${milliseconds(heldFor)}.`,
    )
  }
}

/** Node prints warnings, and calls their listeners, in a tick of its own: no listener runs here. */
function warnOfLeak(code: string, text: string, detail?: string): void {
  warn(text, 'PoolLeakWarning', code, detail)
}
