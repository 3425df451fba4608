// Everything that can happen to a pool, a row each: how often it is drawn, with what, what it does and how it reads.

import type { SimulatedSettings } from '../db/simulated/index.js'
import type { AcquireOptions } from '../index.js'
import type { Random } from './random.js'
import { ask, giveBack, isOpen, refuses, type Scene, toLease } from './scene.js'
import { demand } from './violation.js'

interface Kind<Details extends object> {
  /** How often it is drawn, among all. */
  readonly weight: number
  readonly draw: (random: Random) => Details
  /** A command that does not apply now (a release when no caller holds a lease) does nothing. */
  readonly perform: (scene: Scene, details: Details) => Promise<void> | void
  /** Whether this pool can do it; a pool that cannot is not asked to. */
  readonly applies?: (pool: object) => boolean
}

const kind = <Details extends object>(row: Kind<Details>): Kind<Details> => row

const forever = Number.POSITIVE_INFINITY

const which = (random: Random) => ({ which: random.int(0, 9) })
const size = (random: Random) => ({ min: random.int(0, 3), more: random.int(0, 3) })
const nothing = () => ({})

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

/** A method that some pools have. */
const able = (method: string, weight: number) =>
  kind({
    weight,
    draw: nothing,
    applies: pool => method in pool,
    perform({ pool }) {
      if (isOpen(pool)) (pool as unknown as Record<string, () => void>)[method]?.()
    },
  })

/** What a simulated database can suffer from. */
export const faults = [
  'connectFailureRate',
  'connectHangRate',
  'unhealthyRate',
  'validateHangRate',
  'resetFailureRate',
  'resetHangRate',
  'closeHangRate',
  'queryHangRate',
  'cancelFailureRate',
] as const satisfies readonly (keyof SimulatedSettings)[]

const kinds = {
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
  wait: kind({
    weight: 5,
    draw: random => ({ time: random.pick([1, 10, 50, 300]) }),
    perform: ({ clock }, { time }) => clock.advance(time),
  }),
  freeze: kind({
    weight: 0.5,
    draw: random => ({ time: random.pick([50, 300, 2_000]) }),
    perform({ clock, jobs, watch, trace }, { time }) {
      trace.note(() => `the process is frozen for ${time} ms`)
      watch.noteFrozen(clock.now() + time)
      jobs.noteFrozen(clock.now() + time)
      return clock.freeze(time)
    },
  }),
  rest: kind({ weight: 4, draw: nothing, perform: ({ clock }) => clock.advance(0) }),
  kill: kind({
    weight: 2,
    draw: which,
    perform({ database, trace }, { which }) {
      const victim = database.connections[which % Math.max(1, database.open)]
      if (victim === undefined) return
      trace.note(() => `the database ends connection ${victim.id}`)
      database.kill(victim)
    },
  }),
  fault: kind({
    weight: 3,
    draw: random => ({ fault: random.pick(faults), rate: random.pick([0, 0.5, 1]) }),
    perform({ database, trace }, { fault, rate }) {
      trace.note(() => `the database's ${fault} is ${rate} from now on`)
      database.change({ [fault]: rate })
    },
  }),
  stop: kind({
    weight: 0.5,
    draw: nothing,
    perform({ database, trace }) {
      trace.note(() => 'the database stops')
      database.stop()
    },
  }),
  start: kind({
    weight: 0.5,
    draw: nothing,
    perform({ database, trace }) {
      trace.note(() => 'the database starts')
      database.start()
    },
  }),
  alter: kind({
    weight: 1,
    draw: nothing,
    perform({ database, trace }) {
      trace.note(() => 'a table is altered: every open session is stale')
      database.alter()
    },
  }),
  demote: kind({
    weight: 0.2,
    draw: nothing,
    perform({ database, trace }) {
      trace.note(() => 'the primary becomes read-only under its open sessions')
      database.demote()
    },
  }),
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
  resize: kind({
    weight: 1,
    draw: size,
    perform({ pool }, { min, more }) {
      if (isOpen(pool)) pool.resize({ min, max: Math.max(1, min + more) })
    },
  }),
  pause: able('pause', 0.5),
  resume: able('resume', 1),
  evict: able('evict', 0.5),
  close: kind({
    weight: 0.3,
    draw: random => ({
      timeout: random.pick([0, 100, forever]),
      again: random.pick([undefined, 0, 50]),
    }),
    perform({ pool }, { timeout, again }) {
      void pool.close({ timeout })
      if (again !== undefined) void pool.close({ timeout: again })
    },
  }),
}

/** The name of a command. */
export type CommandName = keyof typeof kinds

/** All of them. */
export const commandNames = Object.keys(kinds) as readonly CommandName[]

/** One action, as data: a story of commands can be printed, shortened and repeated. */
export type Command = {
  readonly [Name in CommandName]: { readonly do: Name } & ((typeof kinds)[Name] extends Kind<infer Details>
    ? Readonly<Details>
    : never)
}[CommandName]

/** How often each command is drawn, relative to its usual weight; 0 = never. */
export type Weights = Readonly<Partial<Record<CommandName, number>>>

/** Draws a story of `length` commands. */
export function drawCommands(random: Random, length: number, weights: Weights = {}): Command[] {
  const names = Object.keys(kinds) as CommandName[]
  const shares = names.map(name => weights[name] ?? kinds[name].weight)
  const total = shares.reduce((sum, share) => sum + share, 0)
  const drawOne = (): Command => {
    let left = random() * total
    const index = shares.findIndex(share => {
      left -= share
      return left < 0
    })
    const name = names[index] ?? 'rest'
    return { do: name, ...kinds[name].draw(random) } as Command
  }
  return total > 0 ? Array.from({ length }, drawOne) : []
}

/** Does one thing, if the pool can. */
export function perform(command: Command, scene: Scene): Promise<void> | void {
  const { applies, perform } = kinds[command.do] as Kind<object>
  if (applies === undefined || applies(scene.pool)) return perform(scene, command)
}
