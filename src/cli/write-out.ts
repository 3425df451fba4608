// What a command writes into a file that the user names.
import { writeFile } from 'node:fs/promises'
import { UsageError } from './usage.js'

/** Writes a file. @throws UsageError when it cannot be written */
export async function writeOut(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text)
  } catch (error) {
    throw new UsageError(`${file} cannot be written (${(error as NodeJS.ErrnoException).code}).`, {
      cause: error,
    })
  }
}
