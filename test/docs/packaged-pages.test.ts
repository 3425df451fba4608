// Pages as the package has them.

import { expect, it } from 'vitest'
import { packaged } from '../../scripts/package/pages.js'

it('are without what is for readers of the repository, and without marks for scripts', () => {
  const page = [
    'Before.',
    '',
    '<!-- repository:start -->',
    '',
    '```sh',
    'npm start',
    '```',
    '',
    '<!-- repository:end -->',
    '',
    '<!-- example: examples/readme.ts -->',
    '```ts',
    'const text = "<!-- kept -->"',
    '```',
    '',
    'See [decisions](docs/decisions/README.md) and [health](docs/guides/health.md).',
  ].join('\n')
  expect(packaged('README.md', page)).toBe(
    [
      'Before.',
      '',
      '```ts',
      'const text = "<!-- kept -->"',
      '```',
      '',
      'See decisions and [health](docs/guides/health.md).',
    ].join('\n'),
  )
})
