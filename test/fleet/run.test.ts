// `npm run fleet`, with few processes: real ones, a real PostgreSQL, kill -9 and a rolling restart.
import { expect, inject, it } from 'vitest'
import { runFleet, type View } from '../../fleet/run.js'
import { linesOf } from '../../fleet/table.js'

const server = inject('redis')
const keepers: [string, string | undefined][] = [['PostgreSQL itself', undefined]]
if ('url' in server) keepers.push(['Redis', server.url])
const nats = inject('nats')
if ('servers' in nats) keepers.push(['NATS', `nats://${nats.servers}`])

// Side by side: they mostly wait for what a killed one held to expire.
it.concurrent.each(keepers)(
  'processes share the connections that %s counts, through kill -9 and a rolling restart, and no caller fails',
  async (_, keeper) => {
    const views: View[] = []
    const processes = keeper === undefined ? 3 : 2 // each costs as much as all else here
    const plan = { processes, connections: 2, callers: 3, pause: 20, seconds: 0.3, keeper }
    const verdict = await runFleet(plan, view => void views.push(view))
    expect(verdict.complaints).toEqual([])
    expect(verdict).toMatchObject({
      lived: 2 * processes + 1,
      failed: 0,
      tooMany: 0,
      bound: keeper === undefined ? 6 : 2,
    })
    expect(verdict.most).toBeGreaterThan(1)
    expect(verdict.served).toBeGreaterThan(4 * 3)
    expect([...new Set(views.map(({ part }) => part))]).toEqual([
      `starting ${processes} processes`,
      `all ${processes} have been served`,
      'under load',
      'kill -9 of 1',
      'killed ones are replaced, all are served',
      'rolling restart',
      'after it, all are served',
    ])
    for (const view of views)
      for (const width of [30, 60, 120])
        for (const line of linesOf(view, 10, width)) expect(line.length).toBeLessThanOrEqual(width)
  },
)
