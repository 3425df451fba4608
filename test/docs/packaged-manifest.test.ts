// package.json as the package has it: what users' npm reads is as it was, and what only the repository needs is not there.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { packagedManifest } from '../../scripts/package/pages.js'

it('has what users need, and what packs it again', () => {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const { scripts, ...packed } = JSON.parse(packagedManifest(text))
  const { devDependencies: _, ...whole } = JSON.parse(text)
  for (const name of [
    'name',
    'version',
    'type',
    'engines',
    'bin',
    'exports',
    'files',
    'dependencies',
    'peerDependencies',
    'peerDependenciesMeta',
    'sideEffects',
  ])
    expect([name, packed[name]]).toEqual([name, whole[name]])
  expect(Object.keys(packed)).not.toContain('devDependencies')
  expect(Object.keys(scripts)).toEqual(['build', 'prepack', 'postpack', 'prepublishOnly'])
})
