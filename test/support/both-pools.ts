// The same story told of pg.Pool and of the drop-in, on one PostgreSQL: what they say and do is written down and compared.

import pg from 'pg'
import { expect, inject } from 'vitest'
import { Pool, type PoolConfig } from '../../src/db/pg/index.js'

/** Not `remove`: it comes when the server has let go of a client, which is a matter of chance, and stories wait for it. */
const events = ['connect', 'acquire', 'release', 'error'] as const

/** Where a story takes place: one kind of pool, and what has been written down. */
export interface Stage {
  readonly kind: 'pg.Pool' | 'drop-in'
  /** Where the server is. */
  readonly server: pg.ClientConfig
  /** A pool whose events are written down; it is ended after the story, if the story did not. */
  open(config?: PoolConfig): pg.Pool
  /** The same with a second argument for the constructor, and without the server's address. */
  make(config?: PoolConfig, Client?: typeof pg.Client): pg.Pool
  /** Writes something down. Clients become `client 1`, `client 2` in the order in which they appear; errors what they say. */
  note(...things: unknown[]): void
  /** Counts the clients that are removed from now on. What it returns waits for so many and writes them down: nobody can say when it happens. */
  removals(pool: pg.Pool, count: number): () => Promise<void>
  /** Writes down how the pool's figures stand. */
  count(pool: pg.Pool): void
}

/** What was written down. */
export type Transcript = unknown[][]

/** Tells the story of both, and expects that the same is written down. */
export async function sameOnBoth(story: (stage: Stage) => Promise<void>): Promise<Transcript> {
  const theirs = await tell('pg.Pool', story)
  const ours = await tell('drop-in', story)
  expect(ours).toEqual(theirs)
  expect(theirs).not.toEqual([])
  return theirs
}

/** Tells the story of one of them. */
export async function tell(kind: Stage['kind'], story: (stage: Stage) => Promise<void>): Promise<Transcript> {
  const transcript: Transcript = []
  const clients = new Map<unknown, string>()
  const pools: pg.Pool[] = []
  const { host, port, user, password, database } = inject('postgres')
  const server = { host, port, user, password, database }
  const show = (thing: unknown): unknown => {
    if (thing instanceof pg.Client) {
      if (!clients.has(thing)) clients.set(thing, `client ${clients.size + 1}`)
      return clients.get(thing)
    }
    if (thing instanceof Error) return { error: firstSentence(thing.message), ...codeOf(thing) }
    return typeof thing === 'function' ? 'a function' : thing
  }
  const note = (...things: unknown[]): void => {
    transcript.push(things.map(show))
  }
  const make: Stage['make'] = (config, Client) => {
    const Class = (kind === 'pg.Pool' ? pg.Pool : Pool) as new (
      config?: unknown,
      Client?: typeof pg.Client,
    ) => pg.Pool
    const pool = new Class(config, Client)
    pools.push(pool)
    for (const event of events) pool.on(event as 'connect', (...args: unknown[]) => note(event, ...args))
    return pool
  }
  const open: Stage['open'] = config => make({ ...server, ...config })
  const count: Stage['count'] = ({ totalCount, idleCount, waitingCount, expiredCount }) =>
    note('counts', { totalCount, idleCount, waitingCount, expiredCount })
  const removals: Stage['removals'] = (pool, count) => {
    const removed: unknown[] = []
    const all = new Promise<void>(resolve => {
      pool.on('remove', (...args: unknown[]) => {
        removed.push(...args.map(show))
        if (removed.length === count) resolve()
      })
    })
    return async () => {
      await all
      note('removed', ...removed.sort())
    }
  }
  await story({ kind, server, open, make, note, removals, count })
  const told = [...transcript]
  for (const pool of pools) if (!pool.ending) await pool.end()
  return told
}

/** Of longer messages the drop-in's begin with pg.Pool's and go on. */
function firstSentence(message: string): string {
  return message.split('. ')[0]?.replace(/\.$/, '') ?? message
}

function codeOf(error: Error & { code?: unknown }): { code?: unknown } {
  const ofServer = typeof error.code === 'string' && /^[0-9A-Z]{5}$/.test(error.code)
  return ofServer ? { code: error.code } : {}
}

/** A callback's arguments, as a promise. */
export function called(start: (callback: (...args: unknown[]) => void) => unknown): Promise<unknown[]> {
  return new Promise(resolve => start((...args) => resolve(args)))
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('It was expected to fail.')
}
