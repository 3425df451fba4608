// A running pool, seen through the inspector's stream.
import { afterEach, describe, expect, it } from 'vitest'
import { systemBehind } from '../../src/actors/create-pool.js'
import type { Pool } from '../../src/index.js'
import { type Inspector, type InspectorOptions, inspector } from '../../src/inspector/index.js'
import { watchOf } from '../../src/machines/compiled/inspection.js'
import { patience } from '../support/patience.js'
import { isFrame, isHello, Page, partsOf, quickPool } from './support.js'

const toClose: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of toClose.splice(0).reverse()) await each.close()
})

const closed = <T extends { close(): Promise<unknown> }>(each: T): T => {
  toClose.push(each)
  return each
}

async function opened(pools: Pool<unknown> | Pool<unknown>[], options?: InspectorOptions) {
  const page = closed(await inspector(pools, options))
  return { inspector: page, page: closed(await Page.open(page.url)) }
}

const post = async (
  { url }: Pick<Inspector, 'url'>,
  path: string,
  body: object,
  headers: Record<string, string> = {},
) => {
  const { base, token } = partsOf(url)
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'x-statepool-control': '1', ...headers },
    body: JSON.stringify(body),
  })
  return {
    status: response.status,
    ...((await response.json()) as { ok: boolean; error?: { code: string; message: string } }),
  }
}

/** Whether neither inspectors nor taps watch the system. */
const isUnwatched = (system: unknown): boolean => {
  const { inspectors, taps } = watchOf(system as never)
  return inspectors + taps === 0
}

describe('a page that opens', () => {
  it('is introduced to every pool, and told how each stands', async () => {
    const one = closed(
      quickPool({ name: 'introduced', max: 3, min: 1, acquireTimeout: Number.POSITIVE_INFINITY }),
    )
    const two = closed(quickPool({ name: 'reports', max: 1 }))
    const { page } = await opened([one, two])
    const hello = await page.until(isHello)
    expect(hello).toMatchObject({
      protocol: 1,
      source: 'live',
      allowControl: false,
      faults: [],
      process: { pid: process.pid },
    })
    expect(hello.pools.map(({ id, name, driver }) => [id, name, driver])).toEqual([
      [0, 'introduced', 'simulated'],
      [1, 'reports', 'simulated'],
    ])
    expect(hello.pools[0]?.options).toMatchObject({ min: 1, max: 3, acquireTimeout: null })
    for (const pool of [0, 1]) await page.until(message => isFrame(message) && message.pool === pool)
  })

  it('sees leases, callers, connections and transitions as they come', async () => {
    const pool = closed(quickPool({ name: 'seen', min: 1, max: 1 }))
    await pool.ready()
    const { page } = await opened(pool)
    await page.until(isFrame)
    const lease = await pool.acquire()
    const waiter = pool.acquire()
    const { frame } = await page
      .until(message => isFrame(message) && message.frame.stats.waiting === 1)
      .then(message => message as never as { frame: import('../../src/recorder/format.js').Frame })
    expect(frame.leases).toMatchObject([{ lease: lease.id, connection: 'connection-1' }])
    expect(frame.connections).toMatchObject([{ id: 'connection-1', state: 'busy.leased', uses: 1 }])
    lease.release()
    const next = await waiter
    next.release()
    await page.until(() => page.records.filter(({ event }) => event === 'release').length === 2)
    expect(page.records.map(({ actor, event, to }) => `${actor} ${event} ${to}`)).toEqual(
      expect.arrayContaining([
        'connection-1 checkout busy.leased',
        'pool acquire running',
        'connection-1 release idle',
      ]),
    )
  })

  it('although others opened before, sees what happened since the first one did', async () => {
    const pool = closed(quickPool({ min: 1, max: 1 }))
    await pool.ready()
    const { inspector, page } = await opened(pool)
    await page.until(isFrame)
    await pool.use(async () => {})
    await page.until(() => page.records.some(({ event }) => event === 'release'))
    const later = closed(await Page.open(inspector.url))
    await later.until(() => later.records.some(({ event }) => event === 'release'))
    expect(later.records).toEqual(page.records)
  })

  it('sees what happened before, and is told how the pool stands after that', async () => {
    const pool = closed(quickPool({ min: 1, max: 1 }))
    await pool.ready()
    const seen = closed(await inspector(pool))
    await pool.use(async () => {})
    const page = closed(await Page.open(seen.url))
    await page.until(isFrame)
    expect(page.messages.map(({ type }) => type)).toEqual(['hello', 'slice', 'frame'])
    expect(page.records.map(({ actor, event, to }) => `${actor} ${event} ${to}`)).toEqual([
      'pool recorder.start running',
      'connection-1 recorder.start idle',
      'connection-1 checkout busy.leased',
      'pool acquire running',
      'connection-1 release idle',
    ])
  })

  it('sees no more of what was than is kept, and has missed nothing', async () => {
    const pool = closed(quickPool({ min: 1, max: 1 }))
    await pool.ready()
    const seen = closed(await inspector(pool, { history: 10 }))
    for (let turn = 0; turn < 20; turn++) await pool.use(async () => {})
    const page = closed(await Page.open(seen.url))
    await page.until(isFrame)
    expect(page.records).toHaveLength(10)
    expect(page.records.at(-1)?.event).toBe('release')
    expect(page.skipped).toBe(0)
  })

  it('is told what is wrong, in words', async () => {
    const pool = closed(quickPool({ min: 0, max: 1, acquireTimeout: 20, leakWarning: 20 }))
    const lease = await pool.acquire({ timeout: patience })
    const { page } = await opened(pool)
    await page.until(isFrame)
    await expect(pool.acquire()).rejects.toThrow('No connection became free')
    const message = (await page.until(
      message =>
        isFrame(message) &&
        ['timeouts', 'leaked'].every(kind => message.diagnosis.findings.some(each => each.kind === kind)),
    )) as import('../../src/inspector/protocol.js').FrameMessage
    expect(message.diagnosis.level).toBe('down')
    const leak = message.diagnosis.findings.find(({ kind }) => kind === 'leaked')
    expect(leak?.stack).toContain('live.test.ts')
    expect(page.notices.map(({ type }) => type)).toContain('acquire.timedOut')
    lease.release()
  })

  it('after the trouble began is told of it all the same', async () => {
    const pool = closed(quickPool({ min: 1 }, { connectFailureRate: 1 }))
    await expect(pool.ready()).rejects.toThrow('Could not connect')
    const { page } = await opened(pool)
    const { diagnosis } = await page.until(isFrame)
    expect(diagnosis).toMatchObject({ level: 'down', findings: [{ kind: 'database down' }] })
    expect(diagnosis.findings[0]?.text).toContain('the last connect failed: simulated failure of a connect')
  })

  it('is told when a pool closes', async () => {
    const pool = quickPool({ min: 1 })
    const { page } = await opened(pool)
    await page.until(isFrame)
    await pool.close()
    await page.until(({ type }) => type === 'gone')
  })

  it('after a pool has closed is told that, once, and no more of it', async () => {
    const [over, running] = [quickPool({ min: 0 }), closed(quickPool({ min: 0 }))]
    await over.close()
    const { page } = await opened([over, running])
    await page.until(({ type }) => type === 'gone')
    const isOf = (pool: number) => (message: (typeof page.messages)[number]) =>
      isFrame(message) && message.pool === pool
    const ofRunning = page.messages.filter(isOf(1)).length
    await page.until(() => page.messages.filter(isOf(1)).length >= ofRunning + 3)
    const ofOver = page.messages.filter(message => 'pool' in message && message.pool === 0)
    expect(ofOver.map(({ type }) => type)).toEqual(['slice', 'frame', 'gone']) // the slice has the dictionary
    expect(page.messages.find(isOf(0))).toMatchObject({
      diagnosis: { level: 'down', findings: [{ kind: 'closed' }] },
    })
  })
})

