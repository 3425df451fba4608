// The programs that the README shows are examples, to the letter; that they run, the other tests show.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const readme = readFileSync('README.md', 'utf8')
const programs = [...readme.matchAll(/(?:<!-- example: (?<file>\S+) -->\n)?```ts\n(?<code>[\s\S]*?)```/g)]

it('shows at least one program', () => {
  expect(programs.length).toBeGreaterThan(0)
})

it.each(programs.map(({ groups }) => [groups?.file ?? 'no example', groups?.code]))(
  'shows %s as it is, but for the line that says what it is',
  (file, code) => {
    const [, ...rest] = readFileSync(file as string, 'utf8').split('\n\n')
    expect(code).toBe(rest.join('\n\n'))
  },
)
