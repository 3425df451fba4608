// What a failing simulation prints can be run: the story is JavaScript, whatever names and texts are in it.
import { expect, it } from 'vitest'
import { type SimulationFailure, simulate } from '../../src/testing/index.js'

it('a failing simulation prints its story as JavaScript, whatever is in it', async () => {
  const name = 'o\'brien\'s\n"pool"'
  const failure: SimulationFailure = await simulate({
    seed: 1,
    shrink: 0,
    steps: 0,
    pool: { name, lanes: { 'slow-ones': { max: 1 } } },
    run: () => Promise.reject(new Error('the client fails')),
  }).catch(error => error)
  const call = failure.message.slice(failure.message.lastIndexOf('\nsimulate('))
  const story = new Function('simulate', `return ${call.trim()}`)((given: object) => given)
  expect(story).toMatchObject({ scenario: { pool: { name, lanes: { 'slow-ones': { max: 1 } } } } })
})