describe('the pool', () => {
  it('is listened to only while a page is open, without a history', async () => {
    const pool = closed(quickPool({ min: 1 }))
    await pool.ready()
    const { system, parts } = { system: systemBehind(pool.actor), parts: systemBehind(pool.actor)?.parts }
    const isLeftAlone = () => isUnwatched(parts?.system) && parts?.tracker === undefined
    await pool.use(async () => {})
    expect(system).toBeDefined()
    const { page } = await opened(pool, { history: 0 })
    await page.until(isFrame)
    expect(isLeftAlone()).toBe(false)
    const { page: other } = await opened(pool, { history: 0 })
    await other.until(isFrame)
    await page.close()
    await other.close()
    await until(isLeftAlone)
  })

  it('is left alone when the inspector closes', async () => {
    const pool = closed(quickPool({ min: 1 }))
    await pool.ready()
    const { inspector, page } = await opened(pool)
    await page.until(isFrame)
    await inspector.close()
    const parts = systemBehind(pool.actor)?.parts
    expect(isUnwatched(parts?.system)).toBe(true)
    expect(parts?.tracker).toBeUndefined()
    await expect(Page.open(inspector.url)).rejects.toThrow()
  })
})

describe('an inspector that cannot listen', () => {
  it('says why, and leaves the pool alone', async () => {
    const pool = closed(quickPool({ min: 1 }))
    await pool.ready()
    const { port } = closed(await inspector([]))
    await expect(inspector(pool, { port: port as number })).rejects.toThrow('EADDRINUSE')
    expect(isUnwatched(systemBehind(pool.actor)?.parts.system)).toBe(true)
  })
})

