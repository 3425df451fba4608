// The pool, broken on purpose in one place at a time: what the simulation has to find.

import { Callers } from '../../src/actors/callers/callers.js'
import { Deadlines } from '../../src/actors/callers/deadlines.js'
import { closedError, Intake } from '../../src/actors/callers/intake.js'
import { Lane } from '../../src/actors/callers/lanes.js'
import { WaitingQueue } from '../../src/actors/callers/queue.js'
import { AcquireRequest } from '../../src/actors/callers/request.js'
import { SignalWatch } from '../../src/actors/callers/signal-watch.js'
import { AdaptiveSize } from '../../src/actors/connections/adaptive-size.js'
import { connectionLogic } from '../../src/actors/connections/connection-actor.js'
import { ConnectionRecord } from '../../src/actors/connections/record.js'
import { Roster } from '../../src/actors/connections/roster.js'
import { Supervisor } from '../../src/actors/connections/supervisor.js'
import { Lease } from '../../src/actors/leases/lease.js'
import { poolRunner } from '../../src/actors/pool-actions.js'
import { Cancelling } from '../../src/actors/sharing/cancelling.js'
import { SharedConnection } from '../../src/actors/sharing/shared-connection.js'
import { Sharing } from '../../src/actors/sharing/sharing.js'
import { Alarm } from '../../src/actors/time/alarm.js'
import { ClockScheduler } from '../../src/actors/time/scheduler.js'
import type { Driver } from '../../src/db/driver.js'
import { Session } from '../../src/db/simulated/connection.js'
import { Database } from '../../src/db/simulated/database.js'
import type { SimulatedConnection } from '../../src/db/simulated/index.js'
import { connectionMachine } from '../../src/machines/connection.js'
import { poolMachine } from '../../src/machines/pool.js'
import { DriverWatch } from '../../src/testing/driver-watch.js'
import type { Invariant } from '../../src/testing/violation.js'

export interface Mutation {
  readonly name: string
  /** Which invariant is broken; any of them, where a mistake shows in more than one way. */
  readonly breaks: readonly Invariant[]
  /** Seen only where statements share connections. */
  readonly shares?: true
  /** Breaks it, and answers how to repair it. */
  readonly apply: () => () => void
}

type Method = (...args: never[]) => unknown

/** Replaces a method of a class. */
function replace<T extends object, K extends keyof T>(
  { prototype }: { readonly prototype: T },
  name: K,
  broken: (original: T[K]) => T[K] extends Method ? (this: T, ...args: Parameters<T[K]>) => unknown : never,
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
  if (descriptor === undefined) throw new Error(`There is no method ${String(name)} to break.`)
  Object.defineProperty(prototype, name, { ...descriptor, value: broken(descriptor.value as T[K]) })
  return () => Object.defineProperty(prototype, name, descriptor)
}

/** Replaces a getter of a class. */
function replaceGetter<T extends object, K extends keyof T>(
  { prototype }: { readonly prototype: T },
  name: K,
  broken: (original: (this: T) => T[K]) => (this: T) => T[K],
): () => void {
  const descriptor = Object.getOwnPropertyDescriptor(prototype, name)
  if (descriptor?.get === undefined) throw new Error(`There is no getter ${String(name)} to break.`)
  Object.defineProperty(prototype, name, { ...descriptor, get: broken(descriptor.get as (this: T) => T[K]) })
  return () => Object.defineProperty(prototype, name, descriptor)
}

/** Takes the deadline away from a state of the connection's machine. */
function withoutDeadline(name: 'validateTimeout' | 'resetTimeout' | 'closeTimeout'): () => void {
  const delays = connectionMachine.implementations.delays as Record<string, unknown>
  const original = delays[name]
  delays[name] = () => Number.POSITIVE_INFINITY
  connectionLogic.forget()
  return () => {
    delays[name] = original
    connectionLogic.forget()
  }
}

/** Has a guard of the pool's machine say no. */
function withoutGuard(name: 'isSooner'): () => void {
  const guards = poolMachine.implementations.guards as Record<string, unknown>
  const original = guards[name]
  guards[name] = () => false
  poolRunner.forget()
  return () => {
    guards[name] = original
    poolRunner.forget()
  }
}

