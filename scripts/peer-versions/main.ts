// Tests drivers, drop-ins and telemetry on the oldest of each package that an application installs beside this one, and on the newest
// where that is not the one that is installed here.
//
// Usage: npm run test:peers

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { oldestIn, type Peer, peers } from './peers.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

const folder = mkdtempSync(join(tmpdir(), 'statepool-peers-'))
try {
  const failed = [
    ...run('oldest', peers, ({ range }) => oldestIn(range)),
    ...run('newest', peers, ({ name }) => newestOf(name)),
  ]
  if (failed.length > 0) {
    console.error(`Tests fail with the ${failed.join(' and the ')} of each peer.`)
    process.exitCode = 1
  }
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Installs these versions, and tests with them but for those that are installed here, which all tests run with. */
function run(which: string, candidates: readonly Peer[], versionOf: (peer: Peer) => string): string[] {
  const chosen = candidates
    .map(peer => ({ ...peer, version: versionOf(peer) }))
    .filter(({ name, version }) => version !== versionIn(join(root, 'node_modules', name)))
  if (chosen.length === 0) return []
  console.log(`\n== ${chosen.map(({ name, version }) => `${name} ${version}`).join(', ')}`)
  const place = join(folder, which)
  mkdirSync(place)
  writeFileSync(join(place, 'package.json'), '{ "private": true }')
  const packages = chosen.flatMap(({ name, version, beside = [] }) => [
    `${name}@${version}`,
    ...beside.map(other => `${other}@${versionIn(join(root, 'node_modules', other))}`),
  ])
  execFileSync(
    'npm',
    ['install', '--no-audit', '--no-fund', '--legacy-peer-deps', '--ignore-scripts', '--silent', ...packages],
    { cwd: place, stdio: 'inherit' },
  )
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const { status } = spawnSync(
    process.execPath,
    [
      vitest,
      'run',
      '--config',
      'vitest.peers.config.ts',
      '--reporter=dot',
      ...chosen.flatMap(({ tests }) => tests),
    ],
    { cwd: root, env: { ...process.env, PEERS: join(place, 'node_modules') }, stdio: 'inherit' },
  )
  return status === 0 ? [] : [which]
}

function newestOf(name: string): string {
  return execFileSync('npm', ['view', name, 'version'], { encoding: 'utf8' }).trim()
}

function versionIn(place: string): string {
  return JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')).version
}
