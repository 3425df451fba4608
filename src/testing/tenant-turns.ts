// Whether tenants get what their weights say: between two that wait for the same time, deficit round robin allows a small debt.

import type { AcquireOptions, WaitingCaller } from '../index.js'
import { demand } from './violation.js'

/** Callers of one tenant and priority. */
interface Flow {
  readonly name: string
  readonly tenant: string | undefined
  /** Those in the queue at the last rest. */
  queued: ReadonlySet<number>
  /** How many of them were served since it has had callers waiting without a pause. */
  served: number
  /** What others of its priority had been served when both had callers waiting for the first time, and what it had. */
  readonly since: Map<Flow, { readonly own: number; readonly other: number }>
}

/**
 * A tenant that has had callers waiting all the while is served w in each round, give or take one lease and one round. So two of them
 * differ, each by its weight, by no more than two rounds and a lease of each. One round more is allowed for: a caller whose connection turned out to be
 * unfit comes back, and costs its tenant nothing.
 */
export class TenantTurns {
  readonly #weights = new Map<string | undefined, number>()
  #flows = new Map<string, Flow>()
  /** Those who were seen to have had their turn. */
  readonly #chosen = new Set<number>()
  /** Those who left without one. */
  readonly #gone = new Set<number>()

  /** A caller asks. A tenant whose weight changes begins anew. */
  noteAsked({ tenant, weight = 1 }: AcquireOptions): void {
    if (tenant === undefined || this.#weights.get(tenant) === weight) return
    if (this.#weights.has(tenant)) this.#flows = new Map()
    this.#weights.set(tenant, weight)
  }

  /** A caller was refused, or gave up. */
  noteGone(request: number): void {
    this.#gone.add(request)
  }

  /** To be called at each rest, with those whom the pool lists. */
  check(listed: readonly WaitingCaller[]): void {
    if (this.#weights.size === 0) return
    const now = new Map<string, Set<number>>()
    const tenants = new Map<string, string | undefined>()
    for (const { request, position, priority, tenant, inLane } of listed) {
      if (position === 0) this.#chosen.add(request)
      if (position === 0 || inLane !== undefined) continue
      const name = `${priority} ${tenant ?? ''}`
      tenants.set(name, tenant)
      now.set(name, (now.get(name) ?? new Set()).add(request))
    }
    const flows = new Map<string, Flow>()
    for (const [name, waiting] of now) {
      const known = this.#flows.get(name)
      const flow = known !== undefined && this.#goesOn(known, waiting) ? known : undefined
      flows.set(
        name,
        flow ?? { name, tenant: tenants.get(name), queued: waiting, served: 0, since: new Map() },
      )
    }
    for (const flow of flows.values()) {
      const waiting = now.get(flow.name) ?? new Set<number>()
      for (const request of flow.queued)
        if (!waiting.has(request) && !this.#chosen.has(request)) flow.served++
      for (const request of flow.queued) if (!waiting.has(request)) this.#chosen.add(request)
      flow.queued = waiting
    }
    this.#flows = flows
    this.#gone.clear()
    for (const flow of flows.values()) this.#compare(flow, flows.values())
  }

  /** It has had callers waiting since the last rest, and all that left were served. */
  #goesOn({ queued: before }: Flow, waiting: ReadonlySet<number>): boolean {
    let stays = false
    for (const request of before) {
      if (this.#gone.has(request)) return false
      stays ||= waiting.has(request)
    }
    return stays
  }

  #compare(flow: Flow, others: Iterable<Flow>): void {
    for (const other of flow.since.keys()) if (this.#flows.get(other.name) !== other) flow.since.delete(other)
    const priority = flow.name.split(' ', 1)[0]
    for (const other of others) {
      if (other === flow || other.name.split(' ', 1)[0] !== priority) continue
      const since = flow.since.get(other)
      if (since === undefined) {
        flow.since.set(other, { own: flow.served, other: other.served })
        continue
      }
      const [weight, itsWeight] = [this.#weightOf(flow), this.#weightOf(other)]
      const ahead = (flow.served - since.own) / weight - (other.served - since.other) / itsWeight
      demand(
        ahead <= 3 + 1 / weight + 1 / itsWeight,
        'turns',
        () => `${named(flow)} is ${ahead} turns ahead of ${named(other)}, and both have callers waiting`,
      )
    }
  }

  #weightOf({ tenant }: Flow): number {
    return tenant === undefined ? 1 : (this.#weights.get(tenant) ?? 1)
  }
}

const named = ({ tenant }: Flow): string =>
  tenant === undefined ? 'the tenant without a name' : `tenant ${tenant}`
