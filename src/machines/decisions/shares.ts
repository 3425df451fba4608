// How the pools of a fleet share its connections, by what each of them says that it holds and needs. Pure decisions.

/** One pool, as its fleet's ledger knows it. */
export interface Claim {
  /** Connections that it may have now. */
  readonly held: number
  /** What is kept for it. Never more than `need`. */
  readonly min: number
  /** How many connections it could use now: those with a caller, and one for each caller who waits. */
  readonly need: number
  /** Since when it has needed more than it holds, and has held as many, in milliseconds; 0 = it needs no more. */
  readonly since: number
  /** When it was last granted a connection, in milliseconds. */
  readonly grantedAt: number
}

/** For how long a pool keeps its only connection for itself while others have none, in milliseconds. */
export const turn = 1_000

/** What a pool lays claim to: what it holds, and what it needs. */
export const claimOf = ({ held, need }: Pick<Claim, 'held' | 'need'>): number => Math.max(held, need)

/**
 * How many connections each pool should have now, in the order of the claims. All together are at most `connections`, or what they hold where that is more.
 *
 * What pools need is filled up evenly, like water in vessels: all have as many, give or take one, but none more than it needs, and none less than its `min`.
 * Where there are more pools than connections, each has its turn. What a pool holds beyond that (idle connections, mostly) it keeps as long as others do not need it.
 */
export function shares(claims: readonly Claim[], connections: number, now: number): number[] {
  const entitled = entitlements(claims, connections, now)
  let held = 0
  let unmet = 0
  for (const [index, claim] of claims.entries()) {
    held += claim.held
    unmet += Math.max(0, (entitled[index] as number) - claim.held)
  }
  const targets = claims.map((claim, index) => Math.max(claim.held, entitled[index] as number))
  let missing = unmet - (connections - held)
  const rich = claims
    .map((claim, index) => ({ index, excess: claim.held - (entitled[index] as number) }))
    .filter(({ excess }) => excess > 0)
    .sort((one, other) => other.excess - one.excess || one.index - other.index)
  for (let round = 0; missing > 0 && rich.some(({ excess }) => excess > round); round++)
    for (const { index, excess } of rich) {
      if (missing <= 0 || excess <= round) break // sorted: the others have less
      targets[index] = (targets[index] as number) - 1
      missing--
    }
  return targets
}

/** What each may have by right: the highest water level that the connections are enough for, and who gets the rest. */
function entitlements(claims: readonly Claim[], connections: number, now: number): number[] {
  // How many pools the level passes at each height: those that need more than that, and have more than their min from there on.
  const rising = new Array<number>(connections + 1).fill(0)
  const bump = (level: number, by: number): void => {
    rising[level] = (rising[level] as number) + by
  }
  let left = connections
  for (const { min, need } of claims) {
    left -= min
    bump(Math.min(min, connections), 1)
    bump(Math.min(need, connections), -1)
  }
  let level = 0
  for (let passed = 0; level < connections; level++) {
    passed += rising[level] as number
    if (passed > left) break
    left -= passed
  }
  const answer = claims.map(({ min, need }) => Math.max(min, Math.min(need, level)))
  const next = claims
    .map(({ min, need, held, since, grantedAt }, index) => ({
      index,
      wants: min <= level && need > level,
      rank: held <= level ? 1 : level > 0 || now - grantedAt < turn ? 0 : 2,
      // Of those that wait, the one that has waited for longest; of those whose turn is over, the one whose turn began last.
      place: held <= level ? since : -grantedAt,
    }))
    .filter(({ wants }) => wants)
    .sort((one, other) => one.rank - other.rank || one.place - other.place || one.index - other.index)
  for (const { index } of next.slice(0, Math.max(0, left))) answer[index] = (answer[index] as number) + 1
  return answer
}
