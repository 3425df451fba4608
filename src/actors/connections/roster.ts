// The pool's index of its connections: who exists, who is idle, and how many are in which part of their lives.
import { type Pace, patienceWithResets } from '../../machines/decisions/sizing.js'
import type { Roster as RosterView } from '../../machines/pool-types.js'
import { type Counters, newCounters } from '../watching/counters.js'
import { PaceMeter } from './pace.js'
import type { ConnectionRecord, Phase } from './record.js'

/**
 * An index, not the truth: what state a connection is in, its own machine says. It is kept by the connections' reports, so
 * that the pool can decide without looking at all of them.
 */
export class Roster<C> implements RosterView {
  /** How often all that were open have been retired. */
  evictions = 0
  /** The number of the last caller who asked before one of the connects began that failed; 0 = none has. */
  failedFor = 0
  asks = false
  readonly #byId = new Map<string, ConnectionRecord<C>>()
  /** Most recently used last, which is leased first: the others get old and are retired. */
  readonly #idle: ConnectionRecord<C>[] = []
  /** Those under reset, or with a keepalive under way. */
  readonly #returning: ConnectionRecord<C>[] = []
  readonly #freeIds: string[] = []
  #idsMade = 0
  #serials = 0
  #connecting = 0
  #established = 0
  #wasUp = false
  readonly #pace = new PaceMeter()
  /** Start of the longest-running lease; undefined = recompute. */
  #lentSince: number | undefined = undefined
  #owner: unknown
  readonly #counters: Pick<Counters, 'released'>
  /** Leases that their holders ended by destroying the connection. */
  destroyed = 0

  /**
   * The running pool whose connections these are. The actions of the pool's machine find it here, through the machine's context; a private
   * field, because snapshots are walked, printed and persisted, and must not lead to the driver's secrets.
   */
  get owner(): unknown {
    return this.#owner
  }

  set owner(owner: unknown) {
    this.#owner = owner
  }

  /** @param counters the pool's, for {@link Roster.served} */
  constructor(counters: Pick<Counters, 'released'> = newCounters()) {
    this.#counters = counters
  }

  get served(): number {
    return this.#counters.released + this.destroyed
  }

  get total(): number {
    return this.#byId.size
  }

  get connecting(): number {
    return this.#connecting
  }

  get established(): number {
    return this.#established
  }

  get wasUp(): boolean {
    return this.#wasUp
  }

  get idle(): number {
    return this.#idle.length
  }

  get triedFor(): number {
    let last = 0
    for (const { openedFor, phase } of this.records) {
      if (phase === 'connecting' && openedFor > last) last = openedFor
    }
    return last
  }

