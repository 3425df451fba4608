// The package's types, as projects see them that check their libraries too: under each kind of module resolution, with and without Node's types.

import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** The entries whose own types, or those of the library that they are for, are made of Node's. */
const needNodesTypes = ['./pg', './mysql2', './mysql2/promise', './inspector']

const kinds = [
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
  { module: 'esnext', moduleResolution: 'bundler' },
]

/** What the compilers complain of, in a project that has the package installed. */
export async function checkTypes(
  project: string,
  manifest: { exports: Record<string, string | object> },
): Promise<string[]> {
  const entries = Object.keys(manifest.exports).filter(name => name !== './package.json')
  const cases = kinds.flatMap(kind => [
    { ...kind, types: ['node'], entries, lib: ['es2023', 'esnext.disposable'] },
    {
      ...kind,
      types: [],
      entries: entries.filter(name => !needNodesTypes.includes(name)),
      lib: ['es2023', 'esnext.disposable', 'dom'],
    },
  ])
  const found = await Promise.all(cases.map(one => checkCase(project, one)))
  return found.flat()
}

interface Case {
  readonly module: string
  readonly moduleResolution: string
  readonly types: readonly string[]
  readonly lib: readonly string[]
  readonly entries: readonly string[]
}

async function checkCase(project: string, { entries, ...options }: Case): Promise<string[]> {
  const name = `${options.moduleResolution}, ${options.types.length > 0 ? 'with' : 'without'} @types/node`
  const folder = join(project, `types-${options.moduleResolution}-${options.types.join()}`)
  mkdirSync(folder)
  const imports = entries.map((entry, n) => `import * as entry${n} from 'statepool${entry.slice(1)}'`)
  const uses = `export const all = [${entries.map((_, n) => `entry${n}`).join(', ')}]`
  writeFileSync(join(folder, 'index.ts'), [...imports, uses].join('\n'))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  const compilerOptions = { ...options, strict: true, target: 'es2022', skipLibCheck: false, noEmit: true }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions }))
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  try {
    await promisify(execFile)(process.execPath, [compiler, '-p', '.', '--pretty', 'false'], { cwd: folder })
    return []
  } catch (error) {
    return [`TypeScript (${name}):\n${(error as { stdout: string }).stdout}`]
  }
}
