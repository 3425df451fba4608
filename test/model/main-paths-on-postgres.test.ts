// The main paths through the models of a connection's and a pool's life are walked on a real PostgreSQL, and after each step
// the machines, the pool's figures and the server's own list of backends say the same.
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { connectionModel, type ModelPath, pathsOf, poolModel } from '../../src/testing/index.js'
import {
  type ExecutionOnPostgres,
  executeConnectionOnPostgres,
  executePoolOnPostgres,
} from './postgres-executor.js'
import type { Server } from './system-on-postgres.js'

/** A server that is well does none of these; the scripted driver does (every-path.test.ts). */
const neverOnPostgres = {
  connection: [
    'validation fails',
    'reset fails',
    'goodbye fails',
    'release ended',
    'destroy in the midst of a statement',
  ],
  pool: [
    'acquire an unfit one',
    'release and crash',
    'inside a connect: released and lost',
    'inside a connect: released and retired by hand',
    'inside a connect: closed, and released in a crash',
    'inside a connect: everything at once',
  ],
}

/**
 * The pool is resized between two and one: with a third size there are four times as many paths, and nothing new for the server. The
 * same goes for what an operator does: walked in simulated time alone.
 */
const leftOut = ['resize to none or two', 'pause', 'resume', 'evict']

/** The pool must not notice it, but the server counts one less than the pool until the goodbye has failed. */
const isLostWhileClosing = ({ events, states }: ModelPath) =>
  events.some((event, step) => event === 'the connection is lost' && states[step] === 'closing.graceful')

/** What a pool does after two of these it does after one: every combination of them is walked in simulated time alone. */
const isTwiceUpset = ({ events }: ModelPath) =>
  events.filter(event => event === 'a connect fails' || event.startsWith('resize')).length > 1

const paths = {
  connection: pathsOf(connectionModel, {
    kind: 'shortest',
    limit: 1_000,
    events: connectionModel.events.filter(event => !neverOnPostgres.connection.includes(event)),
  }).filter(path => !isLostWhileClosing(path)),
  pool: pathsOf(poolModel, {
    kind: 'shortest',
    limit: 12_000,
    events: poolModel.events.filter(event => ![...neverOnPostgres.pool, ...leftOut].includes(event)),
  }).filter(path => !isTwiceUpset(path)),
}

let server: Server
const walked = { connection: 0, pool: 0, steps: 0 }

beforeAll(async () => {
  // XState's development build warns of events that come too late, which is what some of these paths are about.
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  const { host, port, user, password, database } = inject('postgres')
  const config = { host, port, user, password, database, application_name: 'main paths' }
  server = { config, observer: new pg.Pool({ ...config, application_name: 'observer', max: 2 }) }
})
afterAll(() => server.observer.end())

function walk(kind: 'connection' | 'pool', execution: (server: Server) => ExecutionOnPostgres): void {
  for (const path of paths[kind]) {
    it(path.events.join(' → '), async () => {
      const { finish, ...steps } = execution(server)
      try {
        await path.execute(steps)
      } finally {
        await finish()
      }
      walked[kind]++
      walked.steps += path.events.length
    })
  }
}

// Side by side, for each waits for the server most of the time.
describe.concurrent('a connection to PostgreSQL, by the shortest path through each transition of the model', () => {
  walk('connection', executeConnectionOnPostgres)
})

describe.concurrent('a pool on PostgreSQL, by the shortest path through each transition of the model', () => {
  walk('pool', executePoolOnPostgres)
})

describe('the paths together', () => {
  it('were all walked, and are as many as they were when they were last looked at', () => {
    console.info(
      `${walked.connection + walked.pool} paths of ${walked.steps} steps, executed against a real PostgreSQL`,
    )
    expect(walked).toEqual({ connection: 180, pool: 173, steps: 1609 })
  })
})
