// A queue that knows how late its callers are served: made instead of a plain one for a pool that sheds load.

import { WaitingQueue } from './queue.js'
import type { QueueTimes } from './queue-delay.js'
import type { AcquireRequest } from './request.js'

/** Tells of all who come and go. */
export class TimedQueue<C> extends WaitingQueue<C> {
  readonly #times: QueueTimes<C>

  constructor(times: QueueTimes<C>) {
    super()
    this.#times = times
  }

  override join(request: AcquireRequest<C>): void {
    super.join(request)
    this.#times.noteJoined(request)
  }

  override rejoin(request: AcquireRequest<C>): void {
    super.rejoin(request)
    this.#times.noteRejoined(request)
  }

  override admit(request: AcquireRequest<C>): void {
    super.admit(request)
    this.#times.noteRejoined(request)
  }

  override next(): AcquireRequest<C> | undefined {
    if (this.length > 0) this.#times.noteNext()
    const request = super.next()
    if (request !== undefined) this.#times.noteLeft()
    return request
  }

  override leave(request: AcquireRequest<C>): boolean {
    const left = super.leave(request)
    if (left) this.#times.noteLeft()
    return left
  }
}
