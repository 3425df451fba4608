// The package's JavaScript: one file for each entry, and what entries share in `parts`. A process that imports the core reads six files.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { minify } from 'terser'

const root = fileURLToPath(new URL('../..', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** The files that `package.json` leads to, without `./dist/` and their endings: `db/pg/index`. */
export const entries: readonly string[] = [
  ...Object.values<string | { default: string }>(manifest.exports),
  ...Object.values<string>(manifest.bin),
].flatMap(entry => {
  const file = typeof entry === 'string' ? entry : entry.default
  return file.endsWith('.js') ? [file.replace(/^\.\/dist\/(.*)\.js$/, '$1')] : []
})

const lineLimit = 120

const installed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })

export interface BundleOptions {
  /** For the benchmark: `compiled(machine)` is the machine itself, and nothing else differs. */
  readonly interpreted?: boolean
  /** For the benchmark: what is left out of the way from an acquire to a release. */
  readonly without?: Place
}

/** Bundles all entries into a folder. @throws Error when another package than dagre gets into the bundle */
export async function bundlePackage(
  folder: string,
  { interpreted = false, without }: BundleOptions = {},
): Promise<void> {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: entries.map(entry => `src/${entry}.ts`),
    outdir: resolve(folder),
    outbase: 'src',
    bundle: true,
    splitting: true,
    // Stacks show whose code a frame is by this folder and name: see src/actors/watching/trace.ts.
    chunkNames: 'parts/statepool-[hash]',
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    external: installed.flatMap(name => [name, `${name}/*`]),
    // Names stay, and so do lines: both are in stacks.
    minifyWhitespace: true,
    minifySyntax: true,
    lineLimit,
    charset: 'utf8',
    legalComments: 'inline',
    metafile: true,
    write: false,
    plugins: [
      smallDagre,
      ...(interpreted ? [uncompiled] : []),
      ...(without ? [leavingOut(places[without])] : []),
    ],
    logLevel: 'warning',
  })
  const foreign = Object.keys(metafile.inputs).filter(file => /node_modules/.test(file))
  if (foreign.length > 0)
    throw new Error(`The package would contain ${foreign.join(', ')}: add it to its dependencies.`)
  await Promise.all(
    outputFiles.map(async ({ path, text }) => {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, await withShortLocals(withClassNames(text)))
    }),
  )
}

/** Local variables and parameters are a sixth of the package; functions and classes keep their names, which are in stacks. */
async function withShortLocals(text: string): Promise<string> {
  const { code } = await minify(text, {
    compress: false,
    mangle: { keep_fnames: true, keep_classnames: true, toplevel: false },
    keep_fnames: true,
    keep_classnames: true,
    module: false, // else the names at the top of each module would be shortened, too
    format: { max_line_len: lineLimit, comments: 'some' },
  })
  return code as string
}

/**
 * esbuild turns `class A { … new A() … }` into `var A = class _A { … new _A() … }`, and `_A` would be in users' logs. Inside of its body the
 * class may as well be called what it is called outside.
 */
function withClassNames(text: string): string {
  const renamed = [...text.matchAll(/\b(\w+)\s*=\s*class _\1\b/g)].map(([, name = '']) => name)
  return renamed.reduce((code, name) => code.replace(new RegExp(`\\b_${name}\\b`, 'g'), name), text)
}

/** Dagre is put in, minified: the package does not depend on it. */
const smallDagre: Plugin = {
  name: 'small-dagre',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/]chart[\\/]dagre\.ts$/ }, async ({ path }) => {
      const { outputFiles } = await build({
        entryPoints: [path],
        bundle: true,
        write: false,
        minify: true,
        format: 'esm',
        legalComments: 'inline',
        logLevel: 'warning',
      })
      return { contents: (outputFiles[0] as { text: string }).text }
    })
  },
}

const uncompiled: Plugin = {
  name: 'uncompiled',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]machines[\\/]compiled[\\/]compiled\.ts$/ }, () => ({
      contents: 'export const compiled = machine => machine',
    }))
  },
}

/** Lines to leave out of a file, by its name in `src`. */
type Omissions = Readonly<Record<string, readonly RegExp[]>>

/** Places where something can be attached to a pool: what asks, for each acquire and release, whether it is. */
const places = {
  /** `pool.transitions`. */
  taps: {
    'machines/compiled/deliver.ts': [/^ {2}tapOf\(.*\n/m],
    'machines/compiled/compiled.ts': [/^ {6}tapOf\((?:.*\n)*? {6}\}\)\n/m, /^ {6}tapOf\(.*\n/m],
  },
  /** `events$`, telemetry, and Node's tracing channel. */
  observers: {
    'actors/callers/asking.ts': [/isFollowed\(parts\) \|\| /],
    'actors/connections/lease-actions.ts': [
      /^ {4}if \(parts\.attends\) grantAttended.*\n {4}else /m,
      /^ {2}if \(parts\.attends\) settle.*\n/m,
    ],
  },
} satisfies Record<string, Omissions>

/** The name of one. */
export type Place = keyof typeof places

const leavingOut = (omissions: Omissions): Plugin => ({
  name: 'leaving-out',
  setup({ onLoad }) {
    for (const [file, patterns] of Object.entries(omissions)) {
      const filter = new RegExp(`[\\\\/]src[\\\\/]${file.replaceAll('/', '[\\\\/]').replaceAll('.', '\\.')}$`)
      onLoad({ filter }, ({ path }) => {
        let contents = readFileSync(path, 'utf8')
        for (const pattern of patterns) {
          if (!pattern.test(contents)) throw new Error(`${file} has no ${pattern} any more.`)
          contents = contents.replace(pattern, '')
        }
        return { contents, loader: 'ts' }
      })
    }
  },
})
