// The run as pages: the curves in docs/bench, and all tables in docs/performance.md.

import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { drawCurve } from './curve-chart.js'
import { markdown } from './report.js'
import type { Result } from './result.js'
import type { Plan } from './scenario.js'
import { writePart } from './written.js'

const docs = new URL('../docs/', import.meta.url)
const page = new URL('performance.md', docs)
const begin = '<!-- numbers: written by `npm run bench -- --chart` -->'
const end = '<!-- end of numbers -->'

/** @throws Error when the page has no place for the numbers. */
export async function drawDocs(results: readonly Result[], { rounds, quick }: Plan): Promise<void> {
  await mkdir(new URL('bench/', docs), { recursive: true })
  for (const result of results) {
    const { name, curve } = result.scenario
    if (curve === undefined) continue
    await writeFile(new URL(`bench/${name}.svg`, docs), drawCurve(result, 'light'))
    await writeFile(new URL(`bench/${name}-dark.svg`, docs), drawCurve(result, 'dark'))
  }
  const inTables = results.filter(({ scenario }) => scenario.curve === undefined)
  if (inTables.length === 0) return
  const processors = cpus()
  const how = `Node ${process.version}, ${processors.length} × ${processors[0]?.model ?? 'processor'}, ${rounds} rounds${quick ? ', quick mode' : ''}; statepool's place is bold.`
  await writePart(page, begin, end, `${how}\n\n${markdown(inTables)}`)
}
