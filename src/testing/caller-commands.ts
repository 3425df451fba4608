// What callers do: a row each.

import type { AcquireOptions } from '../index.js'
import { forever, kind, which } from './command-kind.js'
import { ask, giveBack, refuses, type Scene, toLease } from './scene.js'
import { demand } from './violation.js'

/** On whose behalf callers ask, and by which lane: mostly they do not say. */
const behalves: readonly AcquireOptions[] = [
  ...[{}, {}, {}, { tenant: 'A' }, { tenant: 'B', weight: 0.3 }],
  ...[{ lane: 'slow' }, { lane: 'slow', tenant: 'A' }],
]

/** Those of a crowd, in turns. */
const crowd: readonly AcquireOptions[] = [
  { tenant: 'A' },
  { tenant: 'B', weight: 0.3 },
  { tenant: 'C', weight: 3 },
  {},
]

/** Without the lane, if the pool has none. */
const behalfIn = ({ pool }: Scene, { lane, ...rest }: AcquireOptions): AcquireOptions =>
  lane === undefined || pool.stats().lanes === undefined ? rest : { ...rest, lane }

/** Calls of the driver within which a caller may ask for a connection. */
const calls = ['validate', 'reset', 'close', 'destroy', 'destroy'] as const

/** Callers who lease connections, and what they do with them. */
export const callerCommands = {
  acquire: kind({
    weight: 8,
    draw: random => ({
      timeout: random.pick([undefined, undefined, forever, 0, 20, 200]),
      priority: random.pick([0, 0, 0, 1, -1]),
      for: random.pick(behalves),
    }),
    perform: (scene, { timeout, priority, for: who }) =>
      ask(scene, { timeout, priority, ...behalfIn(scene, who) }),
  }),
  work: kind({
    weight: 3,
    draw: random => ({
      how: random.pick(['use', 'use', 'transaction', 'query'] as const),
      statements: random.int(1, 3),
      abortAfter: random.pick([undefined, 0, 5, 20, 60]),
      for: random.pick(behalves),
    }),
    perform(scene, { how, statements, abortAfter, for: who }) {
      scene.trace.note(
        () =>
          `a caller asks for a ${how} of ${statements} statements${abortAfter === undefined ? '' : `, and gives up after ${abortAfter} ms`}`,
      )
      scene.jobs.run(scene.pool, { how, statements, abortAfter, options: behalfIn(scene, who) })
    },
  }),
  crowd: kind({
    weight: 0.5,
    draw: random => ({ callers: random.int(8, 24), tenants: random.int(2, 4) }),
    perform(scene, { callers, tenants }) {
      scene.trace.note(() => `${callers} callers of ${tenants} tenants ask at once`)
      for (let caller = 0; caller < callers; caller++)
        scene.jobs.run(scene.pool, { how: 'use', statements: 1, options: crowd[caller % tenants] ?? {} })
    },
  }),
  askWithin: kind({
    weight: 1,
    draw: random => ({ call: random.pick(calls) }),
    perform(scene, { call }) {
      scene.watch.within(call, () => {
        scene.trace.note(() => `in the midst of the driver's ${call}`)
        ask(scene, {})
      })
    },
  }),
  abort: kind({
    weight: 2,
    draw: which,
    perform({ asking, trace }, { which }) {
      const controller = [...asking][which % Math.max(1, asking.size)]
      if (controller === undefined) return
      trace.note(() => 'one who asked gives up')
      controller.abort()
    },
  }),
  release: kind({
    weight: 5,
    draw: which,
    perform: toLease(
      'releases it',
      giveBack(lease => lease.release()),
    ),
  }),
  destroy: kind({
    weight: 1,
    draw: which,
    perform: toLease(
      'destroys it',
      giveBack(lease => lease.destroy()),
    ),
  }),
  begin: kind({
    weight: 3,
    draw: which,
    perform: toLease(
      'begins a transaction',
      ({ connection }) => void connection.query('BEGIN').catch(() => {}),
    ),
  }),
  set: kind({
    weight: 1,
    draw: which,
    perform: toLease('changes a setting of the session, and releases it then', (lease, { ended }) => {
      const release = () => {
        if (!lease.held) return
        ended.push(lease)
        lease.release()
      }
      lease.connection.query('SET role = admin').then(release, () => {})
    }),
  }),
  end: kind({
    weight: 0.5,
    draw: which,
    perform: toLease('ends the connection itself', ({ connection }, { watch }) => {
      watch.noteEnded(connection)
      void connection.end()
    }),
  }),
  query: kind({
    weight: 2,
    draw: which,
    perform: toLease('sends a query', ({ id, connection }, { watch }) => {
      const isOwn = ({ code }: { readonly code?: string }): void =>
        watch.attempt(() =>
          demand(code !== '57014', 'fence', () => `the query of lease ${id} was cancelled, as if another's`),
        )
      connection.query('select 1').catch(isOwn)
    }),
  }),
  misuse: kind({
    weight: 1,
    draw: which,
    perform({ ended, trace }, { which }) {
      const lease = ended[which % Math.max(1, ended.length)]
      if (lease === undefined) return
      trace.note(() => `who had lease ${lease.id} uses it again, and releases it again`)
      demand(
        refuses(() => lease.connection),
        'fence',
        () => `lease ${lease.id} has ended, and still has a connection`,
      )
      demand(
        refuses(() => lease.release()),
        'fence',
        () => `lease ${lease.id} was released twice`,
      )
    },
  }),
}

/** Callers of statements that share connections. */
export const statementCommands = {
  statement: kind({
    weight: 0, // of a pool whose statements share: 8
    draw: random => ({ limit: random.pick(['none', 'none', 'timeout', 'signal']), time: random.int(1, 100) }),
    perform({ pool, clock, statements, trace }, { limit, time }) {
      trace.note(() => `a caller asks for a statement${limit === 'none' ? '' : ` (${limit} ${time} ms)`}`)
      if (limit !== 'signal') return statements.run(pool, limit === 'none' ? undefined : { timeout: time })
      const controller = new AbortController()
      const timer = clock.setTimeout(() => controller.abort('enough'), time)
      statements.run(pool, { signal: controller.signal }, () => clock.clearTimeout(timer))
    },
  }),
}
