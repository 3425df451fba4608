// The program of the guides: it serves metrics and a readiness probe, and ends on SIGTERM.
import { connect } from 'node:net'
import * as client from 'prom-client'
import { expect, it, onTestFinished, vi } from 'vitest'
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
  const late = connect(await port, '127.0.0.1').setEncoding('utf8')
  late.write('GET /ready HTTP/1.1\r\nHost: localhost\r\n') // a request whose end comes while the pool closes
  expect(await (await ask('/ready')).json()).toMatchObject({ status: 'ready' })
  expect(await (await ask('/live')).text()).toBe('alive')
  const scrape = await ask('/metrics')
  expect(scrape.headers.get('content-type')).toBe(client.register.contentType)
  expect(await scrape.text()).toMatch(/^statepool_connections\{pool="orders(#\d+)?",state="idle"\} 2$/m)
  const end = process.listeners('SIGTERM').find(listener => !before.includes(listener))
  process.off('SIGTERM', end as never)
  const ended = (end as () => Promise<void>)()
  late.write('\r\n')
  let answer = ''
  for await (const text of late) {
    answer += text
    if (/"kind":"(draining|closed)"/.test(answer)) break
  }
  expect(answer).toMatch(/^HTTP\/1\.1 503 /)
  await ended
  await expect(ask('/live')).rejects.toThrow()
})
