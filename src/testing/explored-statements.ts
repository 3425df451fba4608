// Callers of `pool.query()` in an explored world: each runs one statement, and may give up.

import { type Pool, PoolError } from '../index.js'
import { Cancelled, type Choice, type ExploredDriver, type Session } from './explored-driver.js'
import { demand, InvariantViolation } from './violation.js'

interface Asker {
  readonly number: number
  state: 'outside' | 'asked' | 'done'
  askedAt: number
  readonly controller: AbortController
}

/** What a statement fails with by itself. */
class OwnError extends Error {
  readonly number: number

  constructor(number: number) {
    super(`statement ${number} is wrong`)
    this.number = number
  }
}

/** All of one world. */
export class ExploredStatements {
  readonly #driver: ExploredDriver
  readonly #askers: readonly Asker[]
  #found: unknown

  constructor(driver: ExploredDriver, count: number) {
    this.#driver = driver
    this.#askers = Array.from({ length: count }, (_, index) => ({
      ...{ number: index + 1, state: 'outside', askedAt: 0 },
      controller: new AbortController(),
    }))
  }

  /** Whether each has been asked for and answered. */
  get areOver(): boolean {
    return this.#askers.every(({ state }) => state === 'done')
  }

  /** The numbers of those that were asked for and not answered. */
  get open(): readonly number[] {
    return this.#asked.map(({ number }) => number)
  }

  /** How many have not been asked for. */
  get outside(): number {
    return this.#askers.filter(({ state }) => state === 'outside').length
  }

  /** When those were asked for that have not been sent. */
  get unsent(): readonly number[] {
    const sent = this.#driver.statements.map(({ number }) => number)
    return this.#asked.filter(({ number }) => !sent.includes(number)).map(({ askedAt }) => askedAt)
  }

  /** What may happen next to the statements. */
  choices(
    pool: Pool<Session>,
    now: number,
    good: Choice[],
    fault: (...[text, act]: [string, () => void]) => void,
  ): void {
    const driver = this.#driver
    for (const session of driver.open) {
      const [oldest] = driver.statementsOn(session)
      if (oldest === undefined) continue
      const { number } = oldest // of a callback, too
      good.push({ text: `statement ${number} is answered`, act: () => driver.answer(oldest) })
      fault(`statement ${number} is wrong`, () => driver.answer(oldest, new OwnError(number)))
      fault(`statement ${number} leaves something in session ${session.id}`, () => {
        session.dirty = true
        driver.answer(oldest)
      })
    }
    const next = this.#askers.find(({ state }) => state === 'outside')
    if (next !== undefined)
      good.push({ text: `statement ${next.number} is asked for`, act: () => this.#ask(pool, next, now) })
    for (const { number, controller } of this.#asked)
      fault(`the caller of statement ${number} gives up`, () => controller.abort())
  }

  /** Throws what was found since the last time. */
  check(): void {
    if (this.#found !== undefined) throw this.#found
  }

  get #asked(): readonly Asker[] {
    return this.#askers.filter(({ state }) => state === 'asked')
  }

  #ask(pool: Pool<Session>, asker: Asker, now: number): void {
    const { number, controller } = asker
    asker.state = 'asked'
    asker.askedAt = now
    const settled = (check: () => void): void => {
      try {
        demand(asker.state === 'asked', 'settlement', () => `statement ${number} was answered twice`)
        check()
      } catch (violation) {
        this.#found ??= violation
      }
      asker.state = 'done'
    }
    pool.query<number>(String(number), undefined, { signal: controller.signal }).then(
      answer =>
        settled(() =>
          demand(answer === number, 'fence', () => `statement ${number} got the answer to ${answer}`),
        ),
      error => settled(() => checkError(number, controller.signal.aborted, error)),
    )
  }
}

function checkError(number: number, gaveUp: boolean, error: unknown): void {
  if (error instanceof InvariantViolation) throw error
  const isOther = error instanceof OwnError && error.number !== number
  demand(!isOther, 'fence', () => `statement ${number} got the error of another: ${String(error)}`)
  const isHit = error instanceof Cancelled && !gaveUp
  demand(!isHit, 'errors', () => `statement ${number} was cancelled, and its caller had not given up`)
  const isMisuse = error instanceof PoolError && error.code === 'LEASE_RELEASED'
  demand(!isMisuse, 'errors', () => `the caller of statement ${number} was told ${String(error)}`)
}
