// Publishes what the pool reports about itself: to the subscribers of `events$`, and by its actor.
import { outside } from '../../core/outside.js'
import { Observable, Subject } from '../rx.js'
import { publishChange } from './channels.js'
import {
  isEmitted,
  type NoticeOf,
  type PoolEmitted,
  type PoolNotice,
  type UnstampedNotice,
} from './events.js'
import { throwOutside } from './observers.js'

type NoticeType = PoolNotice['type']

/**
 * Publishes notices to the subscribers of `events$`; the pool's actor emits some of them too. Notices are delivered together in a
 * microtask of their own: subscribers must not run inside a transition of the pool, nor in a caller's async context.
 */
export class Notices {
  readonly #subject = new Subject<PoolNotice>()
  readonly #pool: string
  readonly #now: () => number
  readonly #emit: (notice: PoolEmitted) => void
  /** How many subscribe to all types. */
  #toAll = 0
  /** How many subscribe to a type by its name; without types to which none does. */
  readonly #byType = new Map<NoticeType, number>()
  #undelivered: PoolNotice[] = []
  #wake: (() => void) | undefined
  #closed = false

  /** All notices. */
  readonly events$: Observable<PoolNotice> = new Observable(subscriber => {
    this.#toAll++
    subscriber.add(() => this.#toAll--)
    this.#subject.subscribe(subscriber)
  })

  constructor(pool: string, now: () => number, emit: (notice: PoolEmitted) => void) {
    this.#pool = pool
    this.#now = now
    this.#emit = emit
  }

  /** The notices of some types: the others are not made for its subscribers. */
  of<T extends NoticeType>(types: readonly T[]): Observable<NoticeOf<T>> {
    const wanted: ReadonlySet<NoticeType> = new Set(types)
    return new Observable(subscriber => {
      for (const type of wanted) this.#count(type, 1)
      subscriber.add(() => {
        for (const type of wanted) this.#count(type, -1)
      })
      subscriber.add(
        this.#subject.subscribe({
          next: notice => wanted.has(notice.type) && subscriber.next(notice as NoticeOf<T>),
          complete: () => subscriber.complete(),
        }),
      )
    })
  }

  #count(type: NoticeType, change: 1 | -1): void {
    const count = (this.#byType.get(type) ?? 0) + change
    if (count === 0) this.#byType.delete(type)
    else this.#byType.set(type, count)
  }

  /** Whether a subscriber wants notices of this type: the acquire path asks before it creates one. */
  wants(type: NoticeType): boolean {
    return this.#toAll !== 0 || (this.#byType.size !== 0 && this.#byType.has(type))
  }

  /** Publishes a notice that is of now. */
  publish(notice: UnstampedNotice): void {
    if (this.#closed || !(this.wants(notice.type) || isEmitted(notice))) return
    this.#add({ at: this.#now(), pool: this.#pool, ...notice } as PoolNotice)
  }

  /** Publishes a notice that has its time with it. To be called only if it is wanted. */
  publishStamped(notice: PoolNotice): void {
    if (!this.#closed) this.#add(notice)
  }

  #add(notice: PoolNotice): void {
    this.#undelivered.push(notice)
    if (this.#undelivered.length === 1) this.#deliverSoon()
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
    if (this.#wake === undefined) outside(() => this.#arm())
    this.#wake?.()
  }

  /**
   * Prepares a microtask that wakes up with the next notice. It runs in the async context in which it was prepared: each delivery
   * prepares the next one, and so only the first pays for leaving the caller's context.
   */
  #arm(): void {
    new Promise<void>(this.#setWake).then(this.#deliver)
  }

  readonly #setWake = (wake: () => void): void => {
    this.#wake = wake
  }

  readonly #deliver = (): void => {
    const notices = this.#undelivered
    this.#undelivered = []
    this.#arm()
    for (const notice of notices) {
      if (!this.#closed) this.#emitIfMeant(notice)
      this.#subject.next(notice)
    }
    if (this.#closed && this.#undelivered.length === 0) this.#subject.complete()
  }
}
