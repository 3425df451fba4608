// Builds the inspector's page into dist/inspector/page, with the charts' geometry inside.

import { cp, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build } from 'esbuild'
import { readChart } from '../../src/chart/chart.js'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'
import { compactChart } from '../docs/compact.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sources = join(root, 'src/inspector/page')

/** How everything that shows the page is bundled. */
export async function pageBuild(): Promise<BuildOptions> {
  const charts = {
    connection: await compactChart(readChart(connectionMachine)),
    pool: await compactChart(readChart(poolMachine)),
  }
  return {
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    define: { __CHARTS__: JSON.stringify(charts) },
    tsconfig: join(sources, 'tsconfig.json'),
    legalComments: 'none',
    logLevel: 'warning',
  }
}

/** Builds the page into a folder. */
export async function buildPage(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true }) // `npm run build` leaves it compressed
  await mkdir(folder, { recursive: true })
  await build({
    ...(await pageBuild()),
    entryPoints: [join(sources, 'main.tsx'), join(sources, 'main.css')],
    outdir: folder,
    chunkNames: '[name]-[hash]',
  })
  for (const file of ['index.html', 'icon.svg']) await cp(join(sources, file), join(folder, file))
}

/** Builds the playground into a folder: the page, and a pool for it. */
export async function buildPlayground(folder: string): Promise<void> {
  const playground = join(root, 'site/playground')
  await mkdir(folder, { recursive: true })
  await build({
    ...(await pageBuild()),
    entryPoints: [join(playground, 'main.tsx'), join(sources, 'main.css')],
    outdir: folder,
    // Without splitting, each file is named after what it was made from, wherever that is.
    splitting: false,
    entryNames: '[name]',
    alias: {
      'node:timers/promises': join(playground, 'turns.ts'),
      'node:events': join(playground, 'listeners.ts'),
    },
  })
  await cp(join(playground, 'index.html'), join(folder, 'index.html'))
  await cp(join(sources, 'icon.svg'), join(folder, 'icon.svg'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage(join(root, 'dist/inspector/page'))
  if (process.argv.includes('--playground')) await buildPlayground(join(root, 'site/dist/playground'))
}
