// `npm run test:package`: the programs of the README and of the guides on the package as it is packed, and not on its source, with each Node that
// is supported. The same tests as always run them, so that what they write is looked at.
//
// Usage: npm run test:package [-- NODE_VERSION...]

import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pack } from './tarball.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const given = process.argv.slice(2)
const nodes = given.length > 0 ? given : ['20', '22', '24']

/** All tests that run a program of `examples` in a process of its own. */
const tests = ['test/examples', 'test/telemetry/guide.otel.test.ts']

const folder = mkdtempSync(join(tmpdir(), 'statepool-programs-'))
try {
  pack(folder)
  // The peers, and what the programs use besides, are those of this project.
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  const failed = nodes.filter(node => !passes(node))
  if (failed.length > 0) {
    console.error(`Programs of the README or of the guides fail on Node ${failed.join(' and ')}.`)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Whether they do what they should on a Node that npm fetches. */
function passes(node: string): boolean {
  console.log(`\n== Node ${node}`)
  const { status } = spawnSync(
    'npx',
    [
      '--yes',
      `--package=node@${node}`,
      '-c',
      `node --version && node node_modules/vitest/vitest.mjs run --reporter=dot ${tests.join(' ')}`,
    ],
    { cwd: root, env: { ...process.env, PACKED: join(folder, 'package') }, stdio: 'inherit' },
  )
  return status === 0
}
