// Whether the cost grows with the pool or with the line: the same work in small and in large, in the same process and round.

import { collect } from '../measure.js'
import type { Reading, Scenario } from '../scenario.js'
import { type Growth, lineOf, opening, sizeOf } from './growth/loads.js'

const quickly = ['limit', 'statepool']

export const growth: Scenario = {
  name: 'growth',
  title: 'growth: what size costs',
  metrics: {
    'growth-connections-10': {
      title: 'acquire + release, 10 connections, half lent',
      unit: 'ns of CPU',
      better: 'lower',
    },
    'growth-connections-1000': {
      title: 'acquire + release, 1,000 connections, half lent',
      unit: 'ns of CPU',
      better: 'lower',
    },
    'growth-connections': { title: 'the same, 1,000 to 10', unit: '×', better: 'lower' },
    'growth-waiters-10': { title: 'a waiter in a line of 10', unit: 'ns of CPU', better: 'lower' },
    'growth-waiters-100000': { title: 'a waiter in a line of 100,000', unit: 'ns of CPU', better: 'lower' },
    'growth-waiters': { title: 'the same, 100,000 to 10', unit: '×', better: 'lower' },
    'growth-opening-100': { title: 'opening and closing one of 100', unit: 'ns of CPU', better: 'lower' },
    'growth-opening-1000': { title: 'opening and closing one of 1,000', unit: 'ns of CPU', better: 'lower' },
    'growth-opening': { title: 'the same, 1,000 to 100', unit: '×', better: 'lower' },
  },
  contestants: (peers, { quick }) => (quick ? peers.filter(peer => quickly.includes(peer)) : peers),
  async prepare(peer, plan) {
    const loads = [await sizeOf(peer, plan), await lineOf(peer, plan), await opening(peer)]
    return async () => {
      const readings: Reading[] = []
      for (const load of loads) readings.push(...(await compare(load)))
      return readings
    }
  },
}

async function compare({ name, small, large }: Growth): Promise<Reading[]> {
  collect() // what another load has left behind
  await small.run() // while the young generation grows again
  const few = await small.run()
  const many = await large.run()
  return [
    { metric: `${name}-${small.size}`, value: few },
    { metric: `${name}-${large.size}`, value: many },
    { metric: name, value: many / few },
  ]
}
