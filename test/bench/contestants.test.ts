// Who takes part in which scenario: no table has a row of a pool that cannot do the work.

import { expect, test } from 'vitest'
import { peerNames } from '../../bench/peers/index.js'
import { ofMysql } from '../../bench/scenario.js'
import { scenarios } from '../../bench/scenarios/index.js'

const lessOfIt = [
  ['whole', false],
  ['quick', true],
] as const

test.each(lessOfIt)(
  'pools of one database alone stay out of scenarios without it, in a %s run',
  (_, quick) => {
    for (const { name, contestants, needsPostgres, needsMariadb } of Object.values(scenarios)) {
      const here = contestants(peerNames, { quick })
      expect(here.length, name).toBeGreaterThan(0)
      if (!needsMariadb)
        expect(
          here.filter(peer => ofMysql.includes(peer)),
          name,
        ).toEqual([])
      if (!needsPostgres)
        expect(
          here.filter(peer => peer === 'postgres.js' || peer.endsWith('(shared)')),
          name,
        ).toEqual([])
    }
  },
)
