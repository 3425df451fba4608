// What the guide "Use it in your actor system" says about React.

import { expect, test } from 'vitest'
import { runProgram } from './program.js'

test('the component of the guide shows the state of the pool, and is rendered again when that changes', async () => {
  const { code, output, errors } = await runProgram('test/examples/react-program.tsx')
  expect({ code, errors }).toEqual({ code: 0, errors: '' })
  expect(output).toEqual(['running', 'paused', 'running', 'nothing'])
})
