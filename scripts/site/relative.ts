// Makes a built site independent of the path that a host serves it at: VitePress knows only one that is fixed when it builds.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Stands for the path while VitePress builds; no page has it otherwise. */
export const placeholder = '/__base__/'

/** In HTML, addresses become relative; scripts ask where the page is. */
export function makeRelative(folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(html|js|css)$/.test(entry.name)) continue
    const path = join(entry.parentPath, entry.name)
    const before = readFileSync(path, 'utf8')
    if (!before.includes(placeholder)) continue
    const depth = path.slice(folder.length).split('/').length - 2
    const after = entry.name.endsWith('.html')
      ? relativeHtml(before, depth)
      : entry.name.endsWith('.css')
        ? before.replaceAll(placeholder, '../'.repeat(depth) || './')
        : relativeScript(before)
    if (after.includes(placeholder)) throw new Error(`${path} still has ${placeholder}: ${around(after)}`)
    writeFileSync(path, after)
  }
}

/** The address of a page that is `depth` folders down. */
export function relativeHtml(html: string, depth: number): string {
  const up = '../'.repeat(depth) || './'
  return inJson(html)
    .replace('<head>', `<head><script>__base=new URL(${JSON.stringify(up)},location.href).pathname</script>`)
    .replaceAll(placeholder, up)
}

/** A script, in whose texts the path is put together where it runs. */
export function relativeScript(script: string): string {
  return inJson(script)
    .replace(
      /(["'])\/__base__\/((?:(?!\1)[^\\\n])*)\1/g,
      (_, quote, rest) => `(__base+${quote}${rest}${quote})`,
    )
    .replace(/`\/__base__\//g, ['`$', '{__base}'].join(''))
}

/** What VitePress knows of the site is JSON in a text in a script. */
const inJson = (text: string): string =>
  text.replace(
    /(JSON\.parse\(")((?:[^"\\]|\\.)*)("\))/g,
    (_, before, json, after) => before + json.replaceAll(placeholder, '"+__base+"') + after,
  )

const around = (text: string): string => {
  const at = text.indexOf(placeholder)
  return text.slice(Math.max(0, at - 80), at + 80)
}
