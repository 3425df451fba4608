// The run as a page: the pool's table in docs/chaos.md.

import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { markdown } from './report.js'
import type { Row } from './run.js'

const page = new URL('../docs/chaos.md', import.meta.url)
const end = '<!-- end of table -->'

/** @throws Error when the page has no place for the pool's table. */
export async function writeDocs(rows: readonly Row[], pool: string): Promise<void> {
  const begin = `<!-- table of ${pool}: written by \`npm run chaos -- --pool ${pool} --docs\` -->`
  const text = await readFile(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < from) throw new Error(`${page.pathname} has no "${begin}" … "${end}".`)
  const processors = cpus()
  const how = `Node ${process.version}, ${processors.length} × ${processors[0]?.model ?? 'processor'}, PostgreSQL on the same machine.`
  await writeFile(page, `${text.slice(0, from)}${begin}\n\n${how}\n\n${markdown(rows)}\n\n${text.slice(to)}`)
}
