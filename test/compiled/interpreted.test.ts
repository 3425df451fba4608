// The suite is also run on an XState that the compiler does not know (`npm run test:interpreted`): this tells that it was.

import { expect, it } from 'vitest'
import { compiled, connectionMachine } from '../../src/machines/index.js'

it('the machines are compiled, unless XState is one that the compiler does not know', () => {
  const isInterpreted = process.env.STATEPOOL_INTERPRETED === 'yes'
  expect(compiled(connectionMachine) === connectionMachine).toBe(isInterpreted)
})
