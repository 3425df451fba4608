// Ledgers in Redis, through the client that the application has: ioredis, or node-redis.

import { refusal } from '../../core/refusal.js'
import { parse, textLike } from '../../core/shape.js'
import type { Answer, FleetEngine, Report } from '../ledger/engine.js'
import { redisScript } from './redis-script.js'

/** What is used of a client of `ioredis`, or of its `Cluster`. */
export interface IoRedisLike {
  evalsha(sha: string, keys: number, ...args: (string | number)[]): Promise<unknown>
  eval(script: string, keys: number, ...args: (string | number)[]): Promise<unknown>
}

/** What is used of a client, a pool of clients or a cluster of `redis` (`@redis/client`). */
export interface NodeRedisLike {
  evalSha(sha: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
}

/** The options of {@link redisEngine}. */
export interface RedisEngineOptions {
  /** What the names of all keys begin with. Default: `'statepool:fleet:'`. */
  prefix?: string | undefined
}

const shape = { prefix: textLike('a string', /^/) }

/**
 * Keeps the budget of a fleet in Redis 5 or later, for pools of any database. The client is the application's own: `new Redis(…)` of `ioredis`, or
 * `createClient(…)` of `redis`, connected. The engine neither connects nor closes it.
 *
 * ```ts
 * const orders = fleet({ name: 'orders', connections: 50, engine: redisEngine(new Redis(url)) })
 * ```
 *
 * A fleet takes three keys, which expire a day after its last report. A report is one script, by the server's clock.
 * @throws OptionsError when it is no such client.
 */
export function redisEngine(
  client: IoRedisLike | NodeRedisLike,
  options: RedisEngineOptions = {},
): FleetEngine {
  const { prefix } = parse('redisEngine', shape, { prefix: 'statepool:fleet:', ...options })
  const run = runnerOf(client)
  return {
    name: 'Redis',
    async exchange(fleet, report) {
      const key = `${prefix}{${fleet}}` // in braces: the keys of a fleet are in one slot of a cluster
      return answerIn(await run([key, `${key}:pools`, `${key}:expiry`], argumentsOf(report)))
    },
  }
}

/** Runs the script. */
type Runner = (keys: string[], args: string[]) => Promise<unknown>

function runnerOf(client: IoRedisLike | NodeRedisLike): Runner {
  if (isFunction(client, 'evalSha')) {
    const own = client as NodeRedisLike
    return cached(
      (sha, keys, args) => own.evalSha(sha, { keys, arguments: args }),
      (keys, args) => own.eval(redisScript, { keys, arguments: args }),
    )
  }
  if (isFunction(client, 'evalsha')) {
    const own = client as IoRedisLike
    return cached(
      (sha, keys, args) => own.evalsha(sha, keys.length, ...keys, ...args),
      (keys, args) => own.eval(redisScript, keys.length, ...keys, ...args),
    )
  }
  throw refusal('client', client, 'a client of ioredis or redis, with evalsha or evalSha')
}

const isFunction = (client: unknown, name: string): boolean =>
  typeof (client as Record<string, unknown> | null | undefined)?.[name] === 'function'

/** Names the script by its hash, and sends it as a whole only where the server does not know it. */
function cached(
  bySha: (sha: string, keys: string[], args: string[]) => Promise<unknown>,
  whole: Runner,
): Runner {
  let sha: string | undefined
  return async (keys, args) => {
    sha ??= await sha1(redisScript) // once: later reports are on their way when this returns
    try {
      return await bySha(sha, keys, args)
    } catch (error) {
      if (!/NOSCRIPT/.test(String((error as Error)?.message))) throw error
      return whole(keys, args)
    }
  }
}

async function sha1(text: string): Promise<string> {
  const hash = await globalThis.crypto.subtle.digest('SHA-1', new TextEncoder().encode(text))
  return [...new Uint8Array(hash)].map(byte => byte.toString(16).padStart(2, '0')).join('')
}

const argumentsOf = (report: Report): string[] =>
  [
    report.id,
    report.report,
    report.keep,
    report.need,
    report.min,
    report.connections,
    Math.round(report.ttl),
    report.floor,
    report.leaves ? 1 : 0,
  ].map(String)

function answerIn(reply: unknown): Answer {
  const [epoch = 0, held = 0, target = 0, min = 0, taken = 0, mins = 0, nextExpiry = 0] = (
    reply as unknown[]
  ).map(Number)
  return { epoch, held, target, min, taken, mins, nextExpiry }
}
