// A connection to one of several hosts, as libpq makes it: they are tried one after the other, and a session of the wrong kind is let go of.
import { setTimeout as pause } from 'node:timers/promises'
import type { HostRole, HostTarget } from '../../../core/hosts.js'
import { messageOf, withoutStop } from '../../../core/wording.js'

/** One host, as it is tried. */
export interface Candidate<S> {
  /** Where it is, for the error. */
  readonly name: string
  open(): Promise<S>
  role(session: S): Promise<HostRole>
  /** What the pool does with a session of a host that will do. When it fails, no other host is tried. */
  setUp?(session: S): Promise<void>
  /**
   * Ends a session that is not wanted.
   * @param isWell it answers, so it can be told
   */
  dismiss(session: S, isWell: boolean): void
}

/** Which roles will do, in passes: all hosts are tried for the first one before the next one begins. */
const passes: Readonly<Record<HostTarget, readonly (HostRole | undefined)[]>> = {
  primary: ['primary'],
  standby: ['standby'],
  'prefer-primary': ['primary', undefined],
  'prefer-standby': ['standby', undefined],
  any: [undefined],
}

/** How long to wait before hosts that can be reached, but are all of the wrong kind, are tried again: a failover may be under way. In ms. */
const again = 500

/** How often they are tried for one connection: for 20 s. Then the pool hears why no host would do, and so do those who wait. */
const mostRounds = 40

/** Chooses hosts for the sessions of one driver. */
export class OneOfHosts {
  readonly #target: HostTarget
  readonly #isShuffled: boolean
  readonly #random: () => number
  /** Where the next one begins: the host that fitted last, or the one after a host that did not. */
  #first = 0
  #lacking: string | undefined

  constructor(target: HostTarget, isShuffled: boolean, random: () => number = Math.random) {
    this.#target = target
    this.#isShuffled = isShuffled
    this.#random = random
  }

  /** Why no host would do the last time that all were tried; undefined after one that did. */
  get lacking(): string | undefined {
    return this.#lacking
  }

  /**
   * A session with the first host that will do. While hosts can be reached, and all of them are of the wrong kind, it goes on trying for a while: who
   * waits for a primary has it as soon as one is promoted.
   * @throws what the hosts said, in one error, when none can be reached, or none became what it has to be; the signal's reason when it aborts
   */
  async open<S>(hosts: readonly Candidate<S>[], signal: AbortSignal): Promise<S> {
    for (let round = 1; ; round++) {
      const reasons = new Map<Candidate<S>, unknown>()
      const session = await this.#round(hosts, signal, reasons)
      if (session !== undefined) {
        this.#lacking = undefined
        return session
      }
      const words = hosts.map(host => `${host.name}: ${withoutStop(messageOf(reasons.get(host)))}`).join('; ')
      this.#lacking = `No host fits so far (target_session_attrs is ${this.#target}): ${words}`
      const all = [...reasons.values()]
      if (round === mostRounds || !all.some(reason => reason instanceof WrongRole))
        throw failure(all, `no host would do (target_session_attrs is ${this.#target}). ${words}`)
      await pause(again, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  }

  /** Tries all hosts once. */
  async #round<S>(
    hosts: readonly Candidate<S>[],
    signal: AbortSignal,
    reasons: Map<Candidate<S>, unknown>,
  ): Promise<S | undefined> {
    for (const wanted of passes[this.#target]) {
      for (const index of this.#order(hosts.length)) {
        const host = hosts[index] as Candidate<S>
        // What could not be reached a moment ago cannot be now.
        if (reasons.has(host) && !(reasons.get(host) instanceof WrongRole)) continue
        try {
          const session = await this.#try(host, wanted)
          this.#first = index
          return session
        } catch (error) {
          if (index === this.#first) this.#first = (index + 1) % hosts.length
          if (error instanceof NoFaultOfHost) {
            this.#lacking = undefined
            throw error.cause
          }
          if (signal.aborted) throw error
          reasons.set(host, error)
        }
      }
    }
    return undefined
  }

  async #try<S>(host: Candidate<S>, wanted: HostRole | undefined): Promise<S> {
    const session = await host.open()
    try {
      const role = wanted && (await host.role(session))
      if (role !== wanted) throw new WrongRole(`it is a ${role}`)
      await host.setUp?.(session).catch(cause => {
        throw new NoFaultOfHost('', { cause })
      })
      return session
    } catch (error) {
      host.dismiss(session, error instanceof WrongRole)
      throw error
    }
  }

  #order(count: number): number[] {
    const order = Array.from({ length: count }, (_, index) => (this.#first + index) % count)
    if (this.#isShuffled)
      for (let index = count - 1; index > 0; index--) {
        const other = Math.floor(this.#random() * (index + 1))
        ;[order[index], order[other]] = [order[other] as number, order[index] as number]
      }
    return order
  }
}

/** A host can be reached, and is of the wrong kind. */
class WrongRole extends Error {}

/** The pool's own part has failed: its budget is spent, or a hook has thrown. */
class NoFaultOfHost extends Error {}

/** Has the code of the first host that could not be reached: it says what to do about it. */
function failure(reasons: readonly unknown[], message: string): Error {
  const error = new AggregateError(reasons, message)
  const code = reasons
    .map(reason => (Object(reason) as { code?: unknown }).code)
    .find(one => one !== undefined)
  return code === undefined ? error : Object.assign(error, { code })
}
