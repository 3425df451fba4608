// A process that ends by an uncaught exception leaves a recording of its last moments, and ends as it would have ended.
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readRecording } from '../../src/recorder/index.js'
import { bundle } from '../support/bundle.js'

it('a crash is recorded, and what the exception says is not', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-crash-'))
  try {
    const program = await bundle('test/support/programs/recorded-crash.ts')
    const { code, err } = await new Promise<{ code: unknown; err: string }>(resolve => {
      execFile(process.execPath, [program, folder], (error, _, err) => resolve({ code: error?.code, err }))
    })
    expect(code).toBe(1)
    expect(err).toContain("insert 'hunter2'") // Node itself says so, as always
    expect(err).toMatch(
      /The recorder of pool "crashing" wrote a recording, because of: crash\n.*\nSee it with: npx statepool replay/,
    )
    const [name] = await readdir(folder)
    const recording = await readRecording(join(folder, String(name)))
    expect(recording.incident).toMatchObject({
      kind: 'crash',
      text: 'The process ends by an uncaught exception: Error (E_APP)',
    })
    expect(recording.frames.at(-1)?.leases).toMatchObject([{ lease: 1, connection: 'connection-1' }])
    expect(JSON.stringify(recording)).not.toContain('hunter2')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
