// The scenarios, in the order of the report.

import type { Scenario } from '../scenario.js'
import { appBurst, appMixed } from './as-apps-do.js'
import { burst } from './burst.js'
import { contended } from './contended.js'
import { curveOfCallers, curveOfLoad, curveOfSize } from './curves.js'
import { growthOfConnections, growthOfOpening, growthOfWaiters } from './growth.js'
import { lifecycle } from './lifecycle.js'
import { longLine } from './long-line.js'
import { memory } from './memory.js'
import { mysql } from './mysql.js'
import { pg } from './pg.js'
import { serial } from './serial.js'
import { spike } from './spike.js'
import { statements } from './statements.js'

export const scenarios: Readonly<Record<string, Scenario>> = {
  serial,
  contended,
  burst,
  'app-burst': appBurst,
  'app-mixed': appMixed,
  'long-line': longLine,
  spike,
  pg,
  mysql,
  statements,
  'growth-connections': growthOfConnections,
  'growth-waiters': growthOfWaiters,
  'growth-opening': growthOfOpening,
  lifecycle,
  memory,
  'curve-callers': curveOfCallers,
  'curve-load': curveOfLoad,
  'curve-size': curveOfSize,
}
