// A recording in the page: where one is, and how one moves.
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type RecordingViewer, viewer } from '../../../src/inspector/index.js'
import { violationsIn } from '../support/axe.js'
import { chromiumMissing, Looker } from '../support/browser.js'
import { recordOutage } from '../support/scenes.js'

describe.skipIf(chromiumMissing)('a recording', () => {
  let looker: Looker
  let showing: RecordingViewer
  let page: Page
  beforeAll(async () => {
    looker = await Looker.start()
    showing = await viewer({ recording: await recordOutage() })
    page = await looker.open(showing.url)
    await page.getByText('Recording', { exact: true }).waitFor()
  })
  afterAll(async () => {
    await looker?.close()
    await showing?.close()
  })

  const position = async (): Promise<number> =>
    Number(await page.getByLabel('Position in the recording').inputValue())
  const word = (text: string) => page.locator('.hero .word').getByText(text, { exact: true }).waitFor()

  it('opens at the incident, and says what was wrong then', async () => {
    await page.getByRole('button', { name: 'Next event' }).click()
    await page.locator('.pool-chart .lit[data-name="backingOff"]').waitFor()
    await page
      .locator('.log')
      .getByText(/Connects fail/)
      .first()
      .waitFor()
    expect(await violationsIn(page)).toEqual([])
  })

  it('goes event by event, forwards and backwards', async () => {
    const start = await position()
    await page.getByRole('button', { name: 'Next event' }).click()
    await expect.poll(position).toBeGreaterThan(start)
    const next = await position()
    await page.getByRole('button', { name: 'Previous event' }).click()
    await expect.poll(position).toBeLessThan(next)
  })

  it('is scrubbed with the keyboard, also back to when all was well', async () => {
    await page.getByLabel('Position in the recording').focus()
    await page.keyboard.press('Home')
    await expect.poll(position).toBeLessThan(1_100)
    await page.getByLabel('Position in the recording').fill('30000')
    await word('OK')
    await page.locator('.pool-chart .lit[data-name="running"]').waitFor()
  })

  it('has the keys of a player, where nothing else has them', async () => {
    await page.getByLabel('Position in the recording').fill('30000')
    const start = await position()
    await page.keyboard.press('ArrowRight') // the slider's own
    await page.evaluate('document.activeElement.blur()')
    const after = await position()
    expect(after).toBeGreaterThan(start + 1_000)
    await page.keyboard.press('ArrowRight')
    await expect.poll(position).toBeGreaterThan(after)
    expect(await position()).toBeLessThan(after + 1_000)
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(position).toBeLessThanOrEqual(after)
    await page.keyboard.press('Space')
    const player = page.locator('button.main') // the log has a button of that name, too
    await player.getByText('Pause', { exact: true }).waitFor()
    await page.keyboard.press('Space')
    await player.getByText('Play', { exact: true }).waitFor()
  })

  it('plays at the speed that one chooses, and stops at its end', async () => {
    await page.getByLabel('Speed').selectOption('60')
    await page.getByRole('button', { name: 'Play', exact: true }).click()
    const end = Number(await page.getByLabel('Position in the recording').getAttribute('max'))
    await expect.poll(position, { timeout: 60_000 }).toBe(end)
    await page.getByRole('button', { name: 'Play', exact: true }).waitFor()
  })

  it('goes back to the incident', async () => {
    await page.getByRole('button', { name: 'Go to the incident' }).click()
    const end = Number(await page.getByLabel('Position in the recording').getAttribute('max'))
    await expect.poll(position).toBeLessThan(end)
  })

  it('complains of nothing', () => {
    expect(looker.complaints).toEqual([])
  })
})
