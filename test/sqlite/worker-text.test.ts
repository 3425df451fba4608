// The program of the workers is a text in the package: the one that its sources give.

import { expect, it } from 'vitest'
import { bundleWorker } from '../../scripts/sqlite-worker/bundle.js'
import { workerText } from '../../src/db/sqlite/driver/worker-text.js'

it('is up to date; npx tsx scripts/sqlite-worker/main.ts writes it anew', async () => {
  expect(workerText).toBe(await bundleWorker())
})

it('needs nothing but what Node has for every program', () => {
  expect(workerText).not.toMatch(/\brequire\(|\bimport\b/)
})
