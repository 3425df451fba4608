// statepool with its own driver.

import { postgres } from '../../src/db/pg/driver/postgres.js'
import { createPool } from '../../src/index.js'
import type { Contender } from '../contender.js'

/** Deadlines are shorter than the defaults, or a scenario about silence would take minutes. */
export const deadlines = { validateTimeout: 500, resetTimeout: 500, closeTimeout: 500 }

export const statepool: Contender = {
  name: 'statepool',
  asserted: true,
  open(config, sizes) {
    const pool = createPool(postgres(config), { ...sizes, ...deadlines })
    return {
      use: work => pool.use(work),
      total: () => pool.stats().total,
      close: () => pool.close({ timeout: 2_000 }),
    }
  },
}
