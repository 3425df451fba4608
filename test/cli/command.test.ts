// `npx statepool`, as a program: what it prints, where it writes, and how it says what to do instead.
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createMachine } from 'xstate'
import { readChart } from '../../src/chart/chart.js'
import { writeMermaid } from '../../src/chart/mermaid.js'
import { inspector } from '../../src/inspector/index.js'
import { connectionMachine } from '../../src/machines/index.js'
import { writeRecording } from '../../src/recorder/file.js'
import { decode, recorder } from '../../src/recorder/index.js'
import { bundle } from '../support/bundle.js'
import { poolInSimulatedTime, watch } from '../support/pool-in-simulated-time.js'
import { until } from '../support/until.js'

interface Result {
  readonly code: number
  readonly out: string
  readonly err: string
}

const node = (...args: string[]): Promise<Result> =>
  new Promise(resolve => {
    execFile(process.execPath, args, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err })
    })
  })

const statepool = async (...args: string[]): Promise<Result> => node(await bundle('src/cli/main.ts'), ...args)

/** Calls the command several times in one process, which takes a fraction of the time: a call is over when nothing is left to do. */
const inOneProcess = async (calls: readonly (readonly string[])[]): Promise<Result[]> => {
  const program = `
    const [program, given] = process.argv.slice(1)
    const calls = JSON.parse(given)
    const results = []
    const write = process.stdout.write.bind(process.stdout)
    const next = () => {
      if (results.length > 0) results.at(-1).code = process.exitCode ?? 0
      if (results.length === calls.length) {
        process.exitCode = 0
        if (!next.told) write(JSON.stringify(results))
        next.told = true
        return
      }
      process.argv.splice(1, Infinity, program, ...calls[results.length])
      process.exitCode = undefined
      const result = { out: '', err: '' }
      results.push(result)
      process.stdout.write = text => { result.out += text }
      process.stderr.write = text => { result.err += text }
      import(program + '?' + results.length) // anew
    }
    process.on('beforeExit', next)`
  const url = pathToFileURL(await bundle('src/cli/main.ts')).href
  return JSON.parse((await node('--input-type=module', '-e', program, url, JSON.stringify(calls))).out)
}

