// Makes what is measured: the package as `npm run build` makes it, and the benchmark's own files, as plain JavaScript.
//
// The measured processes are plain `node` on plain ESM: a loader such as tsx wraps every closure to keep its name, and that
// costs more than what is measured. Both are compiled for each run into a folder of their own, so that neither a stale build nor
// one that is being replaced at this moment is measured. There the package is imported by its name, through its exports.

import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { bundlePackage, type Place } from '../scripts/package/bundle.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What {@link compile} made. */
export interface Compiled {
  /** The program of a measured process. */
  readonly worker: string
  remove(): Promise<void>
}

/**
 * Types are not checked: `npm run check:types` does that, and it takes longer than all that is compiled here.
 * @param without for each of these a build of its own, in which that place is left out: what it costs that something could be attached
 */
export async function compile(without: readonly Place[] = []): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-bench-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    await copyFile(join(root, 'package.json'), join(folder, 'package.json'))
    await Promise.all([
      build({
        absWorkingDir: root,
        entryPoints: ['bench/**/*.ts', 'support/**/*.ts', 'src/db/simulated/random.ts'],
        outdir: folder,
        outbase: '.',
        format: 'esm',
        platform: 'node',
        target: 'es2022',
        logLevel: 'warning',
      }),
      bundlePackage(join(folder, 'dist')),
      // A second build in which `compiled(machine)` is the machine itself, and nothing else differs: the same pool in XState's own
      // interpreter. (An inspector would force the interpreter too, but its events cost more than the interpreter does.)
      bundlePackage(join(folder, 'interpreted', 'dist'), { interpreted: true }),
      ...without.map(place => bundlePackage(join(folder, place, 'dist'), { without: place })),
    ])
    return { worker: join(folder, 'bench', 'worker.js'), remove }
  } catch (error) {
    await remove()
    throw error
  }
}
