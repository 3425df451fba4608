// The slots of a fleet, as advisory locks of PostgreSQL: what is asked of a session, and what the answers mean.
import type { BudgetShare } from '../../machines/decisions/budget.js'

/** What a fleet needs of a connection: `pg.Client` has it. */
export interface FleetClient {
  query(text: string): Promise<{ rows: Record<string, unknown>[] } | { rows: Record<string, unknown>[] }[]>
  on(event: 'notification', listener: (message: { channel: string; payload?: string }) => void): unknown
}

/** A pool of the fleet, wherever its process is. */
export interface FleetMember extends BudgetShare {
  /** The key that all its sessions hold a shared lock on. */
  readonly key: number
}

/** What a fleet's locks and messages go by: two classes of advisory locks, and a channel. */
export interface FleetKeys {
  readonly slots: number
  readonly members: number
  readonly channel: string
}

/** `min` is a part of a member's key, in so many bits. */
const minBits = 10
/** The most that a pool of a fleet may keep open. */
export const mostMin = 2 ** minBits - 1

/** Two numbers from a name, as unlikely the same for two names as 60 bits allow (FNV-1a, twice). */
export function keysOf(name: string): FleetKeys {
  const hash = (seed: number): number => {
    let value = seed
    for (const byte of new TextEncoder().encode(name)) value = Math.imul(value ^ byte, 0x01000193) >>> 0
    return value & 0x3fffffff
  }
  const slots = hash(0x811c9dc5)
  return { slots, members: hash(0x5bd1e995), channel: `statepool_fleet_${slots.toString(36)}` }
}

/** The key of a member: who it is, and how many connections are kept for it. */
export const keyOf = (member: number, min: number): number => member * 2 ** minBits + min

/** A member's number: so many of them that two pools of a fleet hardly have the same one. */
export const newMember = (random: () => number): number => Math.floor(random() * 2 ** 20)

const minOf = (key: number): number => key % 2 ** minBits

const lockedBy = (classes: string): string =>
  `FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 2 AND l.classid::int8 IN (${classes}) AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

/** How many slots there are for a pool. */
export interface SlotRange {
  readonly connections: number
  /** Sessions to leave free where the role or the database admits no more than so many connections: a pool that has none needs one to ask others for a slot. */
  readonly spare: 0 | 1
}

/** As many as the fleet has connections, and the server admits of this role in this database. Neither limit is for superusers. */
const slotsOf = ({ connections, spare }: SlotRange): string =>
  `LEAST(${connections}, (SELECT GREATEST(1, LEAST(NULLIF(r.rolconnlimit, -1), NULLIF(d.datconnlimit, -1), ${connections + 1}) - ${spare}) ` +
  `FROM pg_roles r, pg_database d WHERE r.rolname = session_user AND NOT r.rolsuper AND d.datname = current_database()))`

/** Takes a free slot, if there is one and the session has none, and says which: no row = all are taken. */
export const claim = ({ slots, members, channel }: FleetKeys, key: number, range: SlotRange): string =>
  // A standby has no LISTEN, and no NOTIFY.
  `DO $$BEGIN IF NOT pg_is_in_recovery() THEN LISTEN ${channel}; END IF; END$$; SELECT pg_advisory_lock_shared(${members}, ${key}); ` +
  `WITH taken AS MATERIALIZED (SELECT l.pid, l.objid::int8 AS slot ${lockedBy(String(slots))}), ` +
  `own AS MATERIALIZED (SELECT slot FROM taken WHERE pid = pg_backend_pid()), ` +
  `free AS MATERIALIZED (SELECT slot FROM generate_series(0, ${slotsOf(range)} - 1) AS slot ` +
  `WHERE slot NOT IN (SELECT slot FROM taken) AND NOT EXISTS (SELECT FROM own) ORDER BY random()) ` +
  // One row at a time, until a lock is taken: another session may be as quick.
  `SELECT slot FROM own UNION ALL SELECT slot FROM (SELECT slot FROM free WHERE pg_try_advisory_lock(${slots}, slot) LIMIT 1) AS claimed`

/** Who holds slots: a row for each session, with how many slots there are. */
export const census = ({ slots, members }: FleetKeys, range: SlotRange): string =>
  `SELECT max(l.objid::int8) FILTER (WHERE l.classid::int8 = ${members}) AS member, ` +
  `bool_or(l.classid::int8 = ${slots}) AS holds, ` +
  `bool_or(a.state = 'idle' AND now() - a.state_change > interval '100 ms') AS idle, ` +
  `(extract(epoch FROM now() - min(a.backend_start)) * 1000)::float8 AS age, ` +
  `${slotsOf(range)} AS slots ` +
  `FROM (SELECT l.* ${lockedBy(`${slots}, ${members}`)}) l LEFT JOIN pg_stat_activity a ON a.pid = l.pid GROUP BY l.pid`

/** The members that a census counted, those that hold nothing included. */
export function membersIn(rows: readonly Record<string, unknown>[], now: number): FleetMember[] {
  const members = new Map<number, { key: number; held: number; idle: number; grantedAt: number }>()
  for (const { member, holds, idle, age } of rows) {
    const key = Number(member ?? -1)
    if (key < 0) continue // it is entering at this moment
    const one = members.get(key) ?? { key, held: 0, idle: 0, grantedAt: Number.NEGATIVE_INFINITY }
    if (holds === true) one.held++
    if (holds === true && idle === true) one.idle++
    one.grantedAt = Math.max(one.grantedAt, now - Number(age ?? 0))
    members.set(key, one)
  }
  return [...members.values()].map(one => ({ ...one, min: minOf(one.key), asked: undefined, owes: 0 }))
}

/** Tells a member to come down to so many connections. */
export const tell = ({ channel }: FleetKeys, { key, held }: FleetMember): string =>
  `SELECT pg_notify('${channel}', '${key} ${held - 1}') WHERE NOT pg_is_in_recovery()`

/** To which number of connections a message tells this member to come down; undefined = it is for another one. */
export function toldIn(payload: string | undefined, key: number): number | undefined {
  const [to, most] = (payload ?? '').split(' ')
  return to === String(key) && most !== undefined ? Number(most) : undefined
}
