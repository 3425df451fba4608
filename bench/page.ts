// How smoothly the inspector's page draws: 100 connections, 10,000 transitions a second, in a Chromium without a graphics card.
// Run: npx tsx bench/page.ts [--seconds 10]
import { parseArgs } from 'node:util'
import { chromium } from 'playwright-core'
import { buildPage } from '../scripts/page/build.js'
import { chromiumMissing, launchOptions } from '../test/page/support/chromium.js'
import { costOfFrames } from '../test/page/support/frames.js'
import { serveSynthetic } from '../test/page/support/synthetic-server.js'
import { loadInWords } from './load.js'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '10' } } })
if (chromiumMissing !== undefined) throw new Error(chromiumMissing)

await buildPage(new URL('../dist/inspector/page', import.meta.url).pathname)
const server = await serveSynthetic({ connections: 100, arrivals: 3_334, use: 25 }, { past: 5_000 })
const browser = await chromium.launch(launchOptions)
console.log(`before: ${loadInWords()}`)
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
await page.goto(server.url)
await page.getByText('Live', { exact: true }).waitFor()
await page.waitForTimeout(2_000)
for (const [place, where] of [
  ['.lanes', 'as it opens'],
  ['.connection-chart', 'with the chart of a connection'],
  ['.pool-chart', 'at its end'],
] as const) {
  await page.evaluate(`document.querySelector('${place}').scrollIntoView()`)
  await page.waitForTimeout(1_000)
  const { framesPerSecond, processorTime, parts } = await costOfFrames(page, Number(values.seconds) * 1_000)
  const { script, style, layout } = parts
  console.log(
    `${where}: ${framesPerSecond.toFixed(1)} frames a second (at least 55 is the target); ${processorTime.toFixed(1)} ms of the page's thread ` +
      `for each, of 16.7: script ${script.toFixed(1)}, style ${style.toFixed(1)}, layout ${layout.toFixed(1)}`,
  )
}
console.log(`after: ${loadInWords()}`)
await browser.close()
await server.close()
