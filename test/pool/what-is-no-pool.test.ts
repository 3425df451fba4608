// poolOf() is often given the wrong thing, which may be a secret or have one inside.
import { inspect } from 'node:util'
import { expect, it } from 'vitest'
import { poolOf } from '../../src/index.js'

it.each([
  ['a connection string', 'redis://:secret@127.0.0.1'],
  ['options', { url: 'redis://:secret@127.0.0.1' }],
])('poolOf() refuses %s without a word of it', (_, given) => {
  let error: unknown
  try {
    poolOf(given as never)
  } catch (thrown) {
    error = thrown
  }
  expect(error).toMatchObject({ code: 'OPTIONS_INVALID', option: 'actor' })
  expect(inspect(error, { depth: 9 })).not.toContain('secret')
})
