// The built package as its users run it: plain, bundled, in a browser, under other test runners. What runs is what the guide shows.
// And what `import 'statepool'` costs is what it loads: few files, most of them other packages'. docs/performance.md has the time.

import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { createContext, runInContext } from 'node:vm'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import webpack, { type Configuration } from 'webpack'
import { makeProject, type Project } from './project.js'

let project: Project
beforeAll(async () => {
  project = await makeProject()
})
afterAll(() => project?.remove())

const execute = promisify(execFile)
const guide = readFileSync('docs/guides/bundlers-and-test-runners.md', 'utf8')
const served = 'thread { one: 1 }\nprocess { one: 1 }\ncore 1\n'

it('plain Node', async () => {
  expect(await project.run('server.js')).toEqual({ stdout: served, stderr: '' })
})

const esbuild = (...args: string[]) =>
  execute(resolve('node_modules/.bin/esbuild'), [...args, '--log-level=info', '--color=false'], {
    cwd: project.folder,
  })

describe('esbuild', () => {
  const commands = [...guide.matchAll(/^esbuild (\S+\.js .*)$/gm)].map(([, args = '']) => args)

  it('is shown with both formats', () => {
    const outputs = commands.map(args => /--outfile=(\S+)/.exec(args)?.[1])
    expect(outputs).toEqual(['server.mjs', 'server.cjs', 'postgres.mjs'])
  })

  it.each(commands)('%s', async args => {
    const { stderr } = await esbuild(...args.split(' '))
    expect(stderr).not.toMatch(/warning|error/i)
    const outfile = /--outfile=(\S+)/.exec(args)?.[1] ?? ''
    const stdout = outfile.startsWith('server') ? served : 'postgres on db:5432/app as web\n'
    expect(await project.run(outfile)).toEqual({ stdout, stderr: '' })
  })

  it('says at once what to install, where the bundle finds no better-sqlite3', async () => {
    const program = `
      import { createSqlitePool } from 'statepool/sqlite'
      const db = createSqlitePool({ filename: 'lonely.db', engine: 'better-sqlite3' })
      db.use(writer => writer.get('SELECT 1')).catch(error => {
        console.log(db.write.stats().failedConnects, error.message)
        return db.close()
      })`
    await writeFile(join(project.folder, 'lonely.js'), program)
    const elsewhere = await mkdtemp(join(tmpdir(), 'statepool-elsewhere-'))
    try {
      // A folder above may have it installed, so here is one that hides it, and is empty.
      const empty = join(elsewhere, 'node_modules/better-sqlite3')
      await mkdir(empty, { recursive: true })
      await writeFile(join(empty, 'package.json'), '{ "main": "./missing.js" }')
      await esbuild('lonely.js', '--bundle', '--platform=node', `--outfile=${elsewhere}/lonely.cjs`)
      const { stdout } = await execute(process.execPath, ['lonely.cjs'], { cwd: elsewhere })
      expect(stdout).toMatch(/^2 .*: npm install better-sqlite3/)
    } finally {
      await rm(elsewhere, { recursive: true, force: true })
    }
  })
})

describe('webpack', () => {
  /** Not minified, which takes as long as all the other tests: a bundle by esbuild is. */
  const bundle = async (file: string, mode: 'production' | 'development') => {
    const { default: config } = (await import(pathToFileURL(resolve(file)).href)) as {
      default: Configuration
    }
    const output = { ...config.output, path: project.folder }
    const optimization = { minimize: false }
    const compiler = webpack({ ...config, context: project.folder, mode, output, optimization })
    const stats = await promisify(compiler.run.bind(compiler))()
    expect(stats?.toJson({ all: false, errors: true, warnings: true })).toMatchObject({
      errors: [],
      warnings: [],
    })
    return String(output.filename)
  }

  it.each([
    ['CommonJS', 'development', 'webpack.config.mjs'],
    ['an ES module', 'production', 'webpack.esm.config.mjs'],
  ] as const)('as %s, for %s', async (_, mode, config) => {
    const file = await bundle(`examples/bundlers/${config}`, mode)
    expect(await project.run(file)).toEqual({ stdout: served, stderr: '' })
  })
})

it('Vitest, its fake timers, and a clock of the pool’s own', async () => {
  for (const name of ['vitest-fake-timers', 'simulated-clock'])
    await project.copy(`examples/test-runners/${name}.vitest.ts`, `vitest/${name}.test.ts`)
  const vitest = resolve('node_modules/vitest/vitest.mjs')
  const { stdout } = await project.run(vitest, 'run', '--root', 'vitest', '--no-file-parallelism')
  expect(stdout).toMatch(/^ +Tests +3 passed \(3\)$/m)
})

