// The package is not published while its page in the registry would lead nowhere.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { obstacleOf } from '../../scripts/package/publishable.js'

const complete = {
  repository: { type: 'git', url: 'git+https://git.acme.dev/acme/statepool.git' },
  homepage: 'https://statepool.acme.dev',
  bugs: { url: 'https://git.acme.dev/acme/statepool/issues' },
}

it('a package that says where everything is may be published', () => {
  expect(obstacleOf(complete)).toBeUndefined()
  expect(obstacleOf({ ...complete, bugs: complete.bugs.url })).toBeUndefined()
})

it('one that does not is refused, with what is missing and what to put in', () => {
  const { homepage, ...without } = complete
  expect(obstacleOf(without)).toBe(
    'package.json does not say where homepage is, so the package is not published.\n' +
      'Put in, with the addresses of the place where the repository is kept:\n' +
      '  "homepage": "https://…"',
  )
  expect(obstacleOf({})).toContain('where repository, homepage and bugs are')
})

it.each([
  '',
  'statepool',
  'acme/statepool',
  'http://statepool.acme.dev',
  'https://localhost/statepool',
  'https://example.com/statepool',
  'https://…',
  7,
  null,
  { url: 'https://…/issues' },
  {},
])('%j is no address', value => {
  expect(obstacleOf({ ...complete, bugs: value })).toContain('where bugs is')
})

it('npm asks before it publishes', () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
  expect(manifest.scripts.prepublishOnly).toBe('tsx scripts/package/publishable.ts')
})
