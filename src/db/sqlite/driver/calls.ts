// The calls of one connection that its worker knows of: each has an answer to come, or rows that were not asked for yet.

import type { Failure } from '../wire/error.js'
import type { Answer } from '../wire/messages.js'

/** The answer as it concerns the caller: from the worker, or from here when none will come. */
export type Reply = Omit<Answer, 'id' | 'inTransaction' | 'moved'>

/** One statement, from its begin to the last answer. */
export interface Call {
  readonly id: number
  /** The worker knows of it. */
  asked: boolean
  /** The worker owes an answer. */
  owed: boolean
  /** Why it was cancelled, if it was; its caller knows already. */
  calledOff: Failure | undefined
  /** Who waits for the answer. */
  reply: ((reply: Reply) => void) | undefined
}

/** Numbers fit into the 32 bits of a slot where a call is cancelled; by the time they begin anew the first calls are history. */
const highest = 0x3fff_ffff

export class Calls {
  readonly #calls = new Map<number, Call>()
  #last = 0
  #settled: (() => void)[] = []

  begin(): Call {
    this.#last = (this.#last % highest) + 1
    const call: Call = {
      id: this.#last,
      asked: false,
      owed: false,
      calledOff: undefined,
      reply: undefined,
    }
    this.#calls.set(call.id, call)
    return call
  }

  find(id: number): Call | undefined {
    return this.#calls.get(id)
  }

  has(call: Call): boolean {
    return this.#calls.get(call.id) === call
  }

  /** The worker knows nothing of it any more. */
  finish(call: Call): void {
    call.owed = false
    this.#calls.delete(call.id)
    this.#check()
  }

  /** The worker has answered, and keeps more rows. */
  pause(call: Call): void {
    call.owed = false
    this.#check()
  }

  /** None at all, not even one whose rows are still unread. */
  get none(): boolean {
    return this.#calls.size === 0
  }

  get all(): Call[] {
    return [...this.#calls.values()]
  }

  /** A caller waits for an answer. */
  get awaited(): boolean {
    return this.all.some(call => call.owed && call.calledOff === undefined)
  }

  /** Settles when the worker owes nothing. */
  async settled(signal: AbortSignal): Promise<void> {
    while (this.#owed) {
      signal.throwIfAborted()
      await new Promise<void>(resolve => {
        const done = (): void => {
          signal.removeEventListener('abort', done)
          resolve()
        }
        signal.addEventListener('abort', done)
        this.#settled.push(done)
      })
    }
  }

  get #owed(): boolean {
    return this.all.some(call => call.owed)
  }

  #check(): void {
    if (this.#settled.length === 0 || this.#owed) return
    for (const resume of this.#settled.splice(0)) resume()
  }
}
