// The driver works as it is published: compiled, with the worker's file beside it, in plain Node without anything that compiles.

import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

const program = `
import { createSqlitePool } from './dist/pools/sqlite.js'
for (const isolation of ['thread', 'process']) {
  const pool = createSqlitePool({ filename: isolation + '.db', isolation })
  await pool.use(writer => writer.exec('CREATE TABLE t (i); INSERT INTO t VALUES (1)'))
  console.log(isolation, await pool.use(reader => reader.get('SELECT i FROM t'), { readOnly: true }))
  await pool.close()
}`

it('the built package opens connections in threads and in processes', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-built-'))
  try {
    const tsc = resolve('node_modules/.bin/tsc')
    await promisify(execFile)(tsc, ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')])
    await symlink(resolve('node_modules'), join(folder, 'node_modules'))
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await writeFile(join(folder, 'program.js'), program)
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['program.js'], { cwd: folder })
    expect(stdout).toBe('thread { i: 1 }\nprocess { i: 1 }\n')
    expect(stderr).toBe('')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
