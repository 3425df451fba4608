// Vitest's global setup of the tests that look at the page in a browser: builds the page and starts the browser, once for all of them.

import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import type { TestProject } from 'vitest/node'
import { buildPage } from '../../../scripts/page/build.js'
import { chromiumMissing, launchOptions } from './chromium.js'

export default async function show(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (chromiumMissing !== undefined) return undefined
  const [server] = await Promise.all([
    chromium.launchServer({ ...launchOptions, host: '127.0.0.1' }),
    buildPage(fileURLToPath(new URL('../../../dist/inspector/page', import.meta.url))),
  ])
  project.provide('browser', server.wsEndpoint())
  return () => server.close()
}
