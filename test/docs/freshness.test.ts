// The generated docs are the same bytes whenever and wherever they are generated.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { entryPointsOf, writeApi } from '../../scripts/docs/api.js'
import { writeStatechart } from '../../scripts/docs/statechart-page.js'
import { readChart } from '../../src/chart/chart.js'
import { sampleMachine } from './sample-machine.js'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

test('drawing a chart twice gives the same files', async () => {
  expect(await writeStatechart(readChart(sampleMachine))).toEqual(
    await writeStatechart(readChart(sampleMachine)),
  )
})

test('the drawing of the sample is the one that was looked at', async () => {
  const files = await writeStatechart(readChart(sampleMachine))
  await expect(files.get('sample.svg')).toMatchFileSnapshot(join(here, 'sample.svg'))
})

test('an export subpath is documented from the source that is built into it', () => {
  const built = (path: string) => ({ types: `./dist/${path}.d.ts`, default: `./dist/${path}.js` })
  const entries = entryPointsOf({
    name: 'pool',
    exports: { '.': built('index'), './pg': built('db/pg/index'), './package.json': './package.json' },
  })
  expect([...entries]).toEqual([
    ['pool', 'src/index.ts'],
    ['pool/pg', 'src/db/pg/index.ts'],
  ])
})

/** A project of one file, so that typedoc need not read this one's thousand. */
async function writeApiOf(source: string) {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-docs-test-'))
  try {
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: { types: [], skipLibCheck: true }, include: ['*.ts'] }),
    )
    await writeFile(join(folder, 'a.ts'), source)
    return { folder, files: await writeApi(folder, new Map([['a', 'a.ts']])) }
  } finally {
    await rm(folder, { recursive: true })
  }
}

test('the reference holds the docstrings, and neither paths of this machine nor line numbers', async () => {
  const clock = await readFile(join(root, 'src/core/clock.ts'), 'utf8')
  const { folder, files } = await writeApiOf(clock.replaceAll(/^import .*$/gm, ''))
  const text = [...files.values()].join('\n')
  expect(text).toContain('The only source of time in a pool.')
  expect(text).not.toContain(folder)
  expect(text).not.toMatch(/Defined in|\.ts:\d+/)
})

test('a link to nowhere in a docstring is refused', async () => {
  await expect(writeApiOf('/** See {@link nowhere}. */\nexport const a = 1\n')).rejects.toThrow('typedoc')
})
