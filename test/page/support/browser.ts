// The browser of the tests, which look at the page as a person would. All test files share one.

import { type Browser, chromium, type Page } from 'playwright-core'
import { inject } from 'vitest'
import { patience } from '../../support/patience.js'
import { chromiumMissing } from './chromium.js'

export { chromiumMissing }

if (chromiumMissing !== undefined) console.warn(`Tests of the page are skipped. ${chromiumMissing}`)

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where the browser listens. */
    browser: string
  }
}

export interface PageOptions {
  readonly width?: number
  readonly height?: number
  readonly theme?: 'light' | 'dark'
  /** Whether it moves as fast as it can. Default false: no animations, and four drawings a second, for each costs these tests a core's time. */
  readonly motion?: boolean
}

const fewFrames = `
  requestAnimationFrame = callback => setTimeout(() => callback(performance.now()), 250)
  cancelAnimationFrame = clearTimeout
`

/** A browser and the pages in it; what goes wrong in a page is kept. */
export class Looker {
  readonly browser: Browser
  /** Messages of errors and warnings in any page. */
  readonly complaints: string[] = []

  private constructor(browser: Browser) {
    this.browser = browser
  }

  /** Takes the browser that the global setup started for all test files; closing it closes the pages of this one. */
  static async start(): Promise<Looker> {
    return new Looker(await chromium.connect(inject('browser')))
  }

  async open(
    url: string,
    { width = 1280, height = 900, theme = 'light', motion = false }: PageOptions = {},
  ): Promise<Page> {
    const page = await this.browser.newPage({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: motion ? 'no-preference' : 'reduce',
    })
    page.setDefaultTimeout(patience)
    if (!motion) await page.addInitScript(fewFrames)
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
