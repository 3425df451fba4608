// A copy of XState in which internal names are changed, as a later version might change them.
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** The file of a copied package that `import 'xstate'` stands for. */
export const entryOf = (folder: string): string => join(folder, 'dist', 'xstate.cjs.mjs')

/**
 * Copies the installed XState into a new folder.
 * @param renamed the internal name that is another one in the copy
 * @param place where the folder is made; it is the caller's to remove
 * @returns the folder
 */
export function alteredXState(renamed: string, place: string): string {
  const original = dirname(createRequire(import.meta.url).resolve('xstate/package.json'))
  const folder = mkdtempSync(join(place, 'xstate-'))
  mkdirSync(join(folder, 'dist'))
  copyFileSync(join(original, 'package.json'), join(folder, 'package.json'))
  const files = readdirSync(join(original, 'dist')).filter(name => /\.cjs\.m?js$/.test(name))
  for (const name of files) {
    const text = readFileSync(join(original, 'dist', name), 'utf8')
    const changed = text.replace(new RegExp(`(?<!Promise\\.)\\b${renamed}\\b`, 'g'), `${renamed}Altered`)
    writeFileSync(join(folder, 'dist', name), changed)
  }
  return folder
}
