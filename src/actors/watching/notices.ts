// Publishes what the pool reports about itself: to the subscribers of `events$`, and by its actor.
import { outside, throwOutside } from '../../core/outside.js'
import { Observable, type Subscriber } from '../rx.js'
import { publishChange } from './channels.js'
import {
  isEmitted,
  type NoticeOf,
  type PoolEmitted,
  type PoolNotice,
  type UnstampedNotice,
} from './events.js'

type NoticeType = PoolNotice['type']

/** Those of each acquire and release. */
const ofLeases: readonly NoticeType[] = ['acquire.requested', 'acquire.granted', 'lease.released']

/**
 * Publishes notices to the subscribers of `events$`; the pool's actor emits some of them too. Notices are delivered together in a
 * microtask of their own: subscribers must not run inside a transition of the pool, nor in a caller's async context.
 */
export class Notices {
  readonly #pool: () => string
  readonly #now: () => number
  readonly #emit: (notice: PoolEmitted) => void
  readonly #follow: (change: 1 | -1) => void
  /** Replaced, never changed: a delivery goes on with those who were there when it began. */
  #subscribers: readonly Recipient[] = []
  /** How many subscribe to all types. */
  #toAll = 0
  /** How many subscribe to a type by its name; without types to which none does. */
  readonly #byType = new Map<NoticeType, number>()
  #undelivered: PoolNotice[] = []
  /** Whether one of them is to be emitted: those of acquires and leases, which are many, never are. */
  #emits = false
  #wake: (() => void) | undefined
  #closed = false
  #completed = false

  /** All notices. */
  readonly events$: Observable<PoolNotice> = new Observable(subscriber => {
    this.#toAll++
    this.#follow(1)
    subscriber.add(() => {
      this.#toAll--
      this.#follow(-1)
    })
    this.#join({ subscriber, wanted: undefined })
  })

  /** @param follow told of a subscriber to the notices of each acquire and release: one more, or one fewer */
  constructor(
    pool: () => string,
    now: () => number,
    emit: (notice: PoolEmitted) => void,
    follow: (change: 1 | -1) => void,
  ) {
    this.#pool = pool
    this.#now = now
    this.#emit = emit
    this.#follow = follow
  }

  /** The notices of some types: the others are not made for its subscribers. */
  of<T extends NoticeType>(types: readonly T[]): Observable<NoticeOf<T>> {
    const wanted: ReadonlySet<NoticeType> = new Set(types)
    return new Observable(subscriber => {
      const change = (by: 1 | -1): void => {
        for (const type of wanted) this.#count(type, by)
        if (ofLeases.some(type => (wanted as ReadonlySet<NoticeType>).has(type))) this.#follow(by)
      }
      change(1)
      subscriber.add(() => change(-1))
      this.#join({ subscriber: subscriber as Subscriber<PoolNotice>, wanted })
    })
  }

  #join(recipient: Recipient): void {
    if (this.#completed) recipient.subscriber.complete()
    this.#subscribers = [...this.#subscribers, recipient]
    recipient.subscriber.add(() => {
      this.#subscribers = this.#subscribers.filter(other => other !== recipient)
    })
  }

  #count(type: NoticeType, change: 1 | -1): void {
    const count = (this.#byType.get(type) ?? 0) + change
    if (count === 0) this.#byType.delete(type)
    else this.#byType.set(type, count)
  }

  /** Whether a subscriber wants notices of this type. */
  wants(type: NoticeType): boolean {
    return this.#toAll !== 0 || (this.#byType.size !== 0 && this.#byType.has(type))
  }

  /** Publishes a notice that is of now. */
  publish(notice: UnstampedNotice): void {
    if (this.#closed) return
    const emits = isEmitted(notice)
    if (!emits && !this.wants(notice.type)) return
    if (emits) this.#emits = true
    this.publishStamped({ at: this.#now(), pool: this.#pool(), ...notice } as PoolNotice)
  }

  /** Publishes a notice that has its time with it, and that the pool's actor does not emit. To be called only if it is wanted. */
  publishStamped(notice: PoolNotice): void {
    if (this.#closed) return
    if (this.#undelivered.push(notice) === 1) this.#deliverSoon()
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    if (this.#undelivered.length === 0) this.#deliverSoon()
    outside(() => {
      for (const notice of this.#undelivered) this.#emitIfMeant(notice) // the actor that emits is about to stop
    })
  }

  #emitIfMeant(notice: PoolNotice): void {
    if (!isEmitted(notice)) return
    publishChange(notice)
    try {
      this.#emit(notice as PoolEmitted)
    } catch (error) {
      throwOutside(error)
    }
  }

  #deliverSoon(): void {
    if (this.#wake === undefined) outside(() => void this.#deliverForever())
    this.#wake?.()
  }

  /**
   * Wakes up in a microtask after a notice came. It goes on in the async context in which it began, and so only the first notice pays for
   * leaving a caller's context. Once the pool is let go of, so is this.
   */
  async #deliverForever(): Promise<void> {
    while (!this.#completed) {
      await new Promise<void>(this.#setWake)
      this.#deliver()
    }
  }

  readonly #setWake = (wake: () => void): void => {
    this.#wake = wake
    if (this.#undelivered.length > 0) wake()
  }

  #deliver(): void {
    const notices = this.#undelivered
    const emits = this.#emits
    this.#undelivered = []
    this.#emits = false
    for (const notice of notices) {
      if (emits && !this.#closed) this.#emitIfMeant(notice)
      for (const { subscriber, wanted } of this.#subscribers)
        if (wanted === undefined || wanted.has(notice.type)) subscriber.next(notice)
    }
    if (this.#closed && this.#undelivered.length === 0) this.#complete()
  }

  #complete(): void {
    this.#completed = true
    for (const { subscriber } of this.#subscribers) subscriber.complete()
  }
}

/** One who subscribes. */
interface Recipient {
  readonly subscriber: Subscriber<PoolNotice>
  /** The types that it wants; undefined = all. */
  readonly wanted: ReadonlySet<NoticeType> | undefined
}
