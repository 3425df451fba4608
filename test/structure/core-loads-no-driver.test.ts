// Importing the core loads the core, xstate and rxjs: no driver, and nothing else that an application did not ask for.
import { execFileSync } from 'node:child_process'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'

/** Prints the address of each module that is loaded, from inside Node's own loader. */
const hooks = `
  import { writeSync } from 'node:fs'
  export async function load(url, context, next) {
    writeSync(1, url + '\\n')
    return next(url, context)
  }`
const registerHooks = `
  import { register } from 'node:module'
  register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hooks)}))`

const asModule = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`

/** What was required from CommonJS does not pass through the loader: it stands in the cache. */
const printRequired = `
  import { createRequire } from 'node:module'
  for (const file of Object.keys(createRequire('file:///').cache)) console.log('file://' + file)`

/** What a program that imports this loads, in a process of its own: files of `src`, and packages. */
function loadedBy(specifier: string): string[] {
  const target = specifier.startsWith('src/') ? pathToFileURL(resolve(specifier)).href : specifier
  const output = execFileSync(
    process.execPath,
    [
      '--import',
      'tsx',
      '--import',
      asModule(registerHooks),
      '--input-type=module',
      '-e',
      `import ${JSON.stringify(target)}${printRequired}`,
    ],
    { encoding: 'utf8' },
  )
  const source = pathToFileURL(resolve('src')).href
  const names = output
    .split('\n')
    .filter(url => url.startsWith('file:'))
    .map(url => url.replace(source, 'src').replace(/^.*\/node_modules\/((@[^/]+\/)?[^/]+)\/.*$/, '$1'))
  const tools = ['tsx', 'esbuild', 'get-tsconfig'] // they run the program
  return [...new Set(names.map(name => name.replace(/\?.*$/, '')))]
    .filter(name => !tools.includes(name))
    .sort()
}

describe('what is loaded', () => {
  it('by the core, is the core, xstate and rxjs', () => {
    const loaded = loadedBy('src/index.ts')
    expect(loaded).toContain('src/actors/pool.ts')
    expect(loaded.filter(name => !name.startsWith('src/'))).toEqual(['rxjs', 'xstate'])
    expect(loaded.filter(name => name.startsWith('src/db/'))).toEqual([])
  })

  it('by the machines, is the machines and xstate', () => {
    const loaded = loadedBy('src/machines/index.ts')
    expect(loaded.filter(name => !name.startsWith('src/machines/'))).toEqual(['xstate'])
  })

  it('by the driver for PostgreSQL, is pg too: so the check sees a driver where there is one', () => {
    expect(loadedBy('src/db/pg/driver/postgres.ts')).toContain('pg')
  })
})
