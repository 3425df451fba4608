// The package as npm makes it: a tarball, and what is inside of it.

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Packs into a folder, and unpacks there into `package`. Answers where the tarball is. */
export function pack(folder: string): string {
  const args = ['pack', '--pack-destination', folder, '--json', '--foreground-scripts=false']
  const output = execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [{ filename }] = JSON.parse(output.slice(output.indexOf('[\n')))
  execFileSync('tar', ['xzf', filename], { cwd: folder })
  return join(folder, filename)
}
