// How the driver itself speaks on a client: past whatever a subclass puts in its holders' way.

import type pg from 'pg'

/** The name of the method by which a client that refuses the queries of former holders takes those of the driver. */
export const asDriver = Symbol('asDriver')

/** A client that tells the driver from its holders. */
export interface TellsDriver {
  [asDriver](sql: string): Promise<unknown>
}

/** What the driver reads of an answer. */
export interface Answer {
  readonly rows: Record<string, unknown>[]
}

/** Runs a statement of the driver's own. */
export async function ask(client: pg.Client | (pg.Client & TellsDriver), sql: string): Promise<Answer> {
  return (await (asDriver in client ? client[asDriver](sql) : client.query(sql))) as Answer
}

/** Marks a callback of the pool's own, which has no caller's async context to keep. */
export const ofPool = Symbol('ofPool')

/** A callback that may be the pool's own. */
export interface OfPool {
  [ofPool]?: true
}
