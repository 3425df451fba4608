// Plans that are used often are written as code, where the process allows it.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const program = `
  import { createActor, setup } from 'xstate'
  import { compiled } from ${JSON.stringify(new URL('../../src/machines/compiled/index.ts', import.meta.url).href)}
  let depth = ''
  const machine = setup({
    actions: { note: () => { depth = new Error().stack.includes('eval at generate') ? 'code' : 'data' } },
  }).createMachine({ on: { go: { actions: 'note' } } })
  const actor = createActor(compiled(machine)).start()
  const after = count => { for (let i = 0; i < count; i++) actor.send({ type: 'go' }); return depth }
  console.log(JSON.stringify([after(1), after(2_000)]))
`

function ran(...flags: string[]): unknown {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const args = [...flags, '--import', 'tsx', '--input-type=module', '--eval', program]
  return JSON.parse(execFileSync(process.execPath, args, { cwd: root, encoding: 'utf8' }))
}

describe('a plan that is used a thousand times', () => {
  it('is replayed from data at first and from code later', () => {
    expect(ran()).toEqual(['data', 'code'])
  })

  it('is replayed from data for ever where code from strings is forbidden', () => {
    expect(ran('--disallow-code-generation-from-strings')).toEqual(['data', 'data'])
  })
})
