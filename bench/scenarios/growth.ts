// Whether the cost grows with the pool or with the line: the same work in small and in large, in the same process and round.

import { collect } from '../measure.js'
import type { Peer } from '../peer.js'
import { everybody, type Metric, type Plan, type Reading, type Scenario } from '../scenario.js'
import { connectionsLent, type Growth, opening, waiters } from './growth/loads.js'

const sizes = { connections: [10, 1_000], waiters: [10, 100_000], opening: [100, 1_000] } as const

export const growthOfConnections = growth(
  'growth-connections',
  'growth: what a larger pool costs',
  size => `acquire + release, ${size} connections, half of them leased`,
  sizes.connections,
  connectionsLent,
)

export const growthOfWaiters = growth(
  'growth-waiters',
  'growth: what a longer line costs',
  size => `a waiter's turn in a line of ${size}`,
  sizes.waiters,
  waiters,
)

export const growthOfOpening = growth(
  'growth-opening',
  'growth: what opening and closing many connections costs',
  size => `opening and closing one of ${size} connections`,
  sizes.opening,
  opening,
)

function growth(
  name: string,
  title: string,
  titleFor: (size: string) => string,
  [small, large]: readonly [number, number],
  load: (peer: Peer, plan: Plan, sizes: readonly [number, number]) => Promise<Growth>,
): Scenario {
  const metric = (size: number): Metric => ({
    title: titleFor(words(size)),
    unit: 'ns of CPU',
    better: 'lower',
  })
  return {
    name,
    title,
    metrics: {
      [`${name}-${small}`]: metric(small),
      [`${name}-${large}`]: metric(large),
      [name]: { title: `the same, ${words(large)} to ${words(small)}`, unit: '×', better: 'lower' },
    },
    contestants: (peers, { quick }) => everybody(peers).filter(peer => !quick || peer === 'statepool'),
    async prepare(peer, plan) {
      const { few, many } = await load(peer, plan, [small, large])
      return async (): Promise<Reading[]> => {
        collect() // what the last round has left behind
        await few() // while the young generation grows again
        const costOfFew = await few()
        const costOfMany = await many()
        return [
          { metric: `${name}-${small}`, value: costOfFew },
          { metric: `${name}-${large}`, value: costOfMany },
          { metric: name, value: costOfMany / costOfFew },
        ]
      }
    },
  }
}

function words(size: number): string {
  return size.toLocaleString('en-US')
}
