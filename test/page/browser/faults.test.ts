// Every fault is seen: in the page of a real pool, behind the inspector's own server, switched on by its switches.
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type FaultName, faultTitles, World } from '../../../site/playground/world.js'
import { type Inspector, inspector } from '../../../src/inspector/index.js'
import { violationsIn } from '../support/axe.js'
import { chromiumMissing, Looker } from '../support/browser.js'

describe.skipIf(chromiumMissing)('in the page', () => {
  let looker: Looker
  let world: World
  let inspecting: Inspector
  let page: Page
  beforeAll(async () => {
    looker = await Looker.start()
  })
  afterAll(() => looker?.close())
  beforeEach(async () => {
    world = new World({
      seed: 1,
      arrivals: 60,
      query: [10, 40],
      pool: { min: 2, max: 6, acquireTimeout: 2_000, leakWarning: 1_500 },
    })
    inspecting = await inspector(world.pool, {
      allowControl: true,
      switches: Object.entries(faultTitles).map(([fault, name]) => ({
        name,
        set: on => world.set(fault as FaultName, on),
      })),
    })
    page = await looker.open(inspecting.url)
    await page.getByText('Live', { exact: true }).waitFor()
  })
  afterEach(async () => {
    await page?.close()
    await inspecting?.close()
    await world?.stop()
  })

  const switchFault = (fault: FaultName): Promise<void> =>
    page.getByRole('switch', { name: faultTitles[fault] }).click()
  const verdict = (word: string) => page.locator('.hero .word').getByText(word, { exact: true }).waitFor()
  const finding = (kind: string) => page.locator(`.finding[data-kind="${kind}"]`).first()
  /** What a finding says, if it is cut off. */
  const cutOff = (): Promise<string[]> =>
    page
      .locator('.finding p')
      .evaluateAll(lines =>
        (lines as unknown as { scrollWidth: number; clientWidth: number; innerText: string }[])
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ innerText }) => innerText),
      )
  /** What was found is not the case any more. That it happened may be said for half a minute; the playground's test waits for that. */
  const over = (kind: string) => finding(kind).waitFor({ state: 'detached' })
  const lit = (chart: string, state: string) => page.locator(`.${chart} .lit[data-name="${state}"]`).waitFor()
  /** How many pixels of the lanes have a colour of the style sheet. */
  const pixelsOf = (name: string): Promise<number> =>
    page.evaluate(`(() => {
      const canvas = document.querySelector('.band canvas')
      const probe = document.createElement('canvas').getContext('2d')
      probe.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('${name}').trim()
      probe.fillRect(0, 0, 1, 1)
      const [r, g, b] = probe.getImageData(0, 0, 1, 1).data
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
      let count = 0
      for (let at = 0; at < data.length; at += 4) if (data[at] === r && data[at + 1] === g && data[at + 2] === b) count++
      return count
    })()`)
  const painted = (name: string) => expect.poll(() => pixelsOf(name)).toBeGreaterThan(0)

  it('a calm pool is all right: its states are lit, and its lanes painted', async () => {
    await verdict('OK')
    await lit('pool-chart', 'running')
    await lit('connection-chart', 'idle')
    await painted('--leased')
    expect(await pixelsOf('--bad')).toBe(0)
  })

  it('slow queries: all connections are leased, and the queue says who waits', async () => {
    await switchFault('slow')
    await finding('exhausted').waitFor()
    expect(await cutOff()).toEqual([])
    await page.locator('.queue li').first().waitFor()
    await page.locator('.queue').getByText('all 6 connections are leased').waitFor()
    await verdict('Degraded')
    await painted('--waiting')
    await switchFault('slow')
    await page.getByText('The queue is empty.').waitFor()
    await over('exhausted')
  })

  it('a burst: callers wait and time out', async () => {
    await switchFault('burst')
    await page.locator('.figure.waiting:not(.zero)').waitFor()
    await finding('timeouts').waitFor()
    await page
      .locator('.log')
      .getByText(/waited .* in vain/)
      .first()
      .waitFor()
  })

  it('a leak: which connection, for how long, and where it was acquired', async () => {
    await switchFault('leak')
    await finding('leaked').waitFor()
    await finding('leaked').getByText('Where it was acquired').click()
    await finding('leaked').getByText('world.ts').first().waitFor()
    await finding('leaked')
      .getByRole('button', { name: /^Show connection-/ })
      .click()
    await page.locator('.panel').getByText('reported as a leak').waitFor()
    await page
      .locator('.panel')
      .getByRole('button', { name: /^End lease/ })
      .click()
    await page
      .locator('.log')
      .getByText(/reported as a leak, ended/)
      .waitFor()
  })

  it('a restart of the server: connections are lost, and opened again', async () => {
    await lit('connection-chart', 'idle')
    await switchFault('restart')
    await page.locator('.log').getByText(/^Lost/).first().waitFor()
    await painted('--bad')
    await page.locator('.log').getByText('The pool is no longer down').waitFor()
    await lit('pool-chart', 'running')
  })

  it('an outage: the database is down, since when, and what is tried', async () => {
    await switchFault('outage')
    await verdict('Down')
    await finding('database down').waitFor()
    await lit('pool-chart', 'backingOff')
    await painted('--bad')
    expect(await violationsIn(page)).toEqual([])
    await switchFault('outage')
    await over('database down')
    await lit('pool-chart', 'running')
  })

  it('a pause by its controls, and a new size', async () => {
    const controls = page.getByRole('region', { name: 'Controls' })
    await controls.getByRole('button', { name: 'Pause' }).click()
    await lit('pool-chart', 'paused')
    await finding('paused').waitFor()
    await controls.getByRole('button', { name: 'Resume' }).click()
    await lit('pool-chart', 'running')
    await controls.getByLabel('max').fill('9')
    await controls.getByRole('button', { name: 'Resize' }).click()
    await page.getByText(/of at most 9 connections open/).waitFor()
    await controls.getByLabel('min').fill('12')
    await controls.getByRole('button', { name: 'Resize' }).click()
    await controls.getByRole('alert').getByText(/min/).waitFor()
  })

  it('complains of nothing', () => {
    expect(looker.complaints).toEqual([])
  })
})
