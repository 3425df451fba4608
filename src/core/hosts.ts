// What kinds of hosts there are, and what they are called: what drivers and pools of several hosts share.
import type { HostTarget } from '../machines/host-types.js'
import { type Check, oneOf } from './shape.js'

export type { HostRole, HostTarget } from '../machines/host-types.js'

const targetName = oneOf([
  'primary',
  'standby',
  'prefer-primary',
  'prefer-standby',
  'any',
  'read-write',
  'read-only',
])

/** A kind of host, by Npgsql's names and by libpq's: what takes writes is a primary here. */
export const hostTarget: Check<HostTarget> = (name, value, refuse) => {
  const target = targetName(name, value, refuse)
  if (target === 'read-write') return 'primary'
  return target === 'read-only' ? 'standby' : target
}
