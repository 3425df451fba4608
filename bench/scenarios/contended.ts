// 100 tasks on 10 connections, each of which holds its connection for one tick.

import { calibrate, timeBatches } from '../measure.js'
import { type Scenario, withRecorded } from '../scenario.js'
import { tasksOn } from '../tasks.js'

export const contended: Scenario = {
  name: 'contended',
  title: 'contended: 100 tasks on 10 connections, each held for one tick',
  metrics: { contended: { title: 'acquire + release', unit: 'ns of CPU', better: 'lower' } },
  contestants: withRecorded,
  async prepare(peer, { roundTime }) {
    const batch = await tasksOn(peer, { connections: 10, tasks: 100, perTask: 50 })
    const count = await calibrate(batch, roundTime)
    return async () => [{ metric: 'contended', value: await timeBatches(batch, count) }]
  },
}
