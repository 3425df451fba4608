// `npm run build`: the package's JavaScript, types, pages and the inspector's page, in `dist`.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { buildPage } from '../page/build.js'
import { bundlePackage, entries } from './bundle.js'
import { pruneTypes } from './types.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
await Promise.all([compileTypes(), bundlePackage(dist)])
pruneTypes(
  dist,
  entries.filter(entry => !entry.startsWith('cli/')),
)
await buildPage(join(dist, 'inspector/page'))
compress(join(dist, 'inspector/page'))

async function compileTypes(): Promise<void> {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const child = spawn(process.execPath, [compiler, '-p', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  })
  const [status] = await once(child, 'close')
  if (status !== 0) process.exit(1)
}

/** The inspector's page is in the package as it is sent: compressed. */
function compress(folder: string): void {
  for (const name of readdirSync(folder).filter(name => /\.(js|css)$/.test(name))) {
    const file = join(folder, name)
    writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }))
    rmSync(file)
  }
}
