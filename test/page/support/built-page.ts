// Vitest's global setup that builds the page once, for all tests that look at it in a browser.

import { fileURLToPath } from 'node:url'
import { buildPage } from '../../../scripts/page/build.js'

export default async function buildForTests(): Promise<void> {
  await buildPage(fileURLToPath(new URL('../../../dist/inspector/page', import.meta.url)))
}
