// A part of a page of docs/ that a benchmark writes, between two comments.

import { readFile, writeFile } from 'node:fs/promises'

/** Puts text between the comments. @throws Error when the page does not have them. */
export async function writePart(page: URL, begin: string, end: string, part: string): Promise<void> {
  const text = await readFile(page, 'utf8')
  const from = text.indexOf(begin)
  const to = text.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${page.pathname} has no "${begin}" … "${end}".`)
  await writeFile(page, `${text.slice(0, from)}${begin}\n\n${part}\n\n${text.slice(to)}`)
}
