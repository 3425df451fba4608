// `--serve`: pools under load on a page, and every fault that it can switch on is seen there, in words.

import { expect, test } from 'vitest'
import type { FindingKind, FrameMessage } from '../../src/inspector/index.js'
import { isFrame, isHello, Page, partsOf } from '../inspector/support.js'
import { startDemo } from './program.js'

test('the demo serves its pools, and the page tells of each fault that is switched on', async () => {
  const demo = startDemo('--serve')
  await demo.shows('#token=')
  const url = /http:\S+/.exec(demo.output())?.[0] as string
  const { base, token } = partsOf(url)
  const page = await Page.open(url)
  const { pools, faults, allowControl } = await page.until(isHello)
  expect(pools.map(({ name }) => name)).toEqual(['shop', 'reports'])
  expect(faults.map(({ title, on }) => [title, on])).toEqual(
    ['Slow queries', 'A leak', 'A burst', 'Server restart', 'Outage'].map(title => [title, false]),
  )
  expect(allowControl).toBe(true)

  const move = async (title: string, on: boolean): Promise<void> => {
    const id = faults.find(fault => fault.title === title)?.id
    const response = await fetch(`${base}faults`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-statepool-control': '1' },
      body: JSON.stringify({ id, on }),
    })
    expect([title, await response.json()]).toEqual([title, { ok: true }])
  }
  /** Reads on until the first pool is as it should be. */
  const sees = async (fits: (message: FrameMessage) => boolean): Promise<void> => {
    const from = page.messages.length
    await page.until(
      message =>
        page.messages.indexOf(message) >= from && isFrame(message) && message.pool === 0 && fits(message),
    )
  }
  const tells = (...kinds: FindingKind[]) =>
    sees(({ diagnosis }) => diagnosis.findings.some(({ kind }) => kinds.includes(kind)))
  const recovers = () => sees(({ frame, diagnosis }) => frame.stats.idle > 0 && diagnosis.level !== 'down')

  await sees(({ frame }) => frame.stats.acquired > 20)
  await move('Slow queries', true)
  await tells('exhausted')
  await move('Slow queries', false)
  await move('A burst', true)
  await tells('exhausted', 'slow queue')
  await recovers()
  await move('A leak', true)
  await tells('leaked')
  await move('A leak', false)
  await move('Server restart', true)
  await tells('connections lost')
  await recovers()
  await move('Outage', true)
  await tells('database down')
  await move('Outage', false)
  await recovers()

  await page.close()
  demo.process.kill('SIGTERM')
  expect(await demo.ended()).toBe(143)
  expect(demo.errors()).not.toMatch(/MaxListeners|Unhandled/)
  expect(demo.leftBehind()).toEqual([])
})
