// What the page shows now: the pools, the choices of the person who looks, and what the source says of itself.

import type { Fault } from '../protocol.js'
import { PoolView } from './model/pool-view.js'
import { Systems } from './model/systems.js'
import type { Connection, Introduction, Listener, Source } from './source.js'

/** How far behind the present the lanes are drawn, so that what they draw has arrived. */
const latency = 350

/** One for the page. Views read it at every tick; what a person does goes through its methods. */
export class Store implements Listener {
  readonly source: Source
  link: Connection = { state: 'connecting' }
  introduction: Introduction | undefined
  readonly pools = new Map<number, PoolView>()
  systems = new Systems()
  switches: readonly Fault[] = []
  chosen: number | undefined
  /** The connection whose panel is open. */
  selected: string | undefined
  #lead = new Map<number, number>()
  readonly #watchers = new Set<() => void>()

  constructor(source: Source) {
    this.source = source
  }

  /** The pool that is shown. */
  get pool(): PoolView | undefined {
    return this.chosen === undefined ? this.pools.values().next().value : this.pools.get(this.chosen)
  }

  /** The moment that is drawn, on the pool's clock. */
  now(pool: PoolView): number {
    const exact = this.source.now?.(pool.identity.id)
    if (exact !== undefined) return exact
    const lead = this.#lead.get(pool.identity.id)
    if (lead === undefined || this.link.state !== 'open') return pool.at
    return Math.max(0, performance.now() + lead - latency)
  }

  choose(pool: number): void {
    this.chosen = pool
    this.selected = undefined
    this.changed()
  }

  select(connection: string | undefined): void {
    this.selected = connection
    this.changed()
  }

  /** Calls `watcher` when something changed that a person should see at once. */
  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher)
    return () => this.#watchers.delete(watcher)
  }

  changed(): void {
    for (const watcher of this.#watchers) watcher()
  }

  connection(link: Connection): void {
    this.link = link
    this.changed()
  }

  introduce(introduction: Introduction): void {
    this.introduction = introduction
    this.switches = introduction.faults
    this.pools.clear()
    this.#lead.clear()
    this.systems = new Systems() // it is told of them anew
    for (const identity of introduction.pools) this.pools.set(identity.id, new PoolView(identity))
    if (this.chosen !== undefined && !this.pools.has(this.chosen)) this.chosen = undefined
    this.changed()
  }

  transitions(pool: number, transitions: Parameters<Listener['transitions']>[1], missed: number): void {
    const view = this.pools.get(pool)
    if (view === undefined) return
    if (missed > 0) view.miss(missed, transitions[0]?.at ?? view.at)
    for (const transition of transitions) view.tell(transition)
    this.#keepTime(view)
  }

  notices(pool: number, notices: Parameters<Listener['notices']>[1]): void {
    const view = this.pools.get(pool)
    for (const notice of notices) view?.note(notice)
  }

  frame(pool: number, frame: Parameters<Listener['frame']>[1]): void {
    const view = this.pools.get(pool)
    if (view === undefined) return
    const isFirst = view.frame === undefined
    view.show(frame)
    this.#keepTime(view)
    if (isFirst) this.changed()
  }

  past(pool: number, past: Parameters<Listener['past']>[1]): void {
    this.pools.get(pool)?.recall(past)
  }

  missed(pool: number, count: number): void {
    const view = this.pools.get(pool)
    view?.miss(count, view.at)
  }

  gone(pool: number): void {
    const view = this.pools.get(pool)
    if (view) view.gone = true
    this.changed()
  }

  faults(faults: readonly Fault[]): void {
    this.switches = faults
    this.changed()
  }

  system(event: Parameters<Listener['system']>[0]): void {
    this.systems.tell(event)
  }

  /** The pool's clock against the page's: as early as anything has ever arrived, and no jump of less than a second. */
  #keepTime(view: PoolView): void {
    const lead = view.at - performance.now()
    const known = this.#lead.get(view.identity.id)
    if (known === undefined || lead > known || known - lead > 1500) this.#lead.set(view.identity.id, lead)
  }
}
