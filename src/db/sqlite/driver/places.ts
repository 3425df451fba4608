// Where a worker looks for better-sqlite3: its program is a text, and a text has no folder of its own.

import { join } from 'node:path'
import { thisFile } from '../../../core/this-file.js'

/** Files from whose folders packages are looked for, in this order: this code (or its bundle), the program, the working directory. */
export function placesOfPackages(): string[] {
  const program = process.argv[1]
  return [
    ...(thisFile === undefined ? [] : [thisFile]),
    ...(program === undefined ? [] : [program]),
    join(process.cwd(), 'package.json'),
  ]
}
