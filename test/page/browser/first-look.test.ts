// Is the pool all right? What a person sees first, on a screen and on a phone.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { violationsIn } from '../support/axe.js'
import { chromiumMissing, Looker } from '../support/browser.js'
import { type SyntheticServer, serveSynthetic } from '../support/synthetic-server.js'

describe.skipIf(chromiumMissing)('the page', () => {
  let looker: Looker
  let calm: SyntheticServer
  let exhausted: SyntheticServer
  let down: SyntheticServer
  beforeAll(async () => {
    looker = await Looker.start()
    calm = await serveSynthetic({ connections: 10, arrivals: 40, use: 60 }, { past: 30_000 })
    exhausted = await serveSynthetic(
      { connections: 10, arrivals: 220, use: 60, leak: true },
      { past: 30_000 },
    )
    down = await serveSynthetic({ connections: 10, arrivals: 40, use: 60, down: true }, { past: 40_000 })
  })
  afterAll(async () => {
    await looker?.close()
    for (const server of [calm, exhausted, down]) await server?.close()
  })

  it('says that a calm pool is all right, with its figures', async () => {
    const page = await looker.open(calm.url)
    await page.getByRole('status').getByText('OK', { exact: true }).waitFor()
    expect(await page.locator('.figure').allInnerTexts()).toEqual([
      expect.stringMatching(/^Idle\s+\d+$/),
      expect.stringMatching(/^Leased\s+\d+$/),
      expect.stringMatching(/^Waiting\s+0$/),
      expect.stringMatching(/^Connecting\s+\d+$/),
    ])
    await page.getByText('Nothing.').waitFor()
    await page.getByText('The queue is empty.').waitFor()
    expect(await page.locator('.pool-chart .lit text:first-of-type').allTextContents()).toEqual(['running'])
    expect(await page.locator('.connection-chart [data-name="idle"] .count').textContent()).toMatch(/^\d+$/)
    await page.close()
  })

  it('says what is wrong when all connections are leased, and who waits', async () => {
    const page = await looker.open(exhausted.url)
    await page.getByRole('status').getByText('Degraded').waitFor()
    await page.locator('.finding[data-kind="exhausted"]').getByText('All 10 connections are leased').waitFor()
    await page.locator('.finding[data-kind="leaked"]').getByText('listOrders').first().waitFor()
    await page.locator('.queue').getByText('all 10 connections are leased').waitFor()
    expect(await page.locator('.queue li').count()).toBeGreaterThan(5)
    await page.close()
  })

  it('says that the database is down, and lights the state of the pool that says so', async () => {
    const page = await looker.open(down.url)
    await page.getByRole('status').getByText('Down', { exact: true }).waitFor()
    await page.locator('.finding').getByText('ECONNREFUSED').first().waitFor()
    expect(await page.locator('.pool-chart .lit text:first-of-type').allTextContents()).toContain(
      'backingOff',
    )
    await page.close()
  })

  for (const theme of ['light', 'dark'] as const) {
    it(`can be used without sight and without a mouse, in ${theme}`, async () => {
      for (const { url } of [calm, exhausted]) {
        const page = await looker.open(url, { theme, stillness: true })
        await page.getByRole('status').waitFor()
        await page.locator('.labels button').first().click()
        await page.locator('.panel').waitFor()
        for (const button of await page.getByRole('button', { name: /^Table/ }).all()) await button.click()
        expect(await violationsIn(page)).toEqual([])
        await page.close()
      }
    })
  }

  it('fits a phone', async () => {
    const page = await looker.open(exhausted.url, { width: 390, height: 844 })
    await page.getByRole('status').getByText('Degraded').waitFor()
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
    const figures = await page.locator('.figures').boundingBox()
    expect(figures && figures.y + figures.height).toBeLessThan(844)
    await page.close()
  })

  it('moves nothing when the figures change, but what scrolls', async () => {
    const page = await looker.open(exhausted.url)
    await page.getByRole('status').getByText('Degraded').waitFor()
    const moved = await page.evaluate(
      `new Promise(resolve => {
        const moved = []
        new PerformanceObserver(list => {
          for (const { sources } of list.getEntries())
            for (const { node } of sources)
              if (!node?.parentElement?.closest('.scroll')) moved.push(node?.parentElement?.outerHTML.slice(0, 200))
        }).observe({ type: 'layout-shift' })
        setTimeout(() => resolve(moved), 3000)
      })`,
    )
    expect(moved).toEqual([])
    await page.close()
  })

  it('opens a connection’s panel with the keyboard, and gives the focus back', async () => {
    const page = await looker.open(exhausted.url)
    const first = page.locator('.labels button').first()
    await first.focus()
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('Enter')
    await page.locator('.panel h2').getByText('connection-2').waitFor()
    await page.locator('.panel').getByText('reported as a leak').waitFor()
    await page.locator('.panel').getByText('listOrders').first().waitFor()
    expect(await page.locator('.panel .lit[data-name="busy.lent"]').count()).toBe(1)
    await page.keyboard.press('Escape')
    await page.locator('.panel').waitFor({ state: 'detached' })
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toMatch(/^connection-2/)
    await page.close()
  })

  it('filters the log, and holds it still', async () => {
    const page = await looker.open(down.url)
    await page.getByLabel('Filter the event log').fill('could not connect')
    await page.locator('.log tbody tr').first().waitFor()
    const rows = await page.locator('.log tbody tr').allInnerTexts()
    for (const row of rows) expect(row).toMatch(/connect/i)
    await page.locator('.log').getByRole('button', { name: 'Pause' }).click()
    const before = await page.locator('.log tbody').innerText()
    await page.waitForTimeout(1500)
    expect(await page.locator('.log tbody').innerText()).toBe(before)
    await page.close()
  })

  it('complains of nothing', () => {
    expect(looker.complaints).toEqual([])
  })
})
