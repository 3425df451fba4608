// Kysely with query cancellation, which came with 0.29 and needs Node 22; what the types of the older version lack is here.

import type { Kysely } from 'kysely'

/** What both versions export. */
export type KyselyModule = typeof import('kysely')

/** What a query may be told. */
export interface Abort {
  readonly signal: AbortSignal
  readonly inflightQueryAbortStrategy: Strategy
}

/** What is done at the server when the signal of a running query is aborted. */
export type Strategy = 'cancel query' | 'kill session'

export const strategies: Strategy[] = ['cancel query', 'kill session']

/** Undefined where Node is too old for it. */
export async function loadAbortableKysely(): Promise<KyselyModule | undefined> {
  if (Number(process.versions.node.split('.')[0]) < 22) return undefined
  const name = 'kysely-node22'
  return (await import(name)) as KyselyModule
}

/** Runs a query that can be aborted. */
export function abortableQuery<Tables>(
  { sql }: KyselyModule,
  db: Kysely<Tables>,
  text: string,
  abort: Abort,
): Promise<unknown> {
  const execute = db.executeQuery.bind(db) as unknown as (query: unknown, abort: Abort) => Promise<unknown>
  return execute(sql.raw(text).compile(db), abort)
}
