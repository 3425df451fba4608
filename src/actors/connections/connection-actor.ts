// What runs each connection: the machine with its effects, compiled once for the process.
import { compiled } from '../../machines/compiled/index.js'
import { connectionMachine } from '../../machines/connection.js'
import type { ConnectionInput } from '../../machines/connection-types.js'
import { once } from '../once.js'
import { recordOf } from './acting.js'
import { driverActions } from './driver-actions.js'
import { leaseActions } from './lease-actions.js'
import { reports } from './reports.js'

/** What a connection runs. */
export type ConnectionLogic = typeof connectionMachine

/** The machine with its effects: the same for all connections of all pools, as each finds its pool through its record. */
const provideConnection = (): ConnectionLogic =>
  connectionMachine.provide({ actions: { ...driverActions, ...leaseActions, ...reports } })

/** What every connection of every pool runs; each sees the actor system as its pool does. */
export const connectionLogic = once((): ConnectionLogic => {
  const machine = compiled(provideConnection())
  const getInitialSnapshot: ConnectionLogic['getInitialSnapshot'] = (scope, input) => {
    Object.assign(scope, { system: recordOf(input as ConnectionInput).parts.system })
    return machine.getInitialSnapshot(scope, input)
  }
  return Object.assign(Object.create(machine), { getInitialSnapshot })
})
