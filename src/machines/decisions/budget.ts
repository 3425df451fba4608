// How pools share a budget: whose connect comes next, and which pool closes a connection so that another one can open one. Pure decisions.

/** A pool as its budget decides by it. */
export interface BudgetShare {
  /** Connections that it may have now: open, or about to be opened. */
  readonly held: number
  /** What is kept for it. */
  readonly min: number
  /** Connections that no caller holds. */
  readonly idle: number
  /** When it asked for one more, as a number that grows with each asking; undefined = it does not ask. */
  readonly asked: number | undefined
  /** How many it was told to close, and has not yet. */
  readonly owes: number
  /** When it was last granted a connection, in milliseconds. */
  readonly grantedAt: number
}

/** What is spoken for: what each pool holds, and what is kept for it. */
export const spokenFor = ({ held, min }: Pick<BudgetShare, 'held' | 'min'>): number => Math.max(held, min)

/** Whether the pool may open one more now. `reserved` is what is spoken for, all pools together. */
export function mayOpen(
  share: Pick<BudgetShare, 'held' | 'min'>,
  reserved: number,
  max: number,
  held: number,
): boolean {
  return held < max && (share.held < share.min || reserved < max)
}

/** Whose turn it is: of those that ask, the one that holds least; of these, the one that has asked for longest. */
export function nextInTurn<S extends BudgetShare>(asking: Iterable<S>): S | undefined {
  let next: S | undefined
  for (const share of asking) if (next === undefined || comesBefore(share, next)) next = share
  return next
}

function comesBefore(one: BudgetShare, other: BudgetShare): boolean {
  if (one.held !== other.held) return one.held < other.held
  return (one.asked ?? 0) < (other.asked ?? 0)
}

/** For how long a pool keeps a connection for itself while others have none, in milliseconds. */
export const turn = 1_000

/** How many pools are looked at for one look: with a thousand that wait, the next ones have their look soon. */
export const atOnce = 8

/**
 * Who is to close a connection, so that pools whose callers wait can open one: a pool with an idle one that waits for none itself, the one
 * with most idle connections first; else the one that holds most, if it holds at least two more than the one that asks, so that all
 * end up with as many, give or take one; else, for one with less than its `min`, any that holds more than its own; else, for one that has none, one that has had its only one for a {@link turn}. What is kept for a pool
 * (`min`) is not taken from it.
 *
 * @param asking the pools that ask
 * @param over by how many all together exceed the budget, because it was lowered
 * @returns the pools, one entry for each connection
 */
export function reclaims<S extends BudgetShare>(
  shares: readonly S[],
  asking: readonly S[],
  over: number,
  now: number,
): S[] {
  const told = new Map<S, number>()
  let owed = 0
  for (const { owes } of shares) owed += owes
  const spareOf = (share: S): number => share.held - share.owes - (told.get(share) ?? 0)
  const answer: S[] = []
  const tell = (share: S): void => {
    told.set(share, (told.get(share) ?? 0) + 1)
    answer.push(share)
  }
  const richest = (fits: (share: S) => boolean): S | undefined => {
    let found: S | undefined
    for (const share of shares)
      if (
        spareOf(share) > share.min &&
        fits(share) &&
        (found === undefined || spareOf(share) > spareOf(found))
      )
        found = share
    return found
  }
  const idlest = (): S | undefined => {
    let found: S | undefined
    const idleOf = (share: S): number => share.idle - share.owes - (told.get(share) ?? 0)
    for (const share of shares) {
      if (share.asked !== undefined || idleOf(share) <= 0 || spareOf(share) <= share.min) continue
      if (found === undefined || idleOf(share) > idleOf(found)) found = share
    }
    return found
  }
  for (; owed < over && answer.length < atOnce; owed++) {
    const share = idlest() ?? richest(() => true)
    if (share === undefined) return answer
    tell(share)
  }
  const inTurn = [...asking].sort((one, other) => (comesBefore(one, other) ? -1 : 1))
  // What is owed already serves the first of them.
  for (const poor of inTurn.slice(Math.max(0, owed - Math.max(0, over)), owed + atOnce)) {
    const share =
      idlest() ??
      richest(rich => rich !== poor && spareOf(rich) >= poor.held + 2) ??
      (poor.held < poor.min ? richest(rich => rich !== poor) : undefined) ??
      (poor.held === 0 ? richest(rich => rich !== poor && now - rich.grantedAt >= turn) : undefined)
    if (share !== undefined) tell(share)
  }
  return answer
}
