// The scenarios, in the order of the table.

import type { Scenario } from '../scenario.js'
import { backendKilled } from './backend-killed.js'
import { changedPassword } from './changed-password.js'
import { refused, silent } from './connects.js'
import { crash } from './crash.js'
import { cut, reset } from './cut.js'
import { halfOpenAtEase, halfOpenClient, halfOpenServer } from './half-open.js'
import { frozen, lossy, slow } from './network.js'
import { outage } from './outage.js'
import { restart, restartAtEase } from './restart.js'
import { backendStopped, serverStopped } from './stopped.js'
import { allTerminated, idleTerminated } from './terminated.js'
import { tooManyClients } from './too-many-clients.js'

export const scenarios: readonly Scenario[] = [
  restart,
  restartAtEase,
  crash,
  backendKilled,
  outage,
  tooManyClients,
  changedPassword,
  idleTerminated,
  allTerminated,
  backendStopped,
  serverStopped,
  frozen,
  lossy,
  slow,
  halfOpenServer,
  halfOpenAtEase,
  halfOpenClient,
  reset,
  cut,
  silent,
  refused,
]
