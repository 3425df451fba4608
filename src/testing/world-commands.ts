// What time, the process and the database do: a row each.

import type { SimulatedSettings } from '../db/simulated/index.js'
import { kind, nothing, which } from './command-kind.js'

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

/** What happens around the pool. */
export const worldCommands = {
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
}
