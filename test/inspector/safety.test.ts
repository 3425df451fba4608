// What hostile, slow and many viewers can do to a pool and to those who look: nothing.
import { afterEach, describe, expect, it } from 'vitest'
import { createPool, type Driver } from '../../src/index.js'
import { mostViewers } from '../../src/inspector/hub.js'
import { inspector } from '../../src/inspector/index.js'
import type { Dropped } from '../../src/inspector/protocol.js'
import { decodeSlice, recordSize } from '../../src/recorder/format.js'
import { isFrame, isHello, Page, partsOf, quickPool } from './support.js'

const toClose: { close(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const each of toClose.splice(0).reverse()) await each.close()
})
const closed = <T extends { close(): Promise<unknown> }>(each: T): T => {
  toClose.push(each)
  return each
}

describe('secrets', () => {
  it('of connects, queries and holders are not on the wire', async () => {
    let works = true
    const driver: Driver<object> = {
      name: 'leaky',
      describe: () => 'the leaky database',
      async connect() {
        if (works) return { password: 'hunter2-in-the-connection' }
        throw new Error(
          'could not reach postgres://web:hunter2-in-the-url@db/shop, password=hunter2-in-the-text',
        )
      },
      async validate() {},
      async close() {},
      destroy() {},
    }
    const pool = closed(createPool(driver, { min: 1, max: 2 }))
    await pool.ready()
    const page = closed(await inspector(pool, { allowControl: true }))
    const viewer = closed(await Page.open(page.viewUrl))
    await viewer.until(isFrame)
    const query = Object.assign(new Error("update users set token = 'hunter2-in-the-sql'"), {
      code: '42601',
      parameters: ['hunter2-in-the-parameters'],
      detail: 'Key (email)=(hunter2-in-the-detail)',
    })
    works = false
    const lease = await pool.acquire()
    lease.destroy(query)
    await expect(pool.acquire({ timeout: 30 })).rejects.toThrow()
    await viewer.until(
      message => isFrame(message) && message.diagnosis.findings.some(({ kind }) => kind === 'timeouts'),
    )
    await viewer.until(() =>
      ['lease.destroyed', 'connection.failed'].every(type =>
        viewer.notices.some(notice => notice.type === type),
      ),
    )
    const all = viewer.texts.join('')
    expect(all).toContain('42601') // what it was is told, and where it came from
    expect(all).toContain('could not reach postgres://')
    expect(all).not.toMatch(/hunter2/)
    for (const url of [page.url, page.viewUrl]) expect(all).not.toContain(partsOf(url).token)
  })
})

describe('a viewer', () => {
  it('that reads nothing is not waited for, and is told what it missed when it reads again', async () => {
    const pool = closed(quickPool({ min: 4, max: 4 }))
    await pool.ready()
    const page = closed(await inspector(pool, { port: false, history: 100_000 })) // each round is 30,000 transitions in one turn
    const { token } = partsOf(page.url)
    const ask = () =>
      page.handler(new Request('http://localhost/stream', { headers: { authorization: `Bearer ${token}` } }))
    const { body } = await ask()
    const witness = closed(new Page((await ask()).body as ReadableStream<Uint8Array>))
    for (let round = 1; round <= 5; round++) {
      for (let index = 0; index < 10_000; index++) (await pool.acquire()).release()
      const { released } = pool.stats()
      await witness.until(() => releases(witness) === released) // so that rounds are slices of their own
    }
    const slow = closed(new Page(body as ReadableStream<Uint8Array>))
    const { slices } = (await slow.until(({ type }) => type === 'dropped')) as Dropped
    expect(slices).toBeGreaterThan(0)
    await slow.until(() => slow.records.length > 0 && slow.records.at(-1)?.at === witness.records.at(-1)?.at)
    // It gets what the ring still has, and the rest is counted.
    let told = 0
    for (const message of slow.messages) {
      if (message.type !== 'slice') continue
      const { recordsBefore, skipped, records } = decodeSlice(message.bytes)
      expect(recordsBefore).toBe(told + skipped)
      told = recordsBefore + records.length / recordSize
    }
    expect(told).toBeGreaterThanOrEqual(150_000)
    expect(slow.records.length).toBeLessThan(told)
  })

  it('is refused when there are many, and let in when one has gone', async () => {
    const pool = closed(quickPool({ min: 1 }))
    const page = closed(await inspector(pool))
    const pages = await Promise.all(Array.from({ length: mostViewers }, () => Page.open(page.url)))
    for (const each of pages) closed(each)
    await expect(Page.open(page.url)).rejects.toThrow(/503.*Too many/)
    await pages[0]?.close()
    for (;;) {
      const next = await Page.open(page.url).catch(() => undefined)
      if (next === undefined) continue
      await next.until(isHello)
      await next.close()
      break
    }
  })
})

/** How many leases a page has seen end, which it counts as they come. */
function releases(page: Page): number {
  const known = counted.get(page) ?? { seen: 0, count: 0 }
  for (; known.seen < page.records.length; known.seen++)
    if (page.records[known.seen]?.event === 'release') known.count++
  counted.set(page, known)
  return known.count
}

const counted = new WeakMap<Page, { seen: number; count: number }>()
