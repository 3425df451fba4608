// How long waits, leases and connects took, read out of the records of transitions: now and then, so that the pool itself pays nothing for it.
import type { PoolSystem } from '../actors/pool-actor.js'
import { foundRunning, readRecord, recordSize, type Slice } from '../recorder/format.js'
import type { Times } from './protocol.js'
import { RecentTimes } from './times.js'

/** More callers than this are not known of: those who gave up are not taken out one by one. */
const mostAsked = 10_000

/** What is told of each duration, in milliseconds. */
export type Durations = Pick<RecentTimes, 'granted' | 'returned' | 'connected' | 'at'>

/** Since when the connections of a pool connect that have not connected yet, by their id. */
export function connectingSince({ parts }: PoolSystem<unknown>): ReadonlyMap<string, number> {
  const connecting = [...parts.roster.records].filter(
    ({ actor }) => actor.getSnapshot().value === 'connecting',
  )
  return new Map(connecting.map(({ id, createdAt }) => [id, createdAt]))
}

/** Reads the slices of one pool, one after the other. */
export class RecordedTimes {
  readonly #recent: Durations
  readonly #begun: ReadonlyMap<string, number>
  /** By the index of a name: whether it is a state in which a caller holds the connection. */
  readonly #isLeased: boolean[] = []
  #found = -1
  #acquire = -1
  #cancel = -1
  #release = -1
  #connecting = -1
  #connected = -1
  /** When callers asked, by their number. */
  readonly #asked = new Map<number, number>()
  /** When those were served whose lease was recorded before their question: the pool serves in the midst of it. */
  readonly #served = new Map<number, number>()
  /** Since when connections are leased, and since when they connect, by the index of their name. */
  readonly #leasedSince = new Map<number, number>()
  readonly #connectingSince = new Map<number, number>()

  /** @param begun since when those connect that connect already: by their id, for no record says so */
  constructor(begun: ReadonlyMap<string, number>, recent: Durations = new RecentTimes()) {
    this.#begun = begun
    this.#recent = recent
  }

  /** Takes what has come since the last slice. */
  read({ names, records, skipped }: Slice): void {
    for (const name of names) this.#learn(name)
    if (skipped > 0) for (const each of [this.#asked, this.#served, this.#leasedSince]) each.clear()
    const view = new DataView(records.buffer, records.byteOffset, records.byteLength)
    for (let offset = 0; offset + recordSize <= records.byteLength; offset += recordSize) {
      const { at, actor, number, event, from, to } = readRecord(view, offset)
      if (event === this.#acquire) this.#ask(number, at)
      else if (event === this.#cancel) this.#asked.delete(number)
      else this.#move(at, actor, number, event, from, to)
    }
  }

  /**
   * What was read of the last ten seconds.
   * @param now milliseconds of any clock that runs evenly
   */
  at(now: number): Times {
    return this.#recent.at(now)
  }

  #learn(name: string): void {
    const index = this.#isLeased.push(name.startsWith('busy')) - 1
    const begun = this.#begun.get(name)
    if (begun !== undefined) this.#connectingSince.set(index, begun)
    if (name === foundRunning) this.#found = index
    else if (name === 'acquire') this.#acquire = index
    else if (name === 'cancel') this.#cancel = index
    else if (name === 'release') this.#release = index
    else if (name === 'connecting') this.#connecting = index
    else if (name === 'driver.connected') this.#connected = index
  }

  /** @param at when the caller asked: before its record, if it waited for a lane */
  #ask(number: number, at: number): void {
    const servedAt = this.#served.get(number)
    if (servedAt !== undefined) {
      this.#served.delete(number)
      this.#recent.granted(servedAt - at)
      return
    }
    this.#asked.set(number, at)
    if (this.#asked.size > mostAsked) this.#asked.delete(this.#asked.keys().next().value as number)
  }

  #move(
    at: number,
    actor: number,
    number: number,
    event: number,
    from: number | undefined,
    to: number,
  ): void {
    const wasLeased = from !== undefined && this.#isLeased[from] === true
    const isLeased = this.#isLeased[to] === true
    const isLeasedAnew = isLeased && (!wasLeased || event === this.#release)
    if (wasLeased && (!isLeased || isLeasedAnew)) {
      const since = this.#leasedSince.get(actor)
      if (since !== undefined) this.#recent.returned(at - since)
      this.#leasedSince.delete(actor)
    }
    if (isLeasedAnew && from !== undefined) this.#lend(at, actor, number)
    if (event === this.#found) return // it does not say since when
    if (to === this.#connecting && from === undefined) this.#connectingSince.set(actor, at)
    else if (from === this.#connecting && to !== from) {
      const since = this.#connectingSince.get(actor)
      if (since !== undefined && event === this.#connected) this.#recent.connected(at - since)
      this.#connectingSince.delete(actor)
    }
  }

  #lend(at: number, actor: number, number: number): void {
    this.#leasedSince.set(actor, at)
    const asked = this.#asked.get(number)
    if (asked !== undefined) {
      this.#asked.delete(number)
      this.#recent.granted(at - asked)
      return
    }
    if (this.#served.size >= mostAsked) this.#served.clear()
    this.#served.set(number, at)
  }
}
