// Several pools, and actor systems that are no pools, on one page.
import { createWebSocketInspector } from '@statelyai/inspect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createActor, createMachine } from 'xstate'
import { World } from '../../../site/playground/world.js'
import { simulated } from '../../../src/db/simulated/index.js'
import { createHostPool } from '../../../src/hosts/index.js'
import { type Inspector, inspector } from '../../../src/inspector/index.js'
import { violationsIn } from '../support/axe.js'
import { chromiumMissing, Looker } from '../support/browser.js'

const light = createMachine({
  id: 'light',
  initial: 'red',
  states: {
    red: { on: { next: 'green' } },
    green: { initial: 'walk', on: { next: 'red' }, states: { walk: { on: { hurry: 'blink' } }, blink: {} } },
  },
})

describe.skipIf(chromiumMissing)('one page', () => {
  let looker: Looker
  let orders: World
  let reports: World
  let inspecting: Inspector
  beforeAll(async () => {
    looker = await Looker.start()
    const calm = { arrivals: 20, query: [5, 20] as const }
    orders = new World({ ...calm, seed: 1, pool: { name: 'orders', max: 4 } })
    reports = new World({ ...calm, seed: 2, pool: { name: 'reports', max: 2 } })
    inspecting = await inspector([orders.pool, reports.pool])
  })
  afterAll(async () => {
    await looker?.close()
    await inspecting?.close()
    await orders?.stop()
    await reports?.stop()
  })

  it('shows several pools, each with its state', async () => {
    const page = await looker.open(inspecting.url)
    const pools = page.getByRole('navigation', { name: 'Pools' })
    await pools.getByRole('button', { name: /^orders \(OK\)/ }).waitFor()
    await page.getByText(/of at most 4 connections open/).waitFor()
    await reports.set('outage', true)
    await pools.getByRole('button', { name: /^reports \(Down\)/ }).click()
    await page.getByText(/of at most 2 connections open/).waitFor()
    await page.locator('.hero .word').getByText('Down', { exact: true }).waitFor()
    await reports.set('outage', false)
    await page.close()
  })

  it('shows the pool of each host, with what the host is', async () => {
    const names = ['db1.internal:5432', 'db2.internal:5432']
    const drivers = names.map(() => simulated({ connectLatency: 1, queryLatency: 1, unhealthyRate: 0 }))
    drivers[1]?.database.demote()
    const hosts = names.map((name, index) => ({ name, driver: drivers[index] as (typeof drivers)[0] }))
    const pool = createHostPool({ hosts }, { name: 'shop', min: 1, max: 4 })
    const ofHosts = await inspector(pool)
    try {
      const page = await looker.open(ofHosts.url)
      await page
        .locator('.hero')
        .getByText('Host db1.internal:5432 · primary · up', { exact: true })
        .waitFor()
      const standby = page.getByRole('button', { name: /^shop@db2.internal:5432.*standby/ })
      await standby.click()
      await page
        .locator('.hero')
        .getByText('Host db2.internal:5432 · standby · up', { exact: true })
        .waitFor()
      drivers[0]?.database.stop()
      const seeking = pool.acquire()
      await page.getByText('No host fits', { exact: true }).first().waitFor()
      await page.getByRole('button', { name: /^shop@db1.internal:5432.*down/ }).waitFor()
      expect(await violationsIn(page)).toEqual([])
      drivers[1]?.database.promote()
      ;(await seeking).release()
      await page
        .locator('.hero')
        .getByText('Host db2.internal:5432 · primary · up', { exact: true })
        .waitFor()
      await page.close()
    } finally {
      await ofHosts.close()
      await pool.close({ timeout: 0 })
    }
  })

  it('shows the actors of another program, and the chart of one with its state lit', async () => {
    const page = await looker.open(inspecting.url)
    await page.getByText('Live', { exact: true }).waitFor()
    const address = new URL(inspecting.url)
    const token = address.hash.replace('#token=', '')
    const other = createWebSocketInspector({
      url: `ws://${address.host}/systems?token=${token}`,
      WebSocket: WebSocket as never,
    } as never)
    const actor = createActor(light, { inspect: other.inspect }).start()
    actor.send({ type: 'next' })
    await page.getByRole('button', { name: 'Other actors' }).click()
    await page.getByRole('button', { name: 'light', exact: true }).click()
    await page.locator('.foreign .lit[data-name="green.walk"]').waitFor()
    actor.send({ type: 'hurry' })
    await page.locator('.foreign .lit[data-name="green.blink"]').waitFor()
    expect(await violationsIn(page)).toEqual([])
    actor.stop()
    other.stop?.()
    await page.close()
  })

  it('complains of nothing', () => {
    expect(looker.complaints).toEqual([])
  })
})