  /** Connections that become idle within a round trip, unless it had taken long by that time: then they are not waited for. */
  returning(at: number): number {
    if (this.#returning.length === 0) return 0
    const earliest = at - patienceWithResets(this.#pace.connectTime)
    let count = 0
    for (const { returningSince } of this.#returning)
      if (returningSince !== undefined && returningSince > earliest) count++
    return count
  }

  /** A reset or a keepalive begins now, or it is over. */
  noteReturning(record: ConnectionRecord<C>, since: number | undefined): void {
    const before = record.returningSince
    record.returningSince = since
    if (before === undefined && since !== undefined) this.#returning.push(record)
    if (before !== undefined && since === undefined)
      this.#returning.splice(this.#returning.indexOf(record), 1)
  }

  /** All connections, in the order in which they were opened. */
  get records(): Iterable<ConnectionRecord<C>> {
    return this.#byId.values()
  }

  /** Idle connections, the longest idle first. */
  get idleRecords(): readonly ConnectionRecord<C>[] {
    return this.#idle
  }

  /**
   * A name for a new connection. The names of those that are gone are used again: XState remembers every event type that an
   * actor was ever sent, and a finished child's event has its name in it.
   */
  takeId(): string {
    return this.#freeIds.pop() ?? `connection-${++this.#idsMade}`
  }

  /** The number of a new connection, never used again. */
  takeSerial(): number {
    return ++this.#serials
  }

  add(record: ConnectionRecord<C>): void {
    record.phase = 'connecting'
    this.#byId.set(record.id, record)
    this.#connecting++
  }

  noteReady(record: ConnectionRecord<C>, now: number): void {
    if (this.#move(record, 'established')) {
      this.#wasUp = true
      this.#pace.noteConnected(now - record.createdAt)
    }
  }

  /** A connect failed, or what it opened ended at once. */
  noteFailed(record: ConnectionRecord<C>): void {
    this.failedFor = Math.max(this.failedFor, record.openedFor)
  }

  noteEnding(record: ConnectionRecord<C>): void {
    this.#move(record, 'ending')
    this.takeFromIdle(record)
  }

  remove(record: ConnectionRecord<C>): void {
    this.noteEnding(record)
    this.#lentSince = undefined // one whose actor crashed may have been leased, and its release was never reported
    if (record.phase === undefined) return
    record.phase = undefined
    this.#byId.delete(record.id)
    this.#freeIds.push(record.id)
  }

  find(id: string): ConnectionRecord<C> | undefined {
    return this.#byId.get(id)
  }

  /** Keeps a connection as idle, at the place of its last use: being validated meanwhile was not one. */
  park(record: ConnectionRecord<C>): void {
    const idle = this.#idle
    const last = idle.length === 0 ? undefined : idle[idle.length - 1] // to look for an element -1, V8 leaves the optimized code
    if (last === undefined || last.idleSince <= record.idleSince) idle.push(record)
    else this.#parkBefore(record)
  }

  #parkBefore(record: ConnectionRecord<C>): void {
    const idle = this.#idle
    let place = idle.length
    while (place > 0 && (idle[place - 1] as ConnectionRecord<C>).idleSince > record.idleSince) place--
    idle.splice(place, 0, record)
  }

  /** The idle connection to lease next: the one used last. */
  takeIdle(): ConnectionRecord<C> | undefined {
    return this.#idle.pop()
  }

  takeFromIdle(record: ConnectionRecord<C>): boolean {
    this.noteReturning(record, undefined)
    const index = this.#idle.lastIndexOf(record)
    if (index >= 0) this.#idle.splice(index, 1)
    return index >= 0
  }

  /** What inspectors print of it: figures, and who holds what. */
  toJSON(): object {
    const holders = [...this.records].flatMap(({ id, lease }) =>
      lease === undefined ? [] : { connection: id, lease: lease.id, since: lease.acquiredAt },
    )
    const { total, connecting, established, idle } = this
    const returning = this.#returning.length
    return { total, connecting, established, idle, leased: holders.length, returning, holders }
  }

  /** Connections that have not been told to end: being opened, idle, being validated or leased. */
  staying(): ConnectionRecord<C>[] {
    return [...this.records].filter(record => record.ending === undefined)
  }

  /** Connections that are leased and have not been told to retire. */
  lent(): ConnectionRecord<C>[] {
    return this.staying().filter(record => record.lease !== undefined)
  }

  /**
   * Connections that stay, in the order in which they are given up when there are too many: those being opened, idle ones, the longest idle
   * before the others, those being validated or made clean (another one serves their caller then), and leased ones.
   */
  leastMissedFirst(): ConnectionRecord<C>[] {
    const staying = this.staying()
    const idle = [...this.idleRecords]
    const connecting = staying.filter(record => record.handle === undefined)
    const lent = staying.filter(record => record.lease !== undefined)
    const others = new Set([...connecting, ...idle, ...lent])
    const validated = staying.filter(record => !others.has(record))
    return [...connecting, ...idle, ...validated, ...lent]
  }

  /** A lease ended, now, that was out since then. */
  noteReturned(since: number, now: number): void {
    this.#pace.noteHeld(now - since)
    if (this.#lentSince !== undefined && since <= this.#lentSince) this.#lentSince = undefined
  }

  /**
   * How fast connections come back and new ones open. Asked for each caller who has to wait while more can be opened, so it looks at
   * all connections only after the lease that was out for longest has ended: later ones cannot be out for longer than it is.
   */
  pace(now: number): Pace {
    if (this.#lentSince === undefined) this.#lentSince = this.#longestLentSince()
    const longestHeld = this.#lentSince === undefined ? 0 : Math.max(0, now - this.#lentSince)
    return { holdTime: this.#pace.holdTime, longestHeld, connectTime: this.#pace.connectTime }
  }

  #longestLentSince(): number | undefined {
    let since: number | undefined
    for (const { lease } of this.records) {
      if (lease !== undefined && (since === undefined || lease.acquiredAt < since)) since = lease.acquiredAt
    }
    return since
  }

  #move(record: ConnectionRecord<C>, to: Phase): boolean {
    const from = record.phase
    if (from === undefined || from === to) return false
    if (from === 'connecting') this.#connecting--
    if (from === 'established') this.#established--
    if (to === 'established') this.#established++
    record.phase = to
    return true
  }
}
