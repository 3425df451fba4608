// A database file for one test, in a folder of its own.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** The path of a file that is not there yet, and what removes its folder. */
export async function temporaryFile(): Promise<{ filename: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-sqlite-'))
  return {
    filename: join(folder, 'test.db'),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),
  }
}

/** The same, removed when the running test is over. */
export async function fileForTest(): Promise<string> {
  const { filename, remove } = await temporaryFile()
  onTestFinished(remove)
  return filename
}
