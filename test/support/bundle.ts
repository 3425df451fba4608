// Programs that tests run in processes of their own, as one file each: such a process is up in a third of the time that it takes to
// translate a program's modules one by one, as `tsx` does.

import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { afterAll } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Within reach of the packages, which are not part of a bundle. */
const cache = join(root, 'node_modules', '.cache', 'statepool')

const bundles = new Map<string, Promise<string>>()
let folder: Promise<string> | undefined

/**
 * Answers where the bundle of a program is: made once for each test file, and removed at its end. Not for files that share their modules.
 *
 * @param program its path from the repository's root: `demo/main.ts`
 */
export function bundle(program: string): Promise<string> {
  const known = bundles.get(program) ?? make(program)
  bundles.set(program, known)
  return known
}

afterAll(async () => {
  if (folder !== undefined) await rm(await folder, { recursive: true, force: true })
})

async function make(program: string): Promise<string> {
  folder ??= mkdir(cache, { recursive: true }).then(() => mkdtemp(join(cache, 'bundles-')))
  const outfile = join(await folder, `${program.replaceAll('/', '-').replace(/\.ts$/, '')}.mjs`)
  await build({
    absWorkingDir: root,
    entryPoints: [program],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    keepNames: true,
    plugins: [ownAddresses],
    logLevel: 'warning',
  })
  return outfile
}

/** Modules that look for files beside themselves find them beside their source. */
const ownAddresses: Plugin = {
  name: 'own-addresses',
  setup({ onLoad }) {
    onLoad({ filter: /\.ts$/ }, async ({ path }) => {
      const code = await readFile(path, 'utf8')
      return {
        loader: 'ts',
        contents: code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href)),
      }
    })
  },
}
