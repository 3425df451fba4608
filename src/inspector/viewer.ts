// One open page: a stream of messages that holds no more than so much, however slowly it is read.
import type { Cursor } from '../recorder/pool-log.js'

/** What may wait for a viewer to read it, in bytes. What does not fit in is not sent, and counted. */
export const viewerBuffer = 1024 * 1024

/** A viewer that reads nothing for so long is gone, in milliseconds: a laptop that was closed, or a program that floods. */
export const viewerPatience = 60_000

/** How far a viewer is with one pool. */
export interface Progress {
  cursor: Cursor | undefined
  /** What it was too slow for, and has not been told of yet. */
  missed: { slices: number; frames: number }
  /** It has the figures of the time before it came. */
  recalled: boolean
  /** It has been told of the transitions of that time. */
  begun: boolean
  /** It was told that the pool has closed: there is nothing to tell any more. */
  gone: boolean
}

/** A page that looks. */
export class Viewer {
  /** What the page reads. */
  readonly stream: ReadableStream<Uint8Array>
  /** Whether its token lets it control the pools. */
  readonly mayControl: boolean
  /** By pool. */
  readonly #progress = new Map<number, Progress>()
  readonly #leave: (viewer: Viewer) => void
  #controller: ReadableStreamDefaultController<Uint8Array> | undefined
  #fullSince: number | undefined

  /** @param leave called once, when the page is gone */
  constructor(mayControl: boolean, leave: (viewer: Viewer) => void) {
    this.mayControl = mayControl
    this.#leave = leave
    this.stream = new ReadableStream<Uint8Array>(
      {
        start: controller => {
          this.#controller = controller
        },
        cancel: () => this.#end(),
      },
      { highWaterMark: viewerBuffer, size: chunk => chunk?.byteLength ?? 0 },
    )
  }

  /** How far it is with a pool. */
  with(pool: number): Progress {
    const known = this.#progress.get(pool) ?? {
      cursor: undefined,
      missed: { slices: 0, frames: 0 },
      recalled: false,
      begun: false,
      gone: false,
    }
    this.#progress.set(pool, known)
    return known
  }

  /**
   * Sends a message, if there is room for it. A viewer that has read everything gets any message, however long.
   * @param now milliseconds of any clock that runs evenly
   * @returns whether it was sent
   */
  send(message: Uint8Array, now: number): boolean {
    const room = this.#controller?.desiredSize
    if (room === undefined || room === null) return false
    if (room < viewerBuffer && room < message.byteLength) {
      this.#fullSince ??= now
      if (now - this.#fullSince >= viewerPatience) this.end()
      return false
    }
    this.#fullSince = undefined
    this.#controller?.enqueue(message)
    return true
  }

  /** Ends the stream; what is not read yet can still be read. */
  end(): void {
    this.#controller?.close()
    this.#end()
  }

  #end(): void {
    if (this.#controller === undefined) return
    this.#controller = undefined
    this.#leave(this)
  }
}
