// The pools that can be put through the scenarios.

import type { Contender } from '../contender.js'
import { dropIn } from './drop-in.js'
import { pgPool } from './pg-pool.js'
import { statepool } from './statepool.js'

export const contenders: Readonly<Record<string, Contender>> = { statepool, 'drop-in': dropIn, pg: pgPool }
