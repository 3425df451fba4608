// Pictures of the inspector's page, from a recording of a simulated pool: the same moments each time. They need a Chromium.

import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { viewer } from '../../src/inspector/index.js'
import type { Recording } from '../../src/recorder/format.js'
import { chromiumMissing, launchOptions } from '../../test/page/support/chromium.js'
import { recordOutage } from '../../test/page/support/scenes.js'
import { buildPage } from '../page/build.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

interface Picture {
  readonly name: string
  readonly theme: 'light' | 'dark'
  readonly width: number
  readonly height: number
  /** The moment, in milliseconds of the recording. */
  readonly at: number
  readonly connection?: string
}

const slow = 106_500
const outage = 132_500
const calm = 122_000

const pictures: readonly Picture[] = [
  { name: 'inspector-light', theme: 'light', width: 1280, height: 1060, at: slow },
  { name: 'inspector-dark', theme: 'dark', width: 1280, height: 1060, at: slow },
  { name: 'inspector-down-light', theme: 'light', width: 1280, height: 1810, at: outage },
  { name: 'inspector-down-dark', theme: 'dark', width: 1280, height: 1810, at: outage },
  {
    name: 'inspector-connection',
    theme: 'light',
    width: 1440,
    height: 1000,
    at: calm,
    connection: 'connection-3',
  },
  { name: 'inspector-phone-light', theme: 'light', width: 390, height: 1200, at: slow },
  { name: 'inspector-phone-dark', theme: 'dark', width: 390, height: 1200, at: outage },
]

/** Draws all pictures into docs/images. @returns the paths that changed; undefined without a Chromium */
export async function drawImages(): Promise<string[] | undefined> {
  if (chromiumMissing !== undefined) return undefined
  await buildPage(join(root, 'dist/inspector/page'))
  const showing = await viewer({ recording: withoutPaths(await recordOutage()) })
  const browser = await chromium.launch(launchOptions)
  try {
    const changed: string[] = []
    for (const picture of pictures) {
      const drawn = await draw(browser, showing.url, picture)
      if (await store(`docs/images/${picture.name}.png`, drawn))
        changed.push(`docs/images/${picture.name}.png`)
    }
    return changed
  } finally {
    await browser.close()
    await showing.close()
  }
}

async function draw(browser: Browser, url: string, picture: Picture): Promise<Buffer> {
  const { theme, width, height, at, connection } = picture
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'UTC',
  })
  await page.goto(url)
  await page.getByText('Recording', { exact: true }).waitFor()
  await page.getByLabel('Position in the recording').fill(String(at))
  await page.evaluate('document.activeElement.blur()')
  if (connection !== undefined)
    await page.getByRole('button', { name: new RegExp(`^${connection}:`) }).click()
  await settle(page)
  const drawn = await page.screenshot()
  await page.close()
  return drawn
}

/** Two rounds of what the page renders by itself, and what fades. */
const settle = (page: Page): Promise<void> => page.waitForTimeout(1_500)

/** Stacks lead to where they would lead in an application. */
const withoutPaths = (recording: Recording): Recording => {
  const { records, ...rest } = recording
  const text = JSON.stringify(rest)
    .replaceAll(/World\.#serve \([^)]*?:(\d+):\d+\)/g, 'listOrders (/app/src/orders.ts:$1:17)')
    .replaceAll(/\\n[^"]*?(?=")/g, '')
  return { ...JSON.parse(text), records }
}

async function store(path: string, bytes: Buffer): Promise<boolean> {
  const file = join(root, path)
  if (existsSync(file) && (await readFile(file)).equals(bytes)) return false
  await mkdir(join(root, 'docs/images'), { recursive: true })
  await writeFile(file, bytes)
  return true
}
