// The package's types: those that an entry leads to. The others would be a third of them, and are nothing that an application can name.

import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** Removes from a folder the declarations that no entry leads to. */
export function pruneTypes(folder: string, entries: readonly string[]): void {
  const reached = new Set<string>()
  const follow = (file: string): void => {
    if (reached.has(file)) return
    reached.add(file)
    for (const [, , specifier = ''] of readFileSync(file, 'utf8').matchAll(
      /\b(from|import\()\s*['"](\.[^'"]+)\.js['"]/g,
    ))
      follow(`${join(dirname(file), specifier)}.d.ts`)
  }
  const shown = new Set<string>()
  const show = (file: string): void => {
    if (shown.has(file)) return
    shown.add(file)
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(
      /\bexport\s[^;]*?\bfrom\s*['"](\.[^'"]+)\.js['"]/g,
    ))
      show(`${join(dirname(file), specifier)}.d.ts`)
  }
  for (const entry of entries) {
    follow(resolve(folder, `${entry}.d.ts`))
    show(resolve(folder, `${entry}.d.ts`))
  }
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    const file = resolve(folder, name)
    if (!file.endsWith('.d.ts')) continue
    if (!reached.has(file)) rmSync(file)
    else {
      const text = narrower(readFileSync(file, 'utf8'))
      writeFileSync(file, shown.has(file) ? text : withoutComments(text))
    }
  }
  removeEmpty(folder)
}

/** What no entry exports is there for the compiler, and an application cannot name it. */
const withoutComments = (text: string): string => text.replace(/^\s*\/\*\*[\s\S]*?\*\/\n/gm, '')

/** Indented by two spaces, not by four. */
function narrower(text: string): string {
  return text.replace(/^( {4})+/gm, indent => ' '.repeat(indent.length / 2))
}

function removeEmpty(folder: string): void {
  for (const found of readdirSync(folder, { withFileTypes: true }))
    if (found.isDirectory()) removeEmpty(join(folder, found.name))
  if (existsSync(folder) && readdirSync(folder).length === 0) rmSync(folder, { recursive: true })
}
