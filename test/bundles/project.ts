// A project of a user in a folder of its own: the package as it is built, and what the user installs beside it.

import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { bundlePackage } from '../../scripts/package/bundle.js'

/** What it depends on, and the tools that are tried. Their own packages are found from where they really are. */
const installed = ['xstate', 'rxjs', 'better-sqlite3', 'pg', 'mysql2', 'ws', 'esbuild', 'vitest']

/** Asks SQLite in a thread and in a process, and lends a connection of the core's. */
const server = `
import { createPool } from 'statepool'
import { simulated } from 'statepool/simulated'
import { createSqlitePool } from 'statepool/sqlite'

const run = async () => {
  for (const isolation of ['thread', 'process']) {
    const db = createSqlitePool({ filename: process.pid + isolation + '.db', isolation })
    console.log(isolation, await db.use(writer => writer.get('SELECT 1 AS one')).catch(String))
    await db.close()
  }
  const pool = createPool(simulated({ connectLatency: 1 }))
  console.log('core', await pool.use(() => pool.stats().busy))
  await pool.close()
}
run()
`

/** Only loads the driver. */
const postgres = `
import { postgres } from 'statepool/pg'
console.log(postgres({ host: 'db', port: 5432, database: 'app', user: 'web' }).describe())
`

export interface Project {
  readonly folder: string
  /** Copies a file of this repository into the project. */
  copy(from: string, to: string): Promise<void>
  /** Runs a program of Node in that folder, and gives what it wrote. Rejects, with that, when it fails. */
  run(...args: readonly string[]): Promise<{ stdout: string; stderr: string }>
  /** The same with variables of the environment. */
  runWith(
    variables: NodeJS.ProcessEnv,
    ...args: readonly string[]
  ): Promise<{ stdout: string; stderr: string }>
  remove(): Promise<void>
}

/** Builds the package (without its types) and makes a project around it, with its programs `server.js` and `postgres.js`. */
export async function makeProject(): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-project-'))
  const own = join(folder, 'node_modules/statepool')
  await mkdir(own, { recursive: true })
  await bundlePackage(join(own, 'dist'))
  await copyFile('package.json', join(own, 'package.json'))
  for (const name of installed) {
    const link = join(folder, 'node_modules', name)
    await mkdir(dirname(link), { recursive: true })
    await symlink(resolve('node_modules', name), link)
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await writeFile(join(folder, 'server.js'), server)
  await writeFile(join(folder, 'postgres.js'), postgres)
  return {
    folder,
    async copy(from, to) {
      const target = join(folder, to)
      await mkdir(dirname(target), { recursive: true })
      await copyFile(from, target)
    },
    run: (...args) => execute(process.execPath, args, { cwd: folder, env: environment() }),
    runWith: (variables, ...args) =>
      execute(process.execPath, args, { cwd: folder, env: { ...environment(), ...variables } }),
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

const execute = promisify(execFile)

/** Without what the test runner that runs these tests tells its own processes. */
function environment(): NodeJS.ProcessEnv {
  const foreign = /^(VITEST|JEST|NODE_ENV|NODE_OPTIONS|FORCE_COLOR)/
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name))
  return { ...Object.fromEntries(own), NO_COLOR: '1' }
}
