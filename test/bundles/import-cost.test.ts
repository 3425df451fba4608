// What `import 'statepool'` costs is what it loads: few files, most of them other packages'. docs/performance.md has the time.

import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeProject, type Project } from './project.js'

let project: Project
beforeAll(async () => {
  project = await makeProject()
})
afterAll(() => project?.remove())

/** The files that a program which only imports this loads, by the package that they are in. */
async function filesLoadedBy(entry: string): Promise<Record<string, number>> {
  const reports = join(project.folder, `loaded-${entry.replace('/', '-')}`)
  await project.runWith({ NODE_V8_COVERAGE: reports }, '--input-type=module', '-e', `import '${entry}'`)
  const counts: Record<string, number> = {}
  for (const name of await readdir(reports)) {
    const { result } = JSON.parse(await readFile(join(reports, name), 'utf8')) as {
      result: { url: string }[]
    }
    for (const { url } of result) {
      const [, name = url] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url) ?? []
      if (url.endsWith('.js') || name !== url) counts[name] = (counts[name] ?? 0) + 1
    }
  }
  return counts
}

describe('loads', () => {
  it('few files for the core: nine of its own, and RxJS’s classes without its operators', async () => {
    const { statepool, xstate, rxjs, ...others } = await filesLoadedBy('statepool')
    expect(statepool).toBeLessThanOrEqual(9)
    expect(xstate).toBeLessThanOrEqual(10)
    expect(rxjs).toBeLessThanOrEqual(20) // of 223
    expect(others).toEqual({})
  })

  it('thirteen of its own with any driver, as each entry that is added may make a part', async () => {
    for (const driver of ['pg', 'mysql2', 'mysql2/promise', 'sqlite', 'simulated'])
      expect((await filesLoadedBy(`statepool/${driver}`)).statepool).toBeLessThanOrEqual(13)
  })
})

it('classes have the names that they are exported by, in spite of the bundle', async () => {
  const program = `
    const entries = Object.keys(JSON.parse(require('node:fs').readFileSync('node_modules/statepool/package.json')).exports)
    const optional = /otel|prometheus|package.json/
    const load = async () => {
      for (const entry of entries.filter(name => !optional.test(name))) {
        for (const [name, value] of Object.entries(await import('statepool' + entry.slice(1)))) {
          if (/^class\\b/.test(String(value))) console.log(name === value.name ? 'same' : entry + ' ' + name + ' ' + value.name)
        }
      }
    }
    load()`
  const { stdout } = await project.run('--input-type=commonjs', '-e', program)
  const lines = stdout.trim().split('\n')
  expect(lines.length).toBeGreaterThan(20)
  expect(new Set(lines)).toEqual(new Set(['same']))
})
