// Tests the compiler, and the pool's main paths, on the oldest XState that package.json allows, on the newest 5.x, and on one between.
//
// Usage: npm run test:xstate [-- VERSION...]

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const oldest = String(dependencies.xstate).replace('^', '')

const tests = [
  'test/compiled/as-actor-logic',
  'test/compiled/deliver',
  'test/compiled/inspected',
  'test/compiled/interpreted',
  'test/compiled/left-to-xstate',
  'test/compiled/replays',
  'test/machines',
  'test/pool/close.test.ts',
  'test/pool/inspect.test.ts',
  'test/pool/lost-connections',
  'test/pool/transaction',
]

const given = process.argv.slice(2)
const versions = given.length > 0 ? given : [...new Set([oldest, '5.26.0', '5'])]
const folder = mkdtempSync(join(tmpdir(), 'statepool-xstates-'))
try {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  const packages = versions.map(version => `xstate-${version}@npm:xstate@${version}`)
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--silent', ...packages], {
    cwd: folder,
    stdio: 'inherit',
  })
  const failed = versions.filter(version => !isServed(join(folder, 'node_modules', `xstate-${version}`)))
  if (failed.length > 0) {
    console.error(`Tests fail on XState ${failed.join(', ')}.`)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Whether the tests pass on the XState in a folder, with its machines compiled. */
function isServed(XSTATE: string): boolean {
  const { version } = JSON.parse(readFileSync(join(XSTATE, 'package.json'), 'utf8'))
  console.log(`\n== XState ${version}`)
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const run = ['run', '--config', 'vitest.xstate.config.ts', '--reporter=dot', ...tests]
  const { status } = spawnSync(process.execPath, [vitest, ...run], {
    cwd: root,
    env: { ...process.env, XSTATE },
    stdio: 'inherit',
  })
  return status === 0
}
