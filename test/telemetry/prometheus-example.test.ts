// The program of the guides: it serves metrics and a readiness probe, and ends on SIGTERM.
import * as client from 'prom-client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { Pool } from '../../src/index.js'
import { patience } from '../support/patience.js'

it('serves a scrape, a readiness probe and a liveness probe, and closes its pool when it is told to end', async () => {
  const port = new Promise<number>(resolve => {
    vi.spyOn(console, 'log').mockImplementation((_, given) => resolve(given))
  })
  vi.stubEnv('PORT', '0')
  onTestFinished(() => {
    vi.restoreAllMocks()
    vi.unstubAllEnvs()
    client.register.clear()
  })
  const before = process.listeners('SIGTERM')
  await import('../../examples/prometheus.js')
  const ask = async (path: string) => fetch(`http://127.0.0.1:${await port}${path}`)
  await vi.waitUntil(async () => (await ask('/ready')).status === 200, { timeout: patience })
  const down = { status: 'down', reason: 'The pool is starting.', kind: 'starting', since: 0 } as const
  vi.spyOn(Pool.prototype, 'health').mockReturnValueOnce(down)
  expect((await ask('/ready')).status).toBe(503)
  expect(await (await ask('/ready')).json()).toMatchObject({ status: 'ready' })
  expect(await (await ask('/live')).text()).toBe('alive')
  const scrape = await ask('/metrics')
  expect(scrape.headers.get('content-type')).toBe(client.register.contentType)
  expect(await scrape.text()).toMatch(/^statepool_connections\{pool="orders(#\d+)?",state="idle"\} 2$/m)
  const end = process.listeners('SIGTERM').find(listener => !before.includes(listener))
  process.off('SIGTERM', end as never)
  await (end as () => Promise<void>)()
  await expect(ask('/live')).rejects.toThrow()
})
