// Callers of `pool.use()` in an explored world: each runs a callback of one statement or two, and may give up while it runs.

import { type Lease, type Pool, QueryAbortedError } from '../index.js'
import { Cancelled, type Choice, type ExploredDriver, type Session } from './explored-driver.js'
import { demand } from './violation.js'

interface Worker {
  /** What its statements are called. */
  readonly number: number
  readonly controller: AbortController
  /** `inside` = its callback has begun, and has not settled. */
  state: 'outside' | 'waiting' | 'inside' | 'over' | 'done'
  askedAt: number
  session: Session | undefined
  lease: Lease<Session> | undefined
  /** How many statements its callback may still run. */
  left: number
  /** What the last one failed with. */
  error: unknown
  /** Between two statements: whether it runs another one. */
  goOn: ((runs: boolean) => void) | undefined
}

/** By that a state knows the requests of callbacks from others. As long as the pool's own. */
export const timeout = 7_000

/** What a callback has come to, as far as a state tells of it. */
export interface CallbackInside {
  readonly session: number
  readonly facts: unknown
}

/** All of one world. */
export class ExploredCallbacks {
  readonly #driver: ExploredDriver
  readonly #workers: readonly Worker[]
  #found: unknown

  /** @param first the number of the first one's statements */
  constructor(driver: ExploredDriver, count: number, first: number) {
    this.#driver = driver
    this.#workers = Array.from({ length: count }, (_, index) => ({
      number: first + index,
      controller: new AbortController(),
      state: 'outside',
      askedAt: 0,
      session: undefined,
      lease: undefined,
      left: 2,
      error: undefined,
      goOn: undefined,
    }))
  }

  get areOver(): boolean {
    return this.#workers.every(({ state }) => state === 'done')
  }

  /** The numbers of those that have asked and have no answer. */
  get open(): readonly number[] {
    return this.#workers.flatMap(({ state, number }) =>
      state === 'outside' || state === 'done' ? [] : [number],
    )
  }

  get outside(): number {
    return this.#workers.filter(({ state }) => state === 'outside').length
  }

  /** When those asked that wait for a connection. */
  get waiting(): readonly number[] {
    return this.#workers.flatMap(({ state, askedAt }) => (state === 'waiting' ? [askedAt] : []))
  }

  /** The sessions that callbacks hold. */
  get holding(): readonly Session[] {
    return this.#workers.flatMap(({ state, lease, session }) =>
      state === 'inside' && lease?.held && session ? [session] : [],
    )
  }

  /** Callbacks that run, with the number of the session, also of one that is gone. */
  get inside(): readonly CallbackInside[] {
    return this.#workers.flatMap(({ state, session, lease, left, error, goOn, controller }) =>
      state !== 'inside' || session === undefined
        ? []
        : [
            {
              session: session.id,
              facts: [left, controller.signal.aborted, goOn !== undefined, String(error), lease?.held],
            },
          ],
    )
  }

  /** What may happen next to the callbacks; what happens to their statements is told by the statements. */
  choices(
    pool: Pool<Session>,
    now: number,
    good: Choice[],
    fault: (...[text, act]: [string, () => void]) => void,
  ): void {
    for (const worker of this.#workers) {
      const { number, goOn, left } = worker
      if (goOn === undefined) continue
      good.push({ text: `callback ${number} settles`, act: () => goOn(false) })
      if (left > 0) good.push({ text: `callback ${number} runs another statement`, act: () => goOn(true) })
    }
    const next = this.#workers.find(({ state }) => state === 'outside')
    if (next !== undefined)
      good.push({ text: `callback ${next.number} is asked for`, act: () => this.#ask(pool, next, now) })
    for (const { number, state, controller } of this.#workers)
      if ((state === 'waiting' || state === 'inside') && !controller.signal.aborted)
        fault(`the caller of callback ${number} gives up`, () => controller.abort())
  }

  /** Throws what was found since the last time. */
  check(): void {
    if (this.#found !== undefined) throw this.#found
    for (const { state, session, lease, number } of this.#workers) {
      const isOpen = session !== undefined && this.#driver.open.has(session)
      const isTaken = state === 'inside' && lease?.held === false && isOpen
      demand(!isTaken, 'fence', () => `callback ${number} runs, and its session is not its own any more`)
    }
  }

  #ask(pool: Pool<Session>, worker: Worker, now: number): void {
    worker.state = 'waiting'
    worker.askedAt = now
    const settled = (check: () => void): void => {
      try {
        check()
      } catch (violation) {
        this.#found ??= violation
      }
      worker.state = 'done'
    }
    pool
      .use((session, lease) => this.#run(worker, session, lease), {
        timeout,
        signal: worker.controller.signal,
      })
      .then(
        answer => settled(() => checkAnswer(worker, answer)),
        error => settled(() => checkError(worker, error)),
      )
  }

  /** The callback. */
  async #run(worker: Worker, session: Session, lease: Lease<Session>): Promise<number> {
    worker.state = 'inside'
    worker.session = session
    worker.lease = lease
    session.holder = worker.number
    do {
      worker.left--
      worker.error = await this.#driver.run(session, worker.number).then(
        () => undefined,
        error => error,
      )
    } while (
      await new Promise<boolean>(resolve => {
        worker.goOn = runs => {
          worker.goOn = undefined
          resolve(runs)
        }
      })
    )
    worker.state = 'over'
    if (worker.error !== undefined) throw worker.error
    return worker.number
  }
}

function checkAnswer({ number, state }: Worker, answer: number): void {
  demand(state === 'over', 'settlement', () => `use() of callback ${number} settled before the callback`)
  demand(answer === number, 'fence', () => `use() of callback ${number} got the answer ${answer}`)
}

function checkError({ number, state, controller, error: thrown }: Worker, error: unknown): void {
  const isEarly = state === 'inside'
  demand(!isEarly, 'settlement', () => `use() of callback ${number} settled before the callback`)
  if (state !== 'over') return // it had no connection
  if (!controller.signal.aborted) {
    demand(error === thrown, 'errors', () => `use() of callback ${number} failed with ${String(error)}`)
    const isHit = error instanceof Cancelled
    demand(!isHit, 'errors', () => `callback ${number} was cancelled, and its caller had not given up`)
    return
  }
  const isTold = error instanceof QueryAbortedError && error.thrown === thrown
  demand(isTold, 'errors', () => `use() of callback ${number}, given up, failed with ${String(error)}`)
}
