// How inspectors are found on their machine, and by whom not.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listOf } from '../../src/cli/inspect.js'
import { type Announcement, announce, announcements } from '../../src/inspector/announcement.js'
import { inspector } from '../../src/inspector/index.js'
import { bundle } from '../support/bundle.js'
import { quickPool } from './support.js'

const before = { ...process.env }
let place: string
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'statepool-announced-'))
  process.env.XDG_RUNTIME_DIR = place
  process.env.TMPDIR = join(place, 'nowhere')
})
afterEach(() => {
  for (const name of ['XDG_RUNTIME_DIR', 'TMPDIR']) {
    if (before[name] === undefined) delete process.env[name]
    else process.env[name] = before[name]
  }
  rmSync(place, { recursive: true, force: true })
})

const mine: Announcement = {
  pid: process.pid,
  port: 4711,
  url: 'http://127.0.0.1:4711/#token=abc',
  title: 'orders-api',
  pools: ['orders'],
}
const folder = (): string => join(place, 'statepool')
const file = (): string => join(folder(), 'inspector-4711.json')
const modeOf = (path: string): number => statSync(path).mode & 0o777
/** As another process would have left it. */
const left = (content: object, mode = 0o600): void => {
  mkdirSync(folder(), { mode: 0o700, recursive: true })
  writeFileSync(file(), JSON.stringify(content))
  chmodSync(file(), mode)
}

describe('an inspector', () => {
  it('is found as long as it runs, with its token and its pools', async () => {
    const pool = quickPool({ name: 'orders', min: 0 })
    const running = await inspector(pool)
    const [found, ...others] = announcements()
    expect(others).toEqual([])
    expect(found).toMatchObject({
      port: running.port,
      url: running.url,
      pid: process.pid,
      pools: [pool.name],
    })
    await running.close()
    expect(announcements()).toEqual([])
    expect(readdirSync(folder())).toEqual([])
    await pool.close()
  })

  it('is not announced if it should not be, and without a server of its own', async () => {
    const silent = await inspector([], { announce: false })
    const mounted = await inspector([], { port: false })
    expect(announcements()).toEqual([])
    await silent.close()
    await mounted.close()
  })

  it('that the end of its process takes by surprise leaves nothing behind', async () => {
    const program = await bundle('test/support/programs/inspector-and-exit.ts')
    const { status } = spawnSync(process.execPath, [program])
    expect(status).toBe(3)
    expect(readdirSync(folder())).toEqual([])
  })
})

describe('an announcement', () => {
  it('can be read by its user alone', () => {
    const remove = announce(mine)
    expect(modeOf(folder())).toBe(0o700)
    expect(modeOf(file())).toBe(0o600)
    expect(announcements()).toEqual([mine])
    remove?.()
    expect(existsSync(file())).toBe(false)
  })

  it('of a process that has ended is removed', () => {
    const pid = Number(execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }))
    left({ ...mine, pid })
    expect(announcements()).toEqual([])
    expect(existsSync(file())).toBe(false)
  })

  it('that a process left behind at the same port is replaced, and removes none but itself', () => {
    left({ ...mine, url: 'http://127.0.0.1:4711/#token=old' })
    const remove = announce(mine)
    expect(announcements()).toEqual([mine])
    left({ ...mine, url: 'http://127.0.0.1:4711/#token=new' })
    remove?.()
    expect(announcements()).toHaveLength(1)
  })

  it('is written through no link, and none is read', () => {
    const target = join(place, 'target')
    writeFileSync(target, 'precious')
    mkdirSync(folder(), { mode: 0o700 })
    symlinkSync(target, file())
    expect(announcements()).toEqual([])
    announce(mine)?.()
    expect(readFileSync(target, 'utf8')).toBe('precious')
    rmSync(folder(), { recursive: true })
    mkdirSync(join(place, 'elsewhere'), { mode: 0o700 })
    symlinkSync(join(place, 'elsewhere'), folder())
    expect(announce(mine)).toBeUndefined()
    expect(readdirSync(join(place, 'elsewhere'))).toEqual([])
  })

  it('is neither written to a folder that others may look into nor read from one', () => {
    left(mine)
    expect(announcements()).toHaveLength(1)
    chmodSync(folder(), 0o755)
    expect(announcements()).toEqual([])
    rmSync(file())
    expect(announce(mine)).toBeUndefined()
    expect(existsSync(file())).toBe(false)
  })

  it('that others may read or write is not believed, nor what is none', () => {
    left(mine, 0o644)
    expect(announcements()).toEqual([])
    left({ pid: process.pid })
    expect(announcements()).toEqual([])
    left({ ...mine, title: 'x'.repeat(70_000) })
    expect(announcements()).toEqual([])
  })
})

it('in the list, a name cannot write to the terminal but letters', () => {
  expect(listOf([{ ...mine, title: 'a\u001b[2Jb', pools: ['one', 'two\u0007'] }])).toBe(
    `http://127.0.0.1:4711/#token=abc\n  one, two · a[2Jb, process ${process.pid}\n`,
  )
})
