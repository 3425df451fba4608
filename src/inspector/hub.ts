// Between the pools and their viewers: listens while there is a viewer, sends to each what it can read, and waits for none.
import { outside } from '../core/outside.js'
import { warn } from '../core/platform.js'
import { messageOf } from '../core/wording.js'
import type { Feed } from './feed.js'
import { encodeMessage } from './framing.js'
import { type FaultsChanged, type Hello, protocolVersion, type SystemEvent } from './protocol.js'
import { Viewer } from './viewer.js'

/** How often viewers are told what happened, in milliseconds, if anything did. */
const sliceEvery = 100
/** How often they are told how the pools stand, in milliseconds. */
const frameEvery = 250
/** How often a feed that keeps a history looks at its pool while there is no viewer, too, in milliseconds. */
const sampleEvery = 1_000
/** More pages than this are refused. */
export const mostViewers = 32

/** What the hub takes from its surroundings. */
export interface HubSurroundings {
  /** Milliseconds of any clock that runs evenly. */
  now(): number
  /** Calls back again and again, and keeps no process alive for that. @returns a function that stops it */
  every(interval: number, callback: () => void): () => void
}

/** Real time. */
export const realTime: HubSurroundings = {
  now: () => performance.now(),
  every: (interval, callback) => {
    const timer = setInterval(callback, interval)
    timer.unref()
    return () => clearInterval(timer)
  },
}

/** What does not come from the pools: for `hello`, and for viewers who come later. */
export interface HubExtras {
  /** The switches as they are. */
  faults(): FaultsChanged
  /** What is known of other actor systems, the actors before their events. */
  systems(): readonly SystemEvent[]
}

/** All viewers of one inspector. */
export class Hub {
  readonly #feeds: readonly Feed[]
  readonly #extras: HubExtras
  readonly #surroundings: HubSurroundings
  readonly #viewers = new Set<Viewer>()
  #stops: (() => void)[] = []
  #stopSampling: (() => void) | undefined
  #turn = 0
  #closed = false

  constructor(feeds: readonly Feed[], extras: HubExtras, surroundings: HubSurroundings) {
    this.#feeds = feeds
    this.#extras = extras
    this.#surroundings = surroundings
    const kept = feeds.filter(({ hasPast }) => hasPast)
    if (kept.length === 0) return
    this.#stopSampling = outside(() =>
      surroundings.every(sampleEvery, () =>
        this.#safely(() => {
          for (const feed of kept) feed.sample(surroundings.now())
        }),
      ),
    )
  }

  /** A new viewer's stream; undefined when there are too many. */
  view(mayControl: boolean): ReadableStream<Uint8Array> | undefined {
    if (this.#closed || this.#viewers.size >= mostViewers) return undefined
    const viewer = new Viewer(mayControl, gone => this.#leave(gone))
    this.#viewers.add(viewer)
    if (this.#viewers.size === 1) outside(() => this.#start()) // and not in the context of that request
    this.#send(viewer, encodeMessage(this.#hello(mayControl)))
    for (const event of this.#extras.systems()) this.#send(viewer, encodeMessage(event))
    this.#sendSlices([viewer]) // what was comes before what is
    this.#sendFrames([viewer])
    this.#farewells([viewer])
    return viewer.stream
  }

  /** Sends a message to all viewers who have room for it. */
  broadcast(message: FaultsChanged | SystemEvent): void {
    if (this.#viewers.size === 0) return
    const bytes = encodeMessage(message)
    for (const viewer of this.#viewers) this.#send(viewer, bytes)
  }

  /** Ends all streams. */
  close(): void {
    this.#closed = true
    this.#stopSampling?.()
    for (const viewer of [...this.#viewers]) viewer.end()
    for (const feed of this.#feeds) feed.close()
  }

  #hello(allowControl: boolean): Hello {
    const { pid, version, title } = process
    return {
      type: 'hello',
      protocol: protocolVersion,
      source: 'live',
      process: { pid, node: version, title },
      allowControl,
      pools: this.#feeds.map(feed => feed.introduction),
      faults: this.#extras.faults().faults,
    }
  }

  #start(): void {
    for (const feed of this.#feeds) feed.start()
    const { every } = this.#surroundings
    this.#stops = [
      every(sliceEvery, () =>
        this.#safely(() => {
          this.#sendSlices(this.#viewers)
          this.#farewells(this.#viewers)
        }),
      ),
      every(frameEvery, () => this.#safely(() => this.#sendFrames(this.#viewers))),
    ]
  }

  /** A fault of the inspector's ends the inspector: thrown in a timer, it would end the application. */
  #safely(send: () => void): void {
    try {
      send()
    } catch (error) {
      this.close()
      warn(
        `The inspector of statepool failed and shows nothing any more: ${messageOf(error)}`,
        'InspectorWarning',
        'STATEPOOL_INSPECTOR',
      )
    }
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer)
    if (this.#viewers.size > 0) return
    for (const stop of this.#stops.splice(0)) stop()
    for (const feed of this.#feeds) feed.stop()
  }

  #sendSlices(viewers: Iterable<Viewer>): void {
    this.#turn++
    for (const feed of this.#feeds) {
      for (const viewer of viewers) {
        const progress = viewer.with(feed.id)
        if (progress.gone || !this.#recall(viewer, feed)) continue
        const piece = feed.since(progress.cursor, this.#turn)
        if (piece === undefined) {
          progress.begun = true
          continue
        }
        // What does not fit is not lost yet: the next piece begins where the last one that was sent ended.
        if (this.#send(viewer, piece.message)) {
          progress.cursor = piece.cursor
          progress.begun = true
        } else if (progress.begun) progress.missed.slices++
      }
    }
  }

  /** Tells a viewer, once, how the pool stood before it came. @returns whether it knows that now */
  #recall(viewer: Viewer, feed: Feed): boolean {
    const progress = viewer.with(feed.id)
    if (progress.recalled) return true
    const past = feed.past()
    progress.recalled = past === undefined || this.#send(viewer, encodeMessage(past))
    return progress.recalled
  }

  #sendFrames(viewers: Iterable<Viewer>): void {
    for (const feed of this.#feeds) {
      let frame: Uint8Array | undefined
      for (const viewer of viewers) {
        const { missed, gone, begun } = viewer.with(feed.id)
        if (gone || !begun) continue
        frame ??= feed.frame(this.#surroundings.now())
        if (!this.#send(viewer, frame)) missed.frames++
        else if (missed.frames + missed.slices > 0) this.#confess(viewer, feed)
      }
    }
  }

  /** Tells a viewer that can read again what it was too slow for. */
  #confess(viewer: Viewer, feed: Feed): void {
    const progress = viewer.with(feed.id)
    if (!this.#send(viewer, encodeMessage({ type: 'dropped', pool: feed.id, ...progress.missed }))) return
    progress.missed = { slices: 0, frames: 0 }
  }

  /** The last that is told of a pool, when all else has been. */
  #farewells(viewers: Iterable<Viewer>): void {
    for (const feed of this.#feeds) {
      if (!feed.hasEnded) continue
      for (const viewer of viewers) {
        const progress = viewer.with(feed.id)
        if (progress.gone || !progress.begun) continue
        progress.gone = this.#send(viewer, encodeMessage({ type: 'gone', pool: feed.id }))
      }
    }
  }

  #send(viewer: Viewer, bytes: Uint8Array): boolean {
    return viewer.send(bytes, this.#surroundings.now())
  }
}
