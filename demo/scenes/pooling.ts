// Scene 6: the same hundred operations with a connection each and with a pool, on two databases.

import { simulated } from '../../src/db/simulated/index.js'
import type { Driver } from '../../src/index.js'
import { duration, plural, times } from '../format.js'
import { share, timed } from '../measure.js'
import type { Scene, Stage } from '../stage.js'

const operations = 100
const sql = 'select 1'

interface Queryable {
  query(sql: string): Promise<unknown>
}

interface Run {
  readonly took: number
  readonly connections: number
}

export const pooling: Scene = {
  title: 'What pooling buys',
  shows: `${operations} operations, with a connection each and with a pool: on PostgreSQL next door, and on a simulated database where a connect takes 100 ms and a query 5 ms, as over a network.`,

  async play(stage) {
    const { terminal } = stage
    const real = await compare(stage, 'PostgreSQL', stage.database)
    const distant = await compare(stage, 'simulated', simulated({ connectLatency: 100, queryLatency: 5 }))
    terminal.table(
      [`${operations} operations`, 'a connection each', 'pooled', 'ratio'],
      [
        row('PostgreSQL, one at a time', real.oneAtATime),
        row('PostgreSQL, ten at a time', real.tenAtATime),
        row('simulated, one at a time', distant.oneAtATime),
        row('simulated, ten at a time', distant.tenAtATime),
      ],
    )
    terminal.lesson(
      'The time of the pool includes creating it, opening its connections and closing it. The longer a connect takes compared with a query, the more a pool saves.',
    )
    for (const [what, { each, pooled }] of [
      [`${operations} operations on PostgreSQL`, real.oneAtATime],
      [`${operations} operations, simulated network`, distant.oneAtATime],
    ] as const) {
      stage.findings.push({
        what,
        without: duration(each.took),
        pooled: duration(pooled.took),
        ratio: times(each.took / pooled.took),
      })
    }
  },
}

interface Comparison {
  readonly each: Run
  readonly pooled: Run
}

const row = (name: string, { each, pooled }: Comparison): string[] => [
  name,
  duration(each.took),
  duration(pooled.took),
  times(each.took / pooled.took),
]

async function compare<C extends Queryable>(
  stage: Stage,
  name: string,
  driver: Driver<C>,
): Promise<{ oneAtATime: Comparison; tenAtATime: Comparison }> {
  const comparison = async (atATime: number, manner: string): Promise<Comparison> => {
    const each = await withAConnectionEach(stage, name, driver, atATime)
    const pooled = await withAPool(stage, driver, atATime)
    stage.terminal.step(
      `${manner}: ${duration(each.took)} over ${plural(each.connections, 'connection')}; pooled, ${duration(pooled.took)} over ${plural(pooled.connections, 'connection')}`,
    )
    return { each, pooled }
  }
  return {
    oneAtATime: await comparison(1, 'one at a time'),
    tenAtATime: await comparison(10, 'ten at a time'),
  }
}

/** As programs without a pool do it: connect, query, close. */
async function withAConnectionEach<C extends Queryable>(
  { terminal }: Stage,
  name: string,
  driver: Driver<C>,
  atATime: number,
): Promise<Run> {
  let done = 0
  const progress = terminal.progress(name.padEnd(10), operations)
  const signal = new AbortController().signal
  const took = await timed(() =>
    share(operations, atATime, async () => {
      const connection = await driver.connect({ signal, onLost: () => {} })
      try {
        await connection.query(sql)
      } finally {
        await driver.close(connection)
      }
      progress.update(++done, plural(done, 'connection'))
    }),
  )
  progress.end()
  return { took, connections: done }
}

/** Timed from the creation of the pool to its end. */
async function withAPool<C extends Queryable>(
  stage: Stage,
  driver: Driver<C>,
  atATime: number,
): Promise<Run> {
  let connections = 0
  const took = await timed(async () => {
    await using pool = stage.open(driver, { min: 0, max: atATime, maxConnecting: atATime })
    await share(operations, atATime, () => pool.use(connection => connection.query(sql)))
    connections = pool.stats().opened
  })
  return { took, connections }
}
