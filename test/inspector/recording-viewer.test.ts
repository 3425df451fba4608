// A recording on the same page: from memory, and from a file.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { inspector, viewer } from '../../src/inspector/index.js'
import { decode, type Recording, recorder } from '../../src/recorder/index.js'
import { isHello, Page, partsOf, quickPool } from './support.js'

let folder: string
let recording: Recording
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-recording-'))
  await using pool = quickPool({ name: 'recorded', min: 1 })
  const running = recorder(pool, { incidents: false })
  await pool.use(async () => {})
  await running.save(join(folder, 'life.spr.gz'))
  recording = running.dump()
  running.stop()
})
afterAll(() => rm(folder, { recursive: true }))

const ask = (url: string, path: string, init: RequestInit = {}): Promise<Response> => {
  const { base, token } = partsOf(url)
  return fetch(base + path, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
}

describe('a recording', () => {
  it('is shown by those who have the token', async () => {
    await using shown = await viewer({ recording })
    const page = await Page.open(shown.url)
    const hello = await page.until(isHello)
    expect(hello).toMatchObject({ source: 'recording', allowControl: false, faults: [] })
    expect(hello.pools).toMatchObject([
      { id: 0, name: 'recorded', clock: { pool: 0, wall: recording.startedAt } },
    ])
    const response = await ask(shown.url, 'recording')
    const { names, records } = decode(new Uint8Array(await response.arrayBuffer()))
    expect(names).toEqual(recording.names)
    expect(Buffer.from(records)).toEqual(Buffer.from(recording.records))
    expect((await fetch(`${partsOf(shown.url).base}recording`)).status).toBe(401)
  })

  it('is read from a compressed file', async () => {
    await using shown = await viewer({ recording: join(folder, 'life.spr.gz') })
    expect(decode(new Uint8Array(await (await ask(shown.url, 'recording')).arrayBuffer())).pool.name).toBe(
      'recorded',
    )
  })

  it('cannot be controlled', async () => {
    await using shown = await viewer({ recording })
    const init = { method: 'POST', headers: { 'x-statepool-control': '1' }, body: '{}' }
    expect((await ask(shown.url, 'control', init)).status).toBe(403)
  })

  it('that is none is refused with the reason', async () => {
    await expect(viewer({ recording: import.meta.filename })).rejects.toThrow('not a recording')
    await expect(viewer({ recording: join(folder, 'none') })).rejects.toThrow('ENOENT')
    await expect(viewer({ recording, port: false as never })).rejects.toThrow(
      'port must be an integer from 0',
    )
    await expect(viewer({ recording, switches: [] } as never)).rejects.toThrow(
      'viewer has no option "switches"',
    )
  })

  it('is not what an inspector of running pools has', async () => {
    await using pool = quickPool({ min: 0 })
    await using running = await inspector(pool)
    expect((await ask(running.url, 'recording')).status).toBe(404)
  })
})
