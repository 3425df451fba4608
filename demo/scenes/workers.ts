// Scene 3: more workers than connections, and who has which when.

import { duration } from '../format.js'
import type { Scene } from '../stage.js'

/** How long each worker's query takes, in milliseconds. */
const tasks = { A: 300, B: 500, C: 400, D: 350, E: 200, F: 250 }

interface Turn {
  readonly worker: string
  readonly connection: string
  readonly from: number
  readonly to: number
}

export const workers: Scene = {
  title: 'Several workers at once',
  shows:
    'Six workers share three connections: the pool serves the first caller first, and the others wait in the queue.',

  async play(stage) {
    const { terminal } = stage
    await using pool = stage.open(stage.database, { min: 3, max: 3 })
    await pool.ready()
    const turns: Turn[] = []
    const start = performance.now()
    const clock = (): number => performance.now() - start

    const work = async ([worker, time]: [string, number]): Promise<void> => {
      await using lease = await pool.acquire()
      const from = clock()
      const waited = from < 50 ? 'at once' : `after ${duration(from)} in the queue`
      terminal.step(`worker ${worker} gets ${lease.connectionId} ${waited}`)
      await lease.connection.query('select pg_sleep($1)', [time / 1_000])
      turns.push({ worker, connection: lease.connectionId, from, to: clock() })
    }
    const done = Promise.all(Object.entries(tasks).map(work))
    setImmediate(() => terminal.stats(pool.stats()))
    await done
    terminal.step(`all six are done after ${duration(clock())}`)
    terminal.stats(pool.stats())
    terminal.drawing(draw(turns, Math.min(48, terminal.width - 20)))
    terminal.lesson('Three connections did the work of six, and none was opened for it.')
  },
}

/** A line for each connection: the letter of the worker who held it. */
function draw(turns: readonly Turn[], width: number): string[] {
  const end = Math.max(...turns.map(turn => turn.to))
  const connections = [...new Set(turns.map(turn => turn.connection))].sort()
  return connections.map(connection => {
    const cells = Array<string>(width).fill('·')
    for (const turn of turns.filter(turn => turn.connection === connection)) {
      const from = Math.round((turn.from / end) * width)
      cells.fill(turn.worker, from, Math.round((turn.to / end) * width))
    }
    return `${connection}  ${cells.join('')}`
  })
}
