// The playground: a whole pool inside a page, in simulated time.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildPlayground } from '../../../scripts/page/build.js'
import { violationsIn } from '../support/axe.js'
import { chromiumMissing, Looker } from '../support/browser.js'
import { type Folder, serveFolder } from '../support/folder.js'

describe.skipIf(chromiumMissing)('the playground', () => {
  let looker: Looker
  let folder: string
  let served: Folder
  beforeAll(async () => {
    looker = await Looker.start()
    folder = await mkdtemp(join(tmpdir(), 'statepool-playground-'))
    await buildPlayground(folder)
    served = await serveFolder(folder)
  })
  afterAll(async () => {
    await looker?.close()
    await served?.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('runs a pool in the browser: callers are served, a fault is seen, and is over some time after', async () => {
    const page = await looker.open(`${served.url}#speed=100`)
    await page.getByText('Simulated', { exact: true }).waitFor()
    const verdict = (word: string) => page.locator('.hero .word').getByText(word, { exact: true }).waitFor()
    await verdict('OK')
    await page.getByRole('switch', { name: 'Slow queries' }).click()
    await verdict('Degraded')
    await page.getByRole('switch', { name: 'Slow queries' }).click()
    await verdict('OK')
    await page.getByRole('switch', { name: 'Outage' }).click()
    await verdict('Down')
    await page.locator('.pool-chart .lit[data-name="backingOff"]').waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.getByRole('switch', { name: 'Outage' }).click()
    await verdict('OK')
    await page.close()
  })

  it('runs much faster than time, on demand', async () => {
    const page = await looker.open(`${served.url}#arrivals=5`)
    await page.getByRole('radio', { name: '1,000 ×' }).click()
    await page.getByRole('radio', { name: '5 min' }).click()
    await page.locator('.labels button').first().click()
    await page
      .locator('.panel dd')
      .getByText(/^[2-9] min|\d\d min|\d h/)
      .first()
      .waitFor()
    await page.close()
  })

  it('begins anew with what is set, and puts it into the address', async () => {
    const page = await looker.open(served.url)
    await page.getByRole('region', { name: 'Simulation' }).getByLabel('max').fill('3')
    await page.getByRole('button', { name: 'Start anew' }).click()
    await page.getByText(/of at most 3 connections open/).waitFor()
    expect(page.url()).toContain('max=3')
    await page.close()
  })

  it('shows the life that a test draws from a seed', async () => {
    const page = await looker.open(served.url)
    await page.getByLabel('a test’s seed').fill('42')
    await page.getByRole('button', { name: 'Show that life' }).click()
    await page.getByText('Recording', { exact: true }).waitFor()
    expect(page.url()).toContain('#life=42')
    await page.locator('.pool-chart .lit[data-name="closed"]').waitFor()
    await page.getByRole('radio', { name: 'Transitions' }).click()
    await page.locator('.log tbody tr').nth(20).waitFor()
    expect(await violationsIn(page)).toEqual([])
    await page.reload()
    await page.getByText('Recording', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Back to the playground' }).click()
    await page.getByText('Simulated', { exact: true }).waitFor()
    await page.close()
  })

  it('pauses and resizes its pool', async () => {
    const page = await looker.open(served.url)
    const controls = page.getByRole('region', { name: 'Controls' })
    await controls.getByRole('button', { name: 'Pause' }).click()
    await page.locator('.pool-chart .lit[data-name="paused"]').waitFor()
    await page.close()
  })

  it('complains of nothing', () => {
    expect(looker.complaints).toEqual([])
  })
})
