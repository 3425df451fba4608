// Whether a connection is fit to be lent or kept: pure decisions over its facts.
import type { ConnectionFacts, ConnectionPolicy, EndReason } from '../connection-types.js'

/** Whether it last proved so long ago that it works that it must be validated before it is lent (HikariCP's aliveBypassWindow). */
export function isStale(
  facts: Pick<ConnectionFacts, 'provenAt'>,
  policy: Pick<ConnectionPolicy, 'validateAfter'>,
  now: number,
): boolean {
  return policy.validateAfter === 0 || now - facts.provenAt > policy.validateAfter
}

/** Whether it is too old, or was lent too often, to be kept. */
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
