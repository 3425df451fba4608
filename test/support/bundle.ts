// Programs that tests run in processes of their own, as one file each: such a process is up in a third of the time that it takes to
// translate a program's modules one by one, as `tsx` does.

import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { inject } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const packed = process.env.PACKED
const bundles = new Map<string, Promise<string>>()

/**
 * Answers where the bundle of a program is.
 *
 * @param program its path from the repository's root: `demo/main.ts`
 */
export async function bundle(program: string): Promise<string> {
  const family = isExample(program) ? 'examples' : program
  const known = bundles.get(family) ?? (isExample(program) ? examples().then(make) : make([program]))
  bundles.set(family, known)
  return join(await known, program.replace(/\.tsx?$/, '.mjs'))
}

/** All of them are made at once: what they share, which is the pool, is then read and written once, and not fifty times. */
const isExample = (program: string): boolean => /^examples\/[^/]+\.ts$/.test(program)

const examples = async (): Promise<string[]> =>
  (await readdir(join(root, 'examples'))).map(name => `examples/${name}`).filter(isExample)

/** Answers the folder that the bundles are in, each at its program's path. */
async function make(programs: readonly string[]): Promise<string> {
  const outdir = await mkdtemp(join(inject('bundles'), 'of-')) // other processes may be making the same ones
  await build({
    absWorkingDir: root,
    entryPoints: [...programs],
    outdir,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    splitting: programs.length > 1,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    plugins: [packagesBesideIt, ownAddresses, ...(packed === undefined ? [] : [fromPackage(packed)])],
    logLevel: 'warning',
  })
  return outdir
}

/** Packages stay where they are, but for those two, which every program reads: each of their two hundred files takes its time. */
const packagesBesideIt: Plugin = {
  name: 'packages-beside-it',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || /^(statepool|rxjs|xstate)(\/|$)/.test(path)
        ? undefined
        : { path, external: true },
    )
  },
}

/** `statepool` is the package as it was packed, and not its source: `npm run test:package`. */
const fromPackage = (folder: string): Plugin => ({
  name: 'from-package',
  async setup({ onResolve }) {
    const { exports: entries } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    onResolve({ filter: /^statepool(\/|$)/ }, ({ path }) => ({
      path: pathToFileURL(join(folder, entries[path.replace('statepool', '.')].default)).href,
      external: true,
    }))
  },
})

/** Modules that look for files beside themselves find them beside their source. */
const ownAddresses: Plugin = {
  name: 'own-addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.tsx?$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8')
      return {
        loader: path.endsWith('x') ? 'tsx' : 'ts',
        contents: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      }
    })
  },
}
