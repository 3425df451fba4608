// The deadlines of waiting callers: two calendars, and one alarm for the earliest.
import type { Alarm } from '../time/alarm.js'
import { Calendar } from './calendar.js'
import type { AcquireRequest } from './request.js'

/**
 * Knows whose time is up. Those who said themselves how long they would wait are kept apart from those who wait for as long as the
 * pool's options say: a pause stops the time of the latter. Whether there is one, only the pool's machine knows: it asks for those
 * whose time is up during a pause, or for all.
 */
export class Deadlines<C> {
  readonly #alarm: Alarm
  readonly #own = new Calendar<C>()
  readonly #given = new Calendar<C>()

  /** @param alarm asked to ring at the earliest deadline */
  constructor(alarm: Alarm) {
    this.#alarm = alarm
  }

  /** How many requests it keeps: those who wait, and at most as many that were settled and are not swept out yet. */
  get size(): number {
    return this.#own.size + this.#given.size
  }

  add(request: AcquireRequest<C>): void {
    if (request.timeout === Number.POSITIVE_INFINITY) return
    if (this.#calendarOf(request).add(request)) this.#alarm.noLaterThan(request.deadline)
  }

  /** Says that one of the requests no longer waits. */
  noteSettled(request: AcquireRequest<C>): void {
    if (request.timeout === Number.POSITIVE_INFINITY) return
    if (this.#calendarOf(request).noteSettled(request)) this.#setAlarm()
  }

  /** Takes out all whose time is up, and sets the alarm for the next one. */
  takeDue(now: number): AcquireRequest<C>[] {
    const own = this.takeOwnDue(now)
    const given = this.#given.takeDue(now)
    this.#alarm.noLaterThan(this.#given.earliest)
    if (own.length === 0) return given
    return own.concat(given).sort((a, b) => a.deadline - b.deadline)
  }

  /** The same during a pause: the others have no deadline until it ends. */
  takeOwnDue(now: number): AcquireRequest<C>[] {
    const due = this.#own.takeDue(now)
    this.#alarm.noLaterThan(this.#own.earliest)
    return due
  }

  /** A pause ends: it does not count for those whose timeout is not their own. */
  addPause(since: number, now: number): void {
    this.#given.lengthen(request => now - Math.max(since, request.at))
    this.#setAlarm()
  }

  #calendarOf(request: AcquireRequest<C>): Calendar<C> {
    return request.strict ? this.#own : this.#given
  }

  #setAlarm(): void {
    const earliest = Math.min(this.#own.earliest, this.#given.earliest)
    if (earliest === Number.POSITIVE_INFINITY) this.#alarm.rest()
    else this.#alarm.noLaterThan(earliest)
  }
}
