// A simulation or an exploration that was not what was meant must not pass for one that found nothing.
import { expect, it } from 'vitest'
import { OptionsError } from '../../src/index.js'
import { explore, simulate } from '../../src/testing/index.js'

it.each([
  [{ seed: 1.5 }, 'seed must be an integer; got 1.5.'],
  [{}, 'seed must be an integer; got undefined.'],
  [null, 'simulate takes an object of options; got null.'],
  [{ seed: 1, client: () => {} }, 'simulate has no option "client"; did you mean clients?'],
  [{ seed: 1, steps: -1 }, 'steps must be an integer of at least 0; got -1.'],
  [{ seed: 1, steps: Number.POSITIVE_INFINITY }, 'steps must be an integer of at least 0; got Infinity.'],
  [{ seed: 1, commands: { aquire: 5 } }, 'commands has no option "aquire"; did you mean acquire?'],
  [{ seed: 1, commands: { acquire: -1 } }, 'commands.acquire must be a number of at least 0; got -1.'],
  [{ seed: 1, run: 'me' }, 'run must be a function; got "me".'],
  [{ seed: 1, clients: () => {} }, 'clients must be an array of functions'],
  [{ seed: 1, clients: [undefined] }, 'clients[0] must be a function; got undefined.'],
  [{ seed: 1, tolerate: true }, 'tolerate must be a function; got true.'],
  [{ seed: 1, scenario: {} }, 'scenario.commands must be an array; got undefined.'],
  [
    { seed: 1, scenario: { pool: {}, database: {}, commands: [{ do: 'fly' }] } },
    'scenario.commands[0].do must be one of',
  ],
  [{ seed: 1, pool: { maxx: 1 } }, 'createPool has no option "maxx"; did you mean max?'],
  [{ seed: 1, pool: { clock: {} } }, 'pool.clock must be left out'],
])('simulate(%j) is refused', async (options, message) => {
  const refused = simulate(options as never)
  await expect(refused).rejects.toBeInstanceOf(OptionsError)
  await expect(refused).rejects.toThrow(message)
})

it.each([
  [null, 'explore takes an object of options; got null.'],
  [{ maxx: 1 }, 'explore has no option "maxx"; did you mean max?'],
  [{ callers: -1 }, 'callers must be an integer of at least 0; got -1.'],
  [{ callers: '2' }, 'callers must be an integer of at least 0; got "2".'],
  [{ faults: Number.NaN }, 'faults must be an integer of at least 0, or Infinity; got NaN.'],
  [{ states: 0 }, 'states must be an integer of at least 1, or Infinity; got 0.'],
])('explore(%j) is refused', async (options, message) => {
  const refused = explore(options as never)
  await expect(refused).rejects.toBeInstanceOf(OptionsError)
  await expect(refused).rejects.toThrow(message)
})
