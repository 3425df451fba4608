// Packages that a project needs besides the one that is tried in it.

import { mkdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Puts links to them into the project's node_modules. @param packages each with the folder whose node_modules has it */
export function link(project: string, packages: readonly (readonly [name: string, from: string])[]): void {
  for (const [name, from] of packages) {
    const place = join(project, 'node_modules', name)
    mkdirSync(dirname(place), { recursive: true })
    symlinkSync(join(from, 'node_modules', name), place)
  }
}
