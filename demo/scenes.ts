// The parts of the demo, by the names that `--only` takes.

import type { SceneName } from './arguments.js'
import { acquire } from './scenes/acquire.js'
import { exhaustion } from './scenes/exhaustion.js'
import { load } from './scenes/load.js'
import { pooling } from './scenes/pooling.js'
import { use } from './scenes/use.js'
import { workers } from './scenes/workers.js'
import type { Scene } from './stage.js'

export const scenes: Readonly<Record<SceneName, Scene>> = {
  acquire,
  use,
  workers,
  exhaustion,
  load,
  pooling,
}