const page = `
  import { createPool } from 'statepool'
  import { connectionMachine, poolMachine } from 'statepool/machines'
  import { simulated } from 'statepool/simulated'

  globalThis.outcome = (async () => {
    const pool = createPool(simulated({ connectLatency: 1 }), { max: 2, leakWarning: 1, idleTimeout: 1_000 })
    const lease = await pool.acquire()
    const rows = await pool.use(async connection => (await connection.query('SELECT 1')).rows.length)
    while (warnings.length === 0) await new Promise(resolve => setTimeout(resolve, 1))
    lease.release()
    const { total, acquired } = pool.stats()
    await pool.close()
    return JSON.stringify({ rows, total, acquired, machines: [connectionMachine.id, poolMachine.id] })
  })()`

it('a browser: nothing of Node’s is loaded, and a pool of simulated connections lends', async () => {
  const { outputFiles, metafile, warnings } = await build({
    stdin: { contents: page, resolveDir: project.folder },
    bundle: true,
    platform: 'browser',
    format: 'iife',
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  expect(warnings).toEqual([])
  expect(Object.values(metafile.outputs).flatMap(({ imports }) => imports)).toEqual([])
  const [{ text } = { text: '' }] = outputFiles
  expect(text).not.toContain('import.meta')

  const told: string[] = []
  const browser = {
    // Its timers are numbers.
    setTimeout: (callback: () => void, delay: number) => Number(setTimeout(callback, delay)),
    clearTimeout: (timer: number) => clearTimeout(timer),
    setInterval,
    clearInterval,
    queueMicrotask,
    performance,
    AbortController,
    AbortSignal,
    console: { log: () => {}, warn: (warning: string) => told.push(warning) },
    warnings: told,
    outcome: Promise.resolve(''),
  }
  runInContext(text, createContext(browser))
  expect(JSON.parse(await browser.outcome)).toEqual({
    rows: 1,
    total: 2,
    acquired: 2,
    machines: ['connection', 'pool'],
  })
  expect(told[0]).toMatch(
    /^PoolLeakWarning \[STATEPOOL_LEAK\]: Pool ".+": lease 1 on connection-1 has been held for /,
  )
})

/** The files that a program which only imports this loads, by the package that they are in. */
async function filesLoadedBy(entry: string): Promise<Record<string, number>> {
  const reports = join(project.folder, `loaded-${entry.replace('/', '-')}`)
  await project.runWith({ NODE_V8_COVERAGE: reports }, '--input-type=module', '-e', `import '${entry}'`)
  const counts: Record<string, number> = {}
  for (const name of await readdir(reports)) {
    const { result } = JSON.parse(await readFile(join(reports, name), 'utf8')) as {
      result: { url: string }[]
    }
    for (const { url } of result) {
      const [, name = url] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? []
      if (url.endsWith('.js') || name !== url) counts[name] = (counts[name] ?? 0) + 1
    }
  }
  return counts
}

describe('loads', () => {
  it('few files for the core: nine of its own, and RxJS’s classes without its operators', async () => {
    const { statepool, xstate, rxjs, ...others } = await filesLoadedBy('statepool')
    expect(statepool).toBeLessThanOrEqual(9)
    expect(xstate).toBeLessThanOrEqual(10)
    expect(rxjs).toBeLessThanOrEqual(20) // of 223
    expect(others).toEqual({})
  })

  it('fourteen of its own with any driver, as each entry that is added may make a part', async () => {
    for (const driver of ['pg', 'mysql2', 'mysql2/promise', 'sqlite', 'simulated'])
      expect((await filesLoadedBy(`statepool/${driver}`)).statepool).toBeLessThanOrEqual(14)
  })
})

it('classes have the names that they are exported by, in spite of the bundle', async () => {
  const program = `
    const entries = Object.keys(JSON.parse(require('node:fs').readFileSync('node_modules/statepool/package.json')).exports)
    const optional = /otel|prometheus|package.json/
    const load = async () => {
      for (const entry of entries.filter(name => !optional.test(name))) {
        for (const [name, value] of Object.entries(await import('statepool' + entry.slice(1)))) {
          if (/^class\\b/.test(String(value))) console.log(name === value.name ? 'same' : entry + ' ' + name + ' ' + value.name)
        }
      }
    }
    load()`
  const { stdout } = await project.run('--input-type=commonjs', '-e', program)
  const lines = stdout.trim().split('\n')
  expect(lines.length).toBeGreaterThan(20)
  expect(new Set(lines)).toEqual(new Set(['same']))
})