let folder: string
let recording: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statepool-cli-'))
  recording = join(folder, 'life.statepool.gz')
  const { pool, clock } = poolInSimulatedTime({ name: 'orders', min: 1, max: 1 })
  const flight = recorder(pool, { incidents: false })
  await clock.advance(100)
  const lease = await pool.acquire()
  watch(pool.acquire({ timeout: 10 }))
  await clock.advance(50)
  lease.release()
  const incident = { at: 110, kind: 'acquire timeout', text: 'No connection became free.' } as const
  await writeRecording(recording, { ...flight.dump(), incident })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('chart', () => {
  it('prints the chart of a connection as Mermaid', async () => {
    expect(await statepool('chart')).toEqual({
      code: 0,
      out: writeMermaid(readChart(connectionMachine)),
      err: '',
    })
  })

  it.each([
    ['pool.svg', [], '#ffffff'],
    ['pool-dark.svg', ['--theme', 'dark'], '#0d1117'],
  ])('writes an SVG where the name of the file says so: %s', async (name, theme, page) => {
    const out = join(folder, name)
    expect(await statepool('chart', 'pool', '--out', out, ...theme)).toMatchObject({
      code: 0,
      out: `Wrote ${out}.\n`,
    })
    const svg = await readFile(out, 'utf8')
    expect(svg).toMatch(/^<svg [\s\S]*>backingOff<\/text>[\s\S]*<\/svg>\n$/)
    expect(svg).toContain(`rx="10" fill="${page}"`)
  })

  it('draws a machine of a module, and of a definition', async () => {
    const module = join(folder, 'light.mjs')
    const xstate = JSON.stringify(
      new URL('../../node_modules/xstate/dist/xstate.esm.js', import.meta.url).href,
    )
    await writeFile(
      module,
      `import { createMachine } from ${xstate}
       export const light = createMachine({ id: 'light', initial: 'red', states: { red: { on: { go: 'green' } }, green: {} } })
       export const other = createMachine({ id: 'other' })`,
    )
    const several = await statepool('chart', module)
    expect(several).toMatchObject({
      code: 2,
      err: expect.stringContaining('Choose one with --export: light, other.'),
    })
    const json = await statepool('chart', module, '--export', 'light', '--format', 'json')
    expect(createMachine(JSON.parse(json.out)).root.states.red?.on).toHaveProperty('go')
    const definition = join(folder, 'light.json')
    await writeFile(definition, json.out)
    const svg = await statepool('chart', definition, '--format', 'svg', '--theme', 'dark')
    expect(svg.out).toMatch(/^<svg [\s\S]*>green<\/text>[\s\S]*<\/svg>\n$/)
  })

  const wrong: readonly (readonly [string[], RegExp])[] = [
    [['chart', '--format', 'sgv'], /--format cannot be "sgv"\. Did you mean svg\?/],
    [['chart', 'pool', '--svg'], /chart has no option --svg\. Did you mean --format svg\?/],
    [['chart', '--fromat', 'svg'], /chart has no option --fromat\. Did you mean --format\?/],
    [['chart', 'nowhere.js'], /There is no file nowhere\.js/],
    [['chart', 'package.json', 'pool'], /chart takes one argument; got 2/],
    [
      ['chart', 'node_modules/picocolors/picocolors.js'],
      /picocolors\.js exports no machine\. Export what createMachine\(\)/,
    ],
    [['cahrt'], /There is no command "cahrt"\. Did you mean chart\?/],
    [['replay'], /replay needs the file of a recording/],
    [['replay', 'package.json'], /package\.json: This is not a recording of statepool/],
    [['replay', 'nowhere'], /There is no file nowhere/],
    [['inspect', '70000'], /There is no port 70000/],
    [['inspect', '127.0.0.1:1'], /No inspector answers at http:\/\/127\.0\.0\.1:1\./],
  ]
  let results: Result[]
  beforeAll(async () => {
    results = await inOneProcess(wrong.map(([args]) => args))
  })

  it.each(wrong.map((each, index) => [...each, index] as const))(
    'says what is wrong with %j',
    (_, message, index) => {
      const { code, err } = results[index] as Result
      expect(err).toMatch(message)
      expect(err).toMatch(/Try: statepool --help\n$/)
      expect(code).toBe(2)
    },
  )

  it('says nothing when who reads its output has read enough', async () => {
    const child = spawn(process.execPath, [await bundle('src/cli/main.ts'), 'chart', '--format', 'json'])
    child.stdout.destroy()
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    expect(await once(child, 'close')).toEqual([0, null])
    expect(err).toBe('')
  })

  it('ends with the code that it says', async () => {
    expect(await statepool('cahrt')).toMatchObject({ code: 2, out: '' })
  })
})

describe('help', () => {
  it.each([[[]], [['chart', '--help']]])('is printed for %j', async args => {
    const { code, out } = await statepool(...args)
    expect(out).toMatch(/^Usage: statepool/)
    expect(code).toBe(0)
  })

  it('is printed for each command, in each way that it is asked for', async () => {
    for (const { code, out } of await inOneProcess([['--help'], ['replay', '-h'], ['inspect', '--help']])) {
      expect(out).toMatch(/^Usage: statepool/)
      expect(code).toBe(0)
    }
  })
})

