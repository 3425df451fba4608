// instrument() refuses bad options at the door, and says what is good.

import { expect, it } from 'vitest'
import { simulated } from '../../src/db/simulated/index.js'
import { createPool } from '../../src/index.js'
import { type InstrumentOptions, instrument } from '../../src/telemetry/otel/index.js'

it.each<[unknown, string]>([
  [{ meterProvider: {} }, 'meterProvider must be an object with a getMeter method, or false'],
  [{ tracerProvider: 5 }, 'tracerProvider must be an object with a getTracer method, or false'],
  [{ poolName: '' }, 'poolName must be a text that is not empty; got "".'],
  [{ attributes: 'env=prod' }, 'attributes must be an object'],
  [{ spans: false }, 'spans must be an object'],
  [{ spans: { acquire: '' } }, 'spans.acquire must be a text that is not empty, or false for none'],
  [{ spans: { query: 'x' } }, 'spans has no option "query"'],
  [{ requireParentSpan: 'yes' }, 'requireParentSpan must be true or false'],
  [{ oldNames: 1 }, 'oldNames must be true or false'],
  [{ recordsPerSecond: 0 }, 'recordsPerSecond must be a number of at least 1, or Infinity; got 0.'],
  [{ meterprovider: undefined }, 'instrument has no option "meterprovider"'],
])('%j is refused', async (options, message) => {
  await using pool = createPool(simulated(), { min: 0 })
  expect(() => instrument(pool, options as InstrumentOptions)).toThrow(
    expect.objectContaining({ code: 'OPTIONS_INVALID', message: expect.stringContaining(message) }),
  )
})

it.each([undefined, null, {}, { statepool: {} }])('%j is no pool', given => {
  expect(() => instrument(given as never)).toThrow('pool must be a pool of this copy of statepool')
})
