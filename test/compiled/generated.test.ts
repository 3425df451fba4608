// Plans that are used often are written as code, where the process allows it.
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { bundle } from '../support/bundle.js'

const program = await bundle('test/support/programs/plan-as-code.ts')

const ran = (...flags: string[]): unknown =>
  JSON.parse(execFileSync(process.execPath, [...flags, program], { encoding: 'utf8' }))

describe('a plan that is used a thousand times', () => {
  it('is replayed from data at first and from code later', () => {
    expect(ran()).toEqual(['data', 'code'])
  })

  it('is replayed from data for ever where code from strings is forbidden', () => {
    expect(ran('--disallow-code-generation-from-strings')).toEqual(['data', 'data'])
  })
})