describe('replay', () => {
  it('says what is in a recording, and that it agrees with the charts', async () => {
    const { code, out } = await statepool('replay', recording, '--summary', '--check')
    expect(out).toMatch(/pool +orders \(simulated\), 1 to 1 connections/)
    expect(out).toMatch(/incident +acquire timeout, .*\n +No connection became free\./)
    expect(out).toMatch(/agrees with the statecharts/)
    expect(code).toBe(0)
  })

  it('fails when the recording contradicts the charts', async () => {
    const { pool, clock } = poolInSimulatedTime({ min: 1, max: 1 })
    const flight = recorder(pool, { incidents: false })
    await clock.advance(100)
    await pool.use(() => {})
    const dump = flight.dump()
    const names = dump.names.map(name => (name === 'checkout' ? 'validate' : name))
    await writeRecording(join(folder, 'wrong'), { ...dump, names })
    const { code, out } = await statepool('replay', join(folder, 'wrong'), '--check')
    expect(out).toMatch(
      /contradicts the statecharts in 1 places:\nrecord \d+: validate leads connection-1 from idle to/,
    )
    expect(code).toBe(1)
  })

  it('serves the page with the recording, at an address that it prints, until it is interrupted', async () => {
    const program = await bundle('src/cli/main.ts')
    const child = spawn(process.execPath, [program, 'replay', recording, '--port', '0'])
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text
    })
    const ended = once(child, 'close')
    try {
      await until(() => out.includes('Ctrl+C') || err !== '', 'the page is served')
      expect(err).toBe('')
      const url = new URL(out.split('\n')[0] as string)
      const token = new URLSearchParams(url.hash.slice(1)).get('token')
      const file = await fetch(new URL('recording', url), { headers: { authorization: `Bearer ${token}` } })
      expect(decode(new Uint8Array(await file.arrayBuffer())).pool.name).toBe('orders')
      expect((await fetch(new URL('recording', url))).status).toBe(401)
    } finally {
      child.kill('SIGINT')
    }
    expect(await ended).toEqual([0, null])
  })

  it('says which file it cannot write', async () => {
    const out = join(folder, 'no-such-folder', 'trace.json')
    expect(await statepool('replay', recording, '--perfetto', out)).toMatchObject({
      code: 2,
      err: `statepool: ${out} cannot be written (ENOENT).\nTry: statepool --help\n`,
    })
  })

  it('writes a trace for Perfetto', async () => {
    const out = join(folder, 'trace.json')
    expect((await statepool('replay', recording, '--perfetto', out)).out).toMatch(/Wrote .*ui\.perfetto\.dev/)
    const trace = JSON.parse(await readFile(out, 'utf8'))
    expect(JSON.parse((await statepool('replay', recording, '--perfetto', '-')).out)).toEqual(trace)
    expect(trace.traceEvents.length).toBeGreaterThan(10)
  })
})

describe('inspect', () => {
  it('finds the inspectors that run on this machine, and their tokens', async () => {
    const { XDG_RUNTIME_DIR: before } = process.env
    process.env.XDG_RUNTIME_DIR = folder
    try {
      const none = await statepool('inspect')
      expect(none.err).toMatch(/No inspector of yours runs on this machine/)
      const running = await inspector([])
      const { port, url } = running
      expect((await statepool('inspect')).out).toBe(
        `${url}\n  no pool · ${process.title}, process ${process.pid}\n`,
      )
      expect((await statepool('inspect', String(port))).out).toBe(`${url}\n`)
      await running.close()
    } finally {
      if (before === undefined) delete process.env.XDG_RUNTIME_DIR
      else process.env.XDG_RUNTIME_DIR = before
    }
  })

  it('prints the address of an inspector that answers, and says where the token is', async () => {
    const server = createServer((_, response) => response.end()).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo
    const { out } = await statepool('inspect', String(port))
    expect(out).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${port}/\n.*token`))
    const url = `http://127.0.0.1:${port}/#token=t`
    expect((await statepool('inspect', url)).out).toBe(`${url}\n`)
    await new Promise(resolve => server.close(resolve))
    const { code, err } = await statepool('inspect', String(port))
    expect(err).toMatch(/No inspector answers at .*Start one in the application: await inspector\(pool\)/)
    expect(code).toBe(2)
  })
})
