// What a browser loads before it shows anything, and that all of it comes from the package.
import { readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { buildPage } from '../../scripts/page/build.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'statepool-page-'))
  await buildPage(folder)
})
afterAll(() => rm(folder, { recursive: true }))

const files = (): string[] => readdirSync(folder)
const text = (file: string): string => readFileSync(join(folder, file), 'utf8')

it('the whole page is at most 100 kB, gzipped', () => {
  const sizes = files().map(file => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length)
  expect(files()).toEqual(expect.arrayContaining(['index.html', 'main.css', 'main.js']))
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(100_000)
})

it('nothing in it is inline, and nothing comes from elsewhere', () => {
  const html = text('index.html')
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=/)
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
  expect(addresses.length).toBeGreaterThan(2)
  for (const address of addresses) expect(address).not.toMatch(/^(https?:)?\/\//)
  expect(text('main.css')).not.toMatch(/@import|url\((?!["']?data:)/)
})
