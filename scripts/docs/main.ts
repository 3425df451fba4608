// npm run docs: regenerates everything in docs/ that comes from the sources. With --check, tells what is out of date.

import { existsSync, readFileSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readChart } from '../../src/chart/chart.js'
import {
  connectionMachine,
  fleetMemberMachine,
  hostMachine,
  poolMachine,
  sizeFinderMachine,
} from '../../src/machines/index.js'
import { entryPointsOf, writeApi } from './api.js'
import { fillExamples } from './examples.js'
import { fillRegions } from './regions.js'
import { readErrors, readOptions, writeErrorsTable, writeOptionsTable } from './source-tables.js'
import { writeStatechart } from './statechart-page.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const command = 'npm run docs'

/** Folders that hold nothing but what is generated. */
const folders = ['docs/statecharts', 'docs/api']

/** Pages beside the guides that show programs. */
const mainPages = ['README.md', 'docs/migrating.md', 'docs/production.md', 'docs/testing.md']

/** All generated files as they should be, by path from the root. */
async function generate(): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  for (const machine of [
    connectionMachine,
    poolMachine,
    hostMachine,
    fleetMemberMachine,
    sizeFinderMachine,
  ]) {
    for (const [name, text] of await writeStatechart(readChart(machine)))
      files.set(`docs/statecharts/${name}`, text)
  }
  const manifest = JSON.parse(await read('package.json'))
  for (const [name, text] of await writeApi(root, entryPointsOf(manifest)))
    files.set(`docs/api/${name}`, text)
  if (existsSync(join(root, 'README.md'))) {
    files.set('README.md', fillRegions(await read('README.md'), await regions()))
  }
  for (const path of await pagesWithExamples()) {
    const source = (example: string): string => readFileSync(join(root, example), 'utf8')
    files.set(path, fillExamples(files.get(path) ?? (await read(path)), source))
  }
  return files
}

/** Pages that are written by hand, but for the programs that they show. */
async function pagesWithExamples(): Promise<string[]> {
  const guides = existsSync(join(root, 'docs/guides')) ? await readdir(join(root, 'docs/guides')) : []
  const pages = [...mainPages, ...guides.map(name => `docs/guides/${name}`)]
  return pages.filter(path => path.endsWith('.md') && existsSync(join(root, path)))
}

/** The files of the errors, in the order of the table. */
async function sourcesOf(subjects: readonly string[]): Promise<string> {
  return (await Promise.all(subjects.map(subject => read(`src/core/errors/${subject}.ts`)))).join('\n')
}

async function regions(): Promise<Map<string, string>> {
  const options = await read('src/core/options.ts')
  const errors = await sourcesOf(['pool-error', 'acquiring', 'querying', 'connecting', 'misuse'])
  const hooks = readOptions(await read('src/core/hooks.ts'), 'PoolHooks')
  return new Map([
    ['options', writeOptionsTable([...readOptions(options, 'PoolOptions'), ...hooks])],
    [
      'acquire-options',
      writeOptionsTable(readOptions(await read('src/core/call-options.ts'), 'AcquireOptions')),
    ],
    ['errors', writeErrorsTable(readErrors(errors))],
  ])
}

/** Paths whose content is not what it should be: changed, missing, or no longer generated. */
async function stale(files: ReadonlyMap<string, string>): Promise<string[]> {
  const paths: string[] = []
  for (const [path, text] of files) {
    if (!existsSync(join(root, path)) || (await read(path)) !== text) paths.push(path)
  }
  for (const folder of folders) {
    if (!existsSync(join(root, folder))) continue
    const present = await readdir(join(root, folder), { recursive: true, withFileTypes: true })
    for (const entry of present) {
      const path = `${folder}/${join(entry.parentPath, entry.name).slice(join(root, folder).length + 1)}`
      if (entry.isFile() && !files.has(path)) paths.push(path)
    }
  }
  return paths
}

const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8')

const files = await generate()
const outdated = await stale(files)
if (process.argv.includes('--check')) {
  for (const path of outdated) console.error(`${path} is out of date.`)
  if (outdated.length > 0) {
    console.error(`Run: ${command}`)
    process.exitCode = 1
  } else console.log(`The generated docs are up to date (${files.size} files).`)
} else {
  for (const path of outdated) {
    const text = files.get(path)
    if (text === undefined) await rm(join(root, path))
    else {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), text)
    }
    console.log(`${text === undefined ? 'removed' : 'wrote'} ${path}`)
  }
  if (outdated.length === 0) console.log('The generated docs were up to date already.')
  // Pictures are not compared with --check: another Chromium, or another font, draws them a little differently.
  const { drawImages } = await import('./images.js')
  for (const path of (await drawImages()) ?? []) console.log(`drew ${path}`)
}
