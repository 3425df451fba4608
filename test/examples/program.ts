// Runs an example as its readers do: as a program of its own.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { bundle } from '../support/bundle.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** What an example wrote, line by line, and how it ended. It ends by itself, for nothing may keep its process alive. */
export const runExample = (name: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> =>
  runProgram(`examples/${name}.ts`, env)

/** What a program did. */
interface Ran {
  readonly code: number | null
  readonly output: string[]
  readonly errors: string
}

/** @param path from the repository's root */
export async function runProgram(path: string, env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = spawn(process.execPath, [await bundle(path)], {
    cwd: root,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', text => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', text => {
    errors += text
  })
  const [code] = await once(child, 'close')
  return { code, output: output.trimEnd().split('\n'), errors }
}
