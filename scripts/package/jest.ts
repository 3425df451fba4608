// Jest in a project that has the package installed, as docs/guides/bundlers-and-test-runners.md configures it.

import { execFile } from 'node:child_process'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { link } from './link.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const examples = join(root, 'examples/test-runners')

/** Each way to load modules, its configuration, and what Node is told. */
const kinds = [
  ['CommonJS', 'jest.config.cjs', []],
  ['ES modules', 'jest.esm.config.cjs', ['--experimental-vm-modules', '--no-warnings']],
] as const

/** What does not pass: Jest's fake timers, and SQLite, with CommonJS and with ES modules. */
export async function runJest(project: string, tools: string): Promise<string[]> {
  link(project, [
    ['@jest/globals', tools],
    ['esbuild', root],
    ['better-sqlite3', root],
  ])
  const folder = join(project, 'jest')
  mkdirSync(folder)
  copyFileSync(join(examples, 'esbuild-transform.cjs'), join(folder, 'esbuild-transform.cjs'))
  copyFileSync(join(examples, 'jest-fake-timers.jest.ts'), join(folder, 'fake-timers.test.ts'))
  const complaints: string[] = []
  for (const [name, config, nodeArgs] of kinds) {
    copyFileSync(join(examples, config), join(folder, config))
    const jest = join(tools, 'node_modules/jest/bin/jest.js')
    const args = ['--config', `jest/${config}`, '--cacheDirectory', 'jest/cache', '--runInBand']
    const told = await promisify(execFile)(process.execPath, [...nodeArgs, jest, ...args], {
      cwd: project,
    }).then(
      ({ stderr }) => stderr,
      (error: { stderr: string }) => error.stderr,
    )
    if (!/^Tests: +2 passed, 2 total$/m.test(told)) complaints.push(`Jest with ${name}: ${told}`)
  }
  return complaints
}
