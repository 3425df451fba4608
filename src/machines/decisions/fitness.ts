// Whether a connection is fit to be leased or kept: pure decisions over its facts.
import type { ConnectionFacts, ConnectionPolicy, EndReason, Generation } from '../connection-types.js'

/**
 * Whether it must be validated before it is leased: because it last proved too long ago that it works (HikariCP's aliveBypassWindow),
 * or because it is {@link isSuspect suspect}.
 */
export function isStale(
  facts: Pick<ConnectionFacts, 'provenAt' | 'provenIn'>,
  policy: Pick<ConnectionPolicy, 'validateAfter'>,
  generation: Generation,
  now: number,
): boolean {
  return now - facts.provenAt > policy.validateAfter || isSuspect(facts, policy, generation)
}

/**
 * Whether it must be validated before it is leased, however lately it was used: another connection was found dead since it last
 * proved itself, or the pool validates always (`validateAfter: 0`). Never in a pool that never validates.
 */
export function isSuspect(
  { provenIn }: Pick<ConnectionFacts, 'provenIn'>,
  { validateAfter }: Pick<ConnectionPolicy, 'validateAfter'>,
  { current }: Generation,
): boolean {
  return validateAfter === 0 || (provenIn !== current && validateAfter !== Number.POSITIVE_INFINITY)
}

/** Whether it is too old, or was leased too often, to be kept. */
export function isSpent(
  facts: Pick<ConnectionFacts, 'uses' | 'retireAt'>,
  policy: Pick<ConnectionPolicy, 'maxUses'>,
  now: number,
): boolean {
  return facts.uses >= policy.maxUses || now >= facts.retireAt
}

/** Which of its limits a spent connection has reached. */
export function whySpent(
  facts: Pick<ConnectionFacts, 'uses'>,
  policy: Pick<ConnectionPolicy, 'maxUses'>,
): EndReason {
  return facts.uses >= policy.maxUses ? 'max uses' : 'max lifetime'
}

/** On how many connections `onLend` may throw for one caller: a connection may be the reason once. */
const mostLendFailures = 2

/** Whether `onLend` has thrown so often for a caller that the caller, and not the connections, is likely the reason. */
export function isLendHopeless(failures = 0): boolean {
  return failures >= mostLendFailures
}
