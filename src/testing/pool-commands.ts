// What an application does to its pool: a row each.

import { forever, kind, nothing } from './command-kind.js'
import type { Random } from './random.js'
import { isOpen } from './scene.js'

const size = (random: Random) => ({ min: random.int(0, 3), more: random.int(0, 3) })
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

/** Calls of the pool's other methods. */
export const poolCommands = {
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
