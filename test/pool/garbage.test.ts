// What callers leave behind is young, so that it costs the collector nothing: measured in a process of its own, as V8 tells it.
// `Gapped` says why a Map that is used as a queue fails here.
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, it } from 'vitest'

const program = `test/pool/.short-lived-${process.pid}.mjs` // here, where its imports are found
const calls = 100_000

beforeAll(() =>
  build({
    entryPoints: ['test/support/programs/short-lived.ts'],
    outfile: program,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
  }),
)

afterAll(() => rm(program, { force: true }))

/** How many bytes of each call outlived two minor collections, once the code was warm. */
async function promotedOfEachCall(way: string): Promise<number> {
  const flags = [
    '--expose-gc',
    '--trace-gc-nvp',
    '--max-semi-space-size=1', // in megabytes: many collections
    '--no-allocation-site-pretenuring', // V8's guess, from the first collections, of what will live long: it is not always right
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, program, way], {
    maxBuffer: 64 * 2 ** 20,
  })
  const all = [...stdout.matchAll(/ gc=(s|mc) .*\bpromoted=(\d+)/g)]
  const warm = all.findLastIndex(([, kind], place) => kind === 'mc' && all[place - 1]?.[1] === 'mc')
  expect(warm).toBeGreaterThan(0)
  const collections = all.slice(warm + 1).filter(([, kind]) => kind === 's')
  expect(collections.length).toBeGreaterThan(20)
  return collections.reduce((sum, [, , bytes]) => sum + Number(bytes), 0) / calls
}

it.each([
  'acquire',
  'acquire by one signal',
  'acquire with validation',
  'acquire with hooks',
  'acquire by a lane',
  'statements that share',
])('%s', async way => {
  expect(await promotedOfEachCall(way)).toBeLessThan(15)
})
