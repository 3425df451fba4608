// The page and the program: when it goes, when it comes back, when it lets no one in.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chromiumMissing, Looker } from '../support/browser.js'
import { serveSynthetic } from '../support/synthetic-server.js'

const small = { connections: 4, arrivals: 20, use: 60 }

describe.skipIf(chromiumMissing)('the page and its program', () => {
  let looker: Looker
  beforeAll(async () => {
    looker = await Looker.start()
  })
  afterAll(() => looker?.close())

  it('says that it reconnects when the program goes, and shows it again when it is back', async () => {
    const server = await serveSynthetic(small)
    const page = await looker.open(server.url)
    await page.getByText('Live', { exact: true }).waitFor()
    server.interrupt(false)
    await page
      .locator('.link-state')
      .getByText(/^(Reconnecting|Connecting)/)
      .waitFor()
    expect(await page.locator('.hero').isVisible()).toBe(true)
    server.interrupt(true)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.close()
    await server.close()
  })

  it('takes the token out of the address, and keeps it for a reload', async () => {
    const server = await serveSynthetic(small)
    const page = await looker.open(server.url)
    await page.getByText('Live', { exact: true }).waitFor()
    expect(page.url()).not.toContain('token')
    expect(await page.evaluate('Object.values(sessionStorage)')).toEqual(['synthetic'])
    await page.close()
    await server.close()
  })

  it('has a word for a program without a pool', async () => {
    const server = await serveSynthetic(small, { hello: { pools: [] } })
    const page = await looker.open(server.url)
    await page.getByText('No pool yet').waitFor()
    await page.close()
    await server.close()
  })

  it('has room for many pools with long names, and is no wider for them', async () => {
    const pools = Array.from({ length: 24 }, (_, id) => ({
      id,
      name: `the-pool-of-tenant-number-${id}-in-eu-central-1`,
      driver: 'postgres',
      target: 'a-long-host-name.of-a-database.in-some-region.example.com:5432/orders',
      options: {},
      clock: { pool: 0, wall: Date.UTC(2026, 0, 5, 12) },
    }))
    const server = await serveSynthetic(small, { hello: { pools } })
    const page = await looker.open(server.url, { width: 390, height: 844 })
    await page.getByRole('button', { name: /number-23-/ }).waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    await page.close()
    await server.close()
  })

  it('refuses a protocol that it does not know', async () => {
    const server = await serveSynthetic(small, { hello: { protocol: 99 } })
    const page = await looker.open(server.url)
    await page.getByText('do not fit').waitFor()
    await page.close()
    await server.close()
  })
})
