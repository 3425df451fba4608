// Is the pool all right? What a person sees first, on a screen and on a phone.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { contrastIn, violationsIn } from '../support/axe.js'
import { chromiumMissing, Looker } from '../support/browser.js'
import { changesOf, movesIn } from '../support/moves.js'
import { type SyntheticServer, serveSynthetic } from '../support/synthetic-server.js'

/** What axe finds with a panel and all tables open, light and dark: the same elements, in other colours. */
async function barriersIn(page: Page): Promise<string[]> {
  await page.locator('.labels button').first().click()
  await page.locator('.panel').waitFor()
  for (const button of await page.getByRole('button', { name: /^Table/ }).all()) await button.click()
  const found = await violationsIn(page)
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('html[data-theme="dark"]').waitFor()
  return [...found, ...(await contrastIn(page))]
}

// The tests of one pool share a page, from what is seen without doing anything to what one does; axe comes last, as it leaves all open.
describe.skipIf(chromiumMissing)('the page', () => {
  let looker: Looker
  const servers: SyntheticServer[] = []
  const open = async (...[options, rest]: Parameters<typeof serveSynthetic>): Promise<Page> => {
    const server = await serveSynthetic(options, rest)
    servers.push(server)
    return await looker.open(server.url)
  }
  beforeAll(async () => {
    looker = await Looker.start()
  })
  afterAll(async () => {
    await looker?.close()
    for (const server of servers) await server.close()
  })

  describe('of a calm pool', () => {
    let page: Page
    beforeAll(async () => {
      page = await open({ connections: 10, arrivals: 40, use: 60 }, { past: 30_000 })
    })
    afterAll(() => page?.close())

    it('says that it is all right, with its figures', async () => {
      await page.getByRole('status').getByText('OK', { exact: true }).waitFor()
      expect(await page.locator('.figure').allInnerTexts()).toEqual([
        expect.stringMatching(/^Idle\s+\d+$/),
        expect.stringMatching(/^Leased\s+\d+$/),
        expect.stringMatching(/^Waiting\s+0$/),
        expect.stringMatching(/^Connecting\s+\d+$/),
      ])
      await page.getByText('Nothing.').waitFor()
      await page.getByText('The queue is empty.').waitFor()
      await expect.poll(() => litIn(page)).toEqual(['running'])
      await page.locator('.connection-chart [data-name="idle"] .count').getByText(/^\d+$/).waitFor()
    })

    it('can be used without sight and without a mouse, light and dark', async () => {
      expect(await barriersIn(page)).toEqual([])
    })
  })

  describe('of a pool whose connections are all leased', () => {
    let page: Page
    beforeAll(async () => {
      page = await open({ connections: 10, arrivals: 220, use: 60, leak: true }, { past: 30_000 })
    })
    afterAll(() => page?.close())

    it('says what is wrong, and who waits', async () => {
      await page.getByRole('status').getByText('Degraded').waitFor()
      await page
        .locator('.finding[data-kind="exhausted"]')
        .getByText('All 10 connections are leased')
        .waitFor()
      await page.locator('.finding[data-kind="leaked"]').getByText('listOrders').first().waitFor()
      await page.locator('.queue').getByText('all 10 connections are leased').waitFor()
      expect(await page.locator('.queue li').count()).toBeGreaterThan(5)
    })

    it('moves nothing when the figures change, but what scrolls', async () => {
      expect(await movesIn(page, 8)).toEqual([])
    })

    it('fits a phone', async () => {
      await page.setViewportSize({ width: 390, height: 844 })
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390)
      const figures = await page.locator('.figures').boundingBox()
      expect(figures && figures.y + figures.height).toBeLessThan(844)
      await page.setViewportSize({ width: 1280, height: 900 })
    })

    it('opens a connection’s panel with the keyboard, and gives the focus back', async () => {
      await page.locator('.labels button').first().focus()
      await page.keyboard.press('ArrowDown')
      await page.keyboard.press('Enter')
      await page.locator('.panel h2').getByText('connection-2').waitFor()
      await page.locator('.panel').getByText('reported as a leak').waitFor()
      await page.locator('.panel').getByText('listOrders').first().waitFor()
      await page.locator('.panel .lit[data-name="busy.leased"]').waitFor()
      await page.keyboard.press('Escape')
      await page.locator('.panel').waitFor({ state: 'detached' })
      await expect
        .poll(() => page.evaluate('String(document.activeElement.getAttribute("aria-label"))'))
        .toMatch(/^connection-2/)
    })

    it('can be used without sight and without a mouse, light and dark', async () => {
      expect(await barriersIn(page)).toEqual([])
    })
  })

  describe('of a pool whose database is down', () => {
    let page: Page
    beforeAll(async () => {
      page = await open({ connections: 10, arrivals: 40, use: 60, down: true }, { past: 40_000 })
    })
    afterAll(() => page?.close())

    it('says so, and lights the state of the pool that says so', async () => {
      await page.getByRole('status').getByText('Down', { exact: true }).waitFor()
      await page.locator('.finding').getByText('ECONNREFUSED').first().waitFor()
      await expect.poll(() => litIn(page)).toContain('backingOff')
    })

    it('filters the log, and holds it still', async () => {
      await page.getByLabel('Filter the event log').fill('could not connect')
      await page.locator('.log tbody tr').first().waitFor()
      // What was drawn before the filter stays until the next drawing.
      await expect
        .poll(async () => {
          const rows = await page.locator('.log tbody tr').allInnerTexts()
          return rows.length === 0 ? 'nothing' : rows.filter(row => !/connect/i.test(row))
        })
        .toEqual([])
      await page.locator('.log').getByRole('button', { name: 'Pause' }).click()
      const before = await page.locator('.log tbody').innerText()
      await changesOf(page, 8)
      expect(await page.locator('.log tbody').innerText()).toBe(before)
    })
  })

  it('complains of nothing', () => {
    expect(looker.complaints).toEqual([])
  })
})

/** The lit states of the pool's chart, which is drawn a moment after the words. */
const litIn = (page: Page): Promise<string[]> =>
  page.locator('.pool-chart .lit text:first-of-type').allTextContents()
