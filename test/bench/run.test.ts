// A whole run, as small as it can be: compiled, in processes of their own, checked, and written to a file.

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bundle } from '../support/bundle.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = await bundle('bench/main.ts')
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statepool-bench-test-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

function bench(...args: string[]) {
  return promisify(execFile)(process.execPath, [program, ...args], { cwd: root })
}

test('a run writes one row for each peer and metric, with as many rounds as were asked for', async () => {
  const file = join(folder, 'rows.json')
  const peers = ['statepool', 'statepool/pg', 'pg-pool'] // each starts a process for each round
  const { stdout } = await bench(
    ...['--only', 'serial', '--peers', peers.join(','), '--rounds', '2', '--round-time', '1', '--json', file],
  )
  const rows = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>[]
  expect(rows.map(({ scenario, peer }) => `${scenario} ${peer}`).sort()).toEqual(
    peers.map(peer => `serial ${peer}`).sort(),
  )
  for (const row of rows) {
    expect(Object.keys(row).sort()).toEqual(['max', 'median', 'min', 'peer', 'rounds', 'scenario', 'unit'])
    expect(row).toMatchObject({ unit: 'ns of CPU', rounds: 2 })
    const [min, median, max] = [row.min, row.median, row.max] as [number, number, number]
    expect(min).toBeGreaterThan(0)
    expect(median).toBeGreaterThanOrEqual(min)
    expect(max).toBeGreaterThanOrEqual(median)
  }
  expect(stdout).toContain('≥ 2 × the throughput of the fastest peer')
  expect(stdout).toContain('against pg-pool')
  expect(stdout).toContain('statepool/pg is to reach: ≥ 1 × the throughput of pg.Pool')
})

test('a name that there is not is refused with those that there are', async () => {
  const refused = bench('--only', 'serail')
  await expect(refused).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Known: serial, contended'),
  })
})
