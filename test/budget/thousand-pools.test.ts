// A thousand pools in a group cost little while they are idle: measured in a process of its own, as users run it.
import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('a thousand idle pools take at most 20 kB each, and set no timer', async () => {
  const outfile = `test/budget/.thousand-pools-${process.pid}.mjs` // here, where its imports are found
  try {
    await build({
      entryPoints: ['test/support/programs/thousand-pools.ts'],
      outfile,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      target: 'node20',
    })
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', outfile])
    const { bytes, timers, open } = JSON.parse(stdout) as Record<string, number>
    expect({ timers, open }).toEqual({ timers: 0, open: 0 })
    expect(bytes).toBeLessThan(20_000)
    expect(bytes).toBeGreaterThan(1_000)
  } finally {
    await rm(outfile, { force: true })
  }
})
