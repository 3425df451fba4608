// The demo cannot start its own PostgreSQL: it says why and what to do, and is gone.

import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { startDemoIn } from './program.js'

test('a start that fails is explained, with a way out, and exit code 1', async () => {
  const notAFolder = fileURLToPath(import.meta.url)
  const demo = startDemoIn({ TMPDIR: notAFolder })
  expect(await demo.ended()).toBe(1)
  const errors = demo.errors().replaceAll(/\s+/g, ' ')
  expect(errors).toContain('The demo could not start a PostgreSQL of its own. Why: ENOTDIR')
  expect(errors).toContain('What to do: use a server that you have: npm start -- --url postgres://')
  expect(errors).toContain('Stopped by an error: nothing left behind.')
  expect(errors, 'no stack trace').not.toContain(' at ')
  expect(demo.leftBehind()).toEqual([])
})
