// The hooks of a pool of hosts are for its callers: they do not hear of the pool's own questions.
import { expect, it } from 'vitest'
import { hostsInSimulatedTime } from '../support/hosts-in-simulated-time.js'
import { watch } from '../support/pool-in-simulated-time.js'

it('onLend and onReturn are called for callers, and not when the pool asks a host for its role', async () => {
  const heard: unknown[] = []
  const { pool, clock, servers, states } = hostsInSimulatedTime(2, {
    hostRecheck: 100,
    onLend(_, { session }) {
      if (session === undefined) throw new Error('every caller has a session')
      heard.push(['onLend', session])
    },
    onReturn: (_, { session }) => void heard.push(['onReturn', session]),
  })
  await clock.advance(1_500)
  expect(servers.map(({ totals }) => totals.opened)).toEqual([1, 1])
  expect(heard).toEqual([])
  await Promise.all([pool.use(() => {}, { session: 'ann' }), clock.advance(50)])
  expect(heard).toEqual([
    ['onLend', 'ann'],
    ['onReturn', 'ann'],
  ])
  const refused = watch(pool.use(() => {}))
  servers[1]?.promote()
  await clock.advance(1_000)
  expect(refused.error).toMatchObject({ code: 'LEND_REFUSED' })
  expect(states()).toEqual({ a: 'primary', b: 'primary' })
})

it('onReturn alone does not hear of the pool’s questions either', async () => {
  const heard: unknown[] = []
  const { pool, clock } = hostsInSimulatedTime(1, {
    hostRecheck: 100,
    onReturn: (_, { end }) => void heard.push(end),
  })
  await clock.advance(1_500)
  expect(pool.hosts()[0]?.pool.stats().acquired).toBeGreaterThan(5)
  expect(heard).toEqual([])
})
