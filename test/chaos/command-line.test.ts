// `npm run chaos`: what can be asked for, what it writes, and that Ctrl-C leaves nothing behind.

import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { bundle } from '../support/bundle.js'
import { until } from '../support/until.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const program = [await bundle('chaos/main.ts')]
// Where CI is set, colours are on, in a pipe too.
const plain = { ...process.env, NO_COLOR: '1' }
let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statepool-chaos-test-'))
  await chmod(folder, 0o755) // the server runs on another account when this is root
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('shows a table and writes the figures', async () => {
  const file = join(folder, 'rows.json')
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...program, '--only', 'idle-terminated', '--json', file],
    { cwd: root, env: plain },
  )
  expect(stdout).toMatch(/idle-terminated .* ok /)
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject([
    { scenario: 'idle-terminated', pool: 'statepool', others: 0, acquireErrors: 0, complaints: [] },
  ])
})

it('names what there is when something else is asked for', async () => {
  const refused = promisify(execFile)(process.execPath, [...program, '--only', 'restrat'], {
    cwd: root,
    env: plain,
  })
  await expect(refused).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining('There is no restrat. Known: restart, restart-at-ease, crash'),
  })
})

it('Ctrl-C ends it with all that it has started, servers that stand still too', async () => {
  const run: ChildProcess = spawn(process.execPath, [...program, '--only', 'server-stopped'], {
    cwd: root,
    env: { ...process.env, TMPDIR: folder }, // a folder of its own shows what is left of its servers
    stdio: 'ignore',
  })
  await until(async () => (await servers()).length > 0, 'a server has been started')
  await until(standsStill, 'it stands still')
  run.kill('SIGINT')
  const [code] = await once(run, 'exit')
  expect(code).toBe(130)
  expect(await servers()).toEqual([])
})

const servers = async (): Promise<string[]> =>
  (await readdir(folder)).filter(name => name.startsWith('statepool-postgres-'))

/** As the operating system says; where it cannot be asked like this, it is enough that the server is up. */
async function standsStill(): Promise<boolean> {
  const [name = ''] = await servers()
  const lines = await readFile(join(folder, name, 'data', 'postmaster.pid'), 'utf8').catch(() => '')
  const pid = lines.split('\n')[0]
  if (pid === undefined || pid === '') return false
  if (process.platform !== 'linux') return true
  return /\) T /.test(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''))
}
