// A program with SQLite, bundled by esbuild into one file: its workers start, in threads and in processes.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const program = `
import { createSqlitePool } from './src/pools/sqlite.js'
const run = async () => {
  for (const isolation of ['thread', 'process']) {
    const pool = createSqlitePool({ filename: isolation + '.db', isolation })
    console.log(isolation, await pool.use(writer => writer.get('SELECT 1 AS one')))
    await pool.close()
  }
}
run()`

it.each(['esm', 'cjs'] as const)('%s', async format => {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-esbuild-'))
  const outfile = join(folder, format === 'esm' ? 'program.mjs' : 'program.cjs')
  try {
    await build({
      stdin: { contents: program, resolveDir: resolve('.') },
      bundle: true,
      platform: 'node',
      format,
      outfile,
      logLevel: 'silent',
    })
    await symlink(resolve('node_modules'), join(folder, 'node_modules'))
    const { stdout } = await promisify(execFile)(process.execPath, [outfile], { cwd: folder })
    expect(stdout).toBe('thread { one: 1 }\nprocess { one: 1 }\n')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