describe('controls', () => {
  it('pause, resume, resize and evict a pool, and end a lease', async () => {
    const pool = closed(quickPool({ min: 1, max: 2 }))
    await pool.ready()
    const { inspector, page } = await opened(pool, { allowControl: true })
    expect((await page.until(isHello)).allowControl).toBe(true)
    const control = (body: object) => post(inspector, 'control', { pool: 0, ...body })
    expect(await control({ action: 'pause' })).toEqual({ status: 200, ok: true })
    expect(pool.stats().state).toBe('paused')
    await control({ action: 'resume' })
    expect(pool.stats().state).toBe('running')
    await control({ action: 'resize', max: 5 })
    expect(pool.stats().max).toBe(5)
    const { generation } = pool.stats()
    await control({ action: 'evict' })
    expect(pool.stats().generation).toBe(generation + 1)
    const lease = await pool.acquire()
    expect(await control({ action: 'kill', lease: lease.id })).toEqual({ status: 200, ok: true })
    expect(lease.held).toBe(false)
    expect(() => lease.connection).toThrow('revoked')
  })

  it('that do not fit are refused in the pool’s words', async () => {
    const pool = closed(quickPool({ min: 1, max: 2 }))
    const { inspector } = await opened(pool, { allowControl: true })
    const control = (body: object) => post(inspector, 'control', { pool: 0, ...body })
    const resized = await control({ action: 'resize', max: 0 })
    expect(resized).toMatchObject({ status: 400, error: { code: 'OPTIONS_INVALID' } })
    expect(resized.error?.message).toContain('max must be an integer of at least 1')
    expect(await control({ action: 'kill', lease: 99 })).toMatchObject({ status: 404 })
    await pool.ready()
    for (const lease of [undefined, null, '1'])
      expect(await control({ action: 'kill', lease })).toMatchObject({ status: 400 })
    expect(pool.stats()).toMatchObject({ total: 1, closed: 0 })
    expect(await control({ action: 'close' })).toMatchObject({ status: 400 })
    expect(await control({ action: 'pause', pool: 7 })).toMatchObject({ status: 404 })
    expect(await control({ action: 'resize', max: '3; drop table' })).toMatchObject({ status: 400 })
  })

  it('are refused without allowControl, and to those who may only look', async () => {
    const pool = closed(quickPool({ min: 1, max: 2 }))
    const body = { pool: 0, action: 'pause' }
    const { inspector: views, page } = await opened(pool)
    expect((await page.until(isHello)).allowControl).toBe(false)
    expect(await post(views, 'control', body)).toMatchObject({ status: 403, error: { code: 'CONTROL_OFF' } })
    const { inspector: both } = await opened(pool, { allowControl: true })
    expect(await post({ url: both.viewUrl }, 'control', body)).toMatchObject({ status: 403 })
    const looking = closed(await Page.open(both.viewUrl))
    expect((await looking.until(isHello)).allowControl).toBe(false)
    expect(pool.stats().state).not.toBe('paused')
  })

  it('that come in a flood are refused', async () => {
    const pool = closed(quickPool({ min: 1, max: 2 }))
    const { inspector } = await opened(pool, { allowControl: true })
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => post(inspector, 'control', { pool: 0, action: 'evict' })),
    )
    const done = answers.filter(({ ok }) => ok).length
    expect(done).toBeGreaterThan(0)
    expect(answers.filter(({ status }) => status === 429).length).toBe(200 - done)
    expect(answers.some(({ status }) => status === 429)).toBe(true)
  })
})

describe('switches', () => {
  it('are shown, moved, and shown to all as they are', async () => {
    const pool = closed(quickPool({ min: 1 }))
    const moved: boolean[] = []
    const { inspector, page } = await opened(pool, {
      allowControl: true,
      switches: [
        { name: 'Slow queries', set: on => void moved.push(on) },
        { name: 'Broken', on: true, set: () => Promise.reject(new Error('not today')) },
      ],
    })
    const { faults } = await page.until(isHello)
    expect(faults).toEqual([
      { id: '0', title: 'Slow queries', on: false },
      { id: '1', title: 'Broken', on: true },
    ])
    expect(await post(inspector, 'faults', { id: '0', on: true })).toMatchObject({ ok: true })
    expect(moved).toEqual([true])
    await page.until(message => message.type === 'faults' && message.faults[0]?.on === true)
    expect(await post(inspector, 'faults', { id: '1', on: false })).toMatchObject({
      ok: false,
      error: { code: 'FAILED' },
    })
    expect(await post(inspector, 'faults', { id: '9', on: true })).toMatchObject({ status: 404 })
    expect(await post(inspector, 'faults', { id: '0', on: 'yes' })).toMatchObject({ status: 400 })
  })
})

/** Lets the event loop turn until something is so; the test's own timeout ends it otherwise. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise(resolve => setImmediate(resolve))
}
