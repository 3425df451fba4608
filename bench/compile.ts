// Makes what is measured: the package as `npm run build` makes it, and the benchmark's own files, as plain JavaScript.
//
// The measured processes are plain `node` on plain ESM: a loader such as tsx wraps every closure to keep its name, and that
// costs more than what is measured. Both are compiled for each run into a folder of their own, so that neither a stale build nor
// one that somebody is replacing at this moment is measured. There the package is imported by its name, through its exports.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundlePackage } from '../scripts/package/bundle.js'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What {@link compile} made. */
export interface Compiled {
  /** The program of a measured process. */
  readonly worker: string
  /** What the compiler had to say about the package; empty if nothing. */
  readonly complaints: string
  remove(): Promise<void>
}

/** @throws Error with the compiler's output, when the benchmark itself does not compile. */
export async function compile(): Promise<Compiled> {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-bench-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
    await copyFile(join(root, 'package.json'), join(folder, 'package.json'))
    const [complaints, own] = await Promise.all([
      tsc('tsconfig.build.json', join(folder, 'types')),
      tsc('bench/tsconfig.worker.json', folder),
      bundlePackage(join(folder, 'dist')),
      // A second build in which `compiled(machine)` is the machine itself, and nothing else differs: the same pool in XState's own
      // interpreter. (An inspector would force the interpreter too, but its events cost more than the interpreter does.)
      bundlePackage(join(folder, 'interpreted', 'dist'), { interpreted: true }),
      // A third one, in which an acquire asks nothing on behalf of observers: what it costs that something could be attached.
      bundlePackage(join(folder, 'untold', 'dist'), { untold: true }),
    ])
    const ownErrors = own.split('\n').filter(line => line.startsWith('bench/'))
    if (ownErrors.length > 0) throw new Error(`The benchmark does not compile:\n${ownErrors.join('\n')}`)
    return { worker: join(folder, 'bench', 'worker.js'), complaints, remove }
  } catch (error) {
    await remove()
    throw error
  }
}

async function tsc(project: string, outDir: string): Promise<string> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const child = spawn(process.execPath, [compiler, '-p', project, '--outDir', outDir, '--pretty', 'false'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await once(child, 'close')
  return output.trim()
}