/** Gives the pool a driver of which some methods are others. */
function withDriver(
  change: (driver: Driver<SimulatedConnection>) => Partial<Driver<SimulatedConnection>>,
): () => void {
  return replace(
    DriverWatch,
    'wrap',
    original =>
      function (driver) {
        const wrapped = original.call(this, driver)
        return { ...wrapped, ...change(wrapped) }
      },
  )
}

/** What a pool that can evict does then. */
const evictAll = Object.getOwnPropertyDescriptor(Supervisor.prototype, 'evictAll')

const mutationsOfEviction: readonly Mutation[] =
  evictAll === undefined
    ? []
    : [
        {
          name: 'goes on leasing what was evicted',
          breaks: ['generation'],
          apply: () => {
            Object.defineProperty(Supervisor.prototype, 'evictAll', { ...evictAll, value: () => {} })
            return () => Object.defineProperty(Supervisor.prototype, 'evictAll', evictAll)
          },
        },
      ]

export const mutations: readonly Mutation[] = [
  ...mutationsOfEviction,
  {
    name: 'opens one connection more than max',
    breaks: ['size'],
    apply: () =>
      replace(
        Supervisor,
        'grow',
        original =>
          function (context) {
            const { min, max } = context.size
            original.call(this, { ...context, size: { min, max: max + 1 } })
          },
      ),
  },
  {
    name: 'loses every fifth caller when it takes the next one out of the queue',
    breaks: ['settlement', 'remains'],
    apply: () => {
      let calls = 0
      return replace(
        WaitingQueue,
        'next',
        original =>
          function () {
            if (++calls % 5 === 0) original.call(this)
            return original.call(this)
          },
      )
    },
  },
  {
    name: 'forgets the deadlines of those who wait',
    breaks: ['settlement'],
    apply: () => replace(Deadlines, 'add', () => () => {}),
  },
  {
    name: 'ignores callers who give up',
    breaks: ['settlement'],
    apply: () => replace(Callers, 'cancel', () => () => {}),
  },
  {
    name: 'settles a caller again who was served already',
    breaks: ['settlement', 'remains'],
    apply: () => {
      const repair = [
        replace(Intake, 'settled', () => () => {}),
        replace(
          AcquireRequest,
          'refuse',
          original =>
            function (error) {
              original.call(this, error)
              return true
            },
        ),
      ]
      return () => {
        for (const undo of repair) undo()
      }
    },
  },
  {
    name: 'leaves a caller that gave up in the queue, and leases to no caller',
    breaks: ['settlement', 'truth', 'fence', 'remains'],
    apply: () => replace(WaitingQueue, 'leave', () => () => true),
  },
  {
    name: 'serves the latest caller first',
    breaks: ['settlement'],
    apply: () =>
      replace(
        WaitingQueue,
        'join',
        () =>
          function (request) {
            Object.assign(request, { order: -request.order })
            this.rejoin(request)
          },
      ),
  },
  {
    name: 'hands the same caller over to two connections',
    breaks: ['fence', 'settlement'],
    apply: () => {
      let again: AcquireRequest<unknown> | undefined
      return replace(
        WaitingQueue,
        'next',
        original =>
          function () {
            const request = again ?? original.call(this)
            again = again === undefined ? (request as typeof again) : undefined
            return request
          },
      )
    },
  },
  {
    name: 'lets a lease be released twice',
    breaks: ['fence'],
    apply: () =>
      replace(
        Lease,
        'release',
        original =>
          function () {
            if (this.held) original.call(this)
          },
      ),
  },
  {
    name: 'leases the connection that had this name before',
    breaks: ['size', 'fence', 'truth', 'deadlines', 'remains', 'settlement'],
    apply: () => {
      const first = new WeakMap<object, Map<string, unknown>>()
      return replaceGetter(
        ConnectionRecord,
        'handle',
        original =>
          function () {
            const handle = original.call(this)
            if (handle === undefined) return handle
            const known = first.get(this.parts) ?? new Map<string, unknown>()
            first.set(this.parts, known)
            if (!known.has(this.id)) known.set(this.id, handle)
            return known.get(this.id)
          },
      )
    },
  },
  {
    name: 'does not abort the connect whose time is up',
    breaks: ['deadlines', 'truth', 'size'],
    apply: () => replace(ConnectionRecord, 'abortEffect', () => () => {}),
  },
  ...(['validateTimeout', 'resetTimeout', 'closeTimeout'] as const).map(
    (name): Mutation => ({
      name: `has no ${name}`,
      breaks: ['deadlines'],
      apply: () => withoutDeadline(name),
    }),
  ),
  {
    name: 'forgets maxConnecting',
    breaks: ['connects', 'truth', 'size'],
    apply: () => replaceGetter(Roster, 'connecting', () => () => 0),
  },
  {
    name: 'opens a connection more whenever one is ready',
    breaks: ['connects', 'size'],
    apply: () =>
      replace(
        Supervisor,
        'noteReady',
        original =>
          function (record) {
            original.call(this, record)
            this.probe({ size: { max: Number.POSITIVE_INFINITY } } as never)
          },
      ),
  },
  {
    name: 'cancels a connect with the caller who waited for it',
    breaks: ['connects'],
    apply: () => {
      let opening: ConnectionRecord<unknown> | undefined
      const repair = [
        replace(
          Roster,
          'add',
          original =>
            function (record) {
              opening = record as ConnectionRecord<unknown>
              original.call(this, record)
            },
        ),
        replace(
          Callers,
          'cancel',
          original =>
            function (request, error) {
              original.call(this, request, error)
              if (opening?.handle === undefined) opening?.actor.send({ type: 'retire', reason: 'resized' })
            },
        ),
      ]
      return () => {
        for (const undo of repair) undo()
      }
    },
  },
  {
    name: 'leases an idle connection at random',
    breaks: ['time'],
    apply: () =>
      replace(
        Roster,
        'takeIdle',
        original =>
          function () {
            const others = Array.from({ length: this.idle }, () => original.call(this))
            const [chosen] = others.splice(Math.floor(Math.random() * others.length), 1)
            for (const record of others) if (record !== undefined) this.park(record)
            return chosen
          },
      ),
  },
  {
    name: 'sets its alarms by a clock of its own',
    breaks: ['settlement', 'errors', 'time'],
    apply: () =>
      replace(
        ClockScheduler,
        'now',
        original =>
          function () {
            return original.call(this) - 30 * Math.random()
          },
      ),
  },
  {
    name: 'tells a caller that the time is up before it is',
    breaks: ['errors'],
    apply: () =>
      replace(
        Deadlines,
        'takeDue',
        original =>
          function (now) {
            return original.call(this, now + 50)
          },
      ),
  },
  {
    name: 'tells those whom it refuses that it is closed',
    breaks: ['errors'],
    apply: () =>
      replace(
        Callers,
        'refuse',
        original =>
          function (request) {
            original.call(this, request, closedError())
          },
      ),
  },
  {
    name: 'parks an idle connection twice',
    breaks: ['truth'],
    apply: () =>
      replace(
        Roster,
        'park',
        original =>
          function (record) {
            original.call(this, record)
            original.call(this, record)
          },
      ),
  },
  {
    name: 'leaves its alarms set when it closes',
    breaks: ['remains'],
    apply: () => replace(Alarm, 'clear', () => () => {}),
  },
  {
    name: 'keeps connections that have ended in its roster',
    breaks: ['truth', 'remains'],
    apply: () => replace(Supervisor, 'forget', () => () => undefined),
  },
  {
    name: 'drops the request of a connection that has ended',
    breaks: ['settlement', 'remains'],
    apply: () =>
      replace(
        Supervisor,
        'forget',
        original =>
          function (id) {
            original.call(this, id)
          },
      ),
  },
  {
    name: 'leaves its listener on the signal of a caller who was told',
    breaks: ['remains'],
    apply: () => replace(SignalWatch, 'settled', () => () => {}),
  },
  {
    name: 'trusts its connections after one was lost',
    breaks: ['generation'],
    apply: () => replace(Supervisor, 'raiseGeneration', () => () => {}),
  },
  {
    name: 'keeps a connection that was delivered too late',
    breaks: ['connects'],
    apply: () =>
      replace(
        ConnectionRecord,
        'beginEffect',
        original =>
          function () {
            return Object.defineProperty(original.call(this), 'aborted', { value: false })
          },
      ),
  },
  {
    name: 'sends a caller whose connection was unfit to the end of the queue',
    breaks: ['settlement'],
    apply: () =>
      replace(
        WaitingQueue,
        'rejoin',
        () =>
          function (request) {
            this.join(request)
          },
      ),
  },
  {
    name: 'ignores a second, shorter close',
    breaks: ['deadlines'],
    apply: () => withoutGuard('isSooner'),
  },
  {
    name: 'leases a connection again that was found stale',
    breaks: ['generation'],
    apply: () =>
      withDriver(wrapped => ({
        connect: ({ signal, onLost }) => wrapped.connect({ signal, onLost }),
      })),
  },
  {
    name: 'leases a connection again that its holder has ended',
    breaks: ['size', 'fence', 'generation', 'truth'],
    apply: () => withDriver(() => ({ isUsable: () => true })),
  },
  {
    name: 'opens the next connection while the server works on for the last one',
    breaks: ['size', 'truth'],
    apply: () =>
      replace(
        Database,
        'destroy',
        original =>
          function (session) {
            void original.call(this, session)
          },
      ),
  },
  {
    name: 'forgets, at a reset, how the session was set up',
    breaks: ['fence'],
    apply: () =>
      replace(
        Session,
        'restore',
        original =>
          function () {
            original.call(this)
            this.settings = {}
          },
      ),
  },
  {
    name: 'sheds load, and refuses none',
    breaks: ['settlement'],
    apply: () => replace(Callers, 'shed', () => () => {}),
  },
  {
    name: 'forgets the callers who wait for their lane',
    breaks: ['lanes'],
    apply: () => replace(Lane, 'freed', () => () => {}),
  },
  {
    name: 'counts no leases in its lanes',
    breaks: ['lanes'],
    apply: () => replaceGetter(Lane, 'taken', () => () => 0),
  },
  {
    name: 'forgets the weights of tenants',
    breaks: ['turns'],
    apply: () =>
      replace(
        WaitingQueue,
        'join',
        original =>
          function (request) {
            if (request.terms !== undefined) request.terms = { ...request.terms, weight: 1 }
            original.call(this, request)
          },
      ),
  },
  {
    name: 'has no statement cancelled whose caller gave up',
    breaks: ['deadlines'],
    apply: () => replace(Lease, 'cancel', () => async () => {}),
  },
  {
    name: 'leases a connection again while a request to cancel is on its way',
    breaks: ['fence'],
    apply: () => replaceGetter(ConnectionRecord, 'cancelling', () => () => undefined),
  },
  {
    name: 'goes on with the limit that it had before a resize',
    breaks: ['size'],
    apply: () => replace(AdaptiveSize, 'resize', () => () => {}),
  },
  {
    name: 'sends more statements on a connection than its depth',
    breaks: ['fence'],
    shares: true,
    apply: () => replaceGetter(SharedConnection, 'outstanding', () => () => 0),
  },
  {
    name: 'gives a statement the answer to the one before it',
    breaks: ['fence'],
    shares: true,
    apply() {
      let before: unknown
      return replace(
        Sharing,
        'answered',
        original =>
          function (shared, statement, error, result, since, isFirst) {
            const other = before ?? result
            before = result
            original.call(this, shared, statement, error, other, since, isFirst)
          },
      )
    },
  },
  {
    name: 'leases a connection while statements are under way on it',
    breaks: ['fence', 'errors'],
    shares: true,
    apply: () => replaceGetter(SharedConnection, 'over', () => () => true),
  },
  {
    name: 'sends statements while a request to cancel another one is on its way',
    breaks: ['errors'],
    shares: true,
    apply: () => replaceGetter(Cancelling, 'out', () => () => false),
  },
  {
    name: 'forgets the statements that wait for a connection',
    breaks: ['remains'],
    shares: true,
    apply: () => replace(Sharing, 'freed', () => () => {}),
  },
]
