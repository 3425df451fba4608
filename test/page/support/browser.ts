// The system's Chromium, for tests that look at the page as a person would.

import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'
import { patience } from '../../support/patience.js'

const places = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

/** Where it is; undefined if there is none. */
export const chromiumPath = places.find(place => place !== '' && existsSync(place))

/** Why tests are skipped, and what to do; undefined if they can run. */
export const chromiumMissing =
  chromiumPath === undefined
    ? 'There is no Chromium: install it (apt-get install chromium), or set CHROMIUM to the path of one.'
    : undefined
if (chromiumMissing !== undefined) console.warn(`Tests of the page are skipped. ${chromiumMissing}`)

export interface PageOptions {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
  readonly stillness?: boolean
}

/** A browser and the pages in it; what goes wrong in a page is kept. */
export class Looker {
  readonly browser: Browser
  /** Messages of errors and warnings in any page. */
  readonly complaints: string[] = []

  private constructor(browser: Browser) {
    this.browser = browser
  }

  static async start(): Promise<Looker> {
    return new Looker(
      await chromium.launch({ executablePath: chromiumPath as string, args: ['--no-sandbox'] }),
    )
  }

  async open(
    url: string,
    { width = 1280, height = 900, theme = 'light', stillness = false }: PageOptions = {},
  ): Promise<Page> {
    const page = await this.browser.newPage({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: stillness ? 'reduce' : 'no-preference',
    })
    page.setDefaultTimeout(patience)
    page.on('pageerror', error => this.complaints.push(String(error.stack)))
    page.on('console', message => {
      if (message.type() === 'error' && !/ERR_|Failed to load resource/.test(message.text()))
        this.complaints.push(message.text())
    })
    await page.goto(url)
    return page
  }

  async close(): Promise<void> {
    await this.browser.close()
  }
}
