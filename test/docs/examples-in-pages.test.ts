// The code that pages show is that of the examples, to the letter; that these run, their own tests show.

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { fillExamples } from '../../scripts/docs/examples.js'

const read = (path: string): string => readFileSync(path, 'utf8')
const guides = readdirSync('docs/guides').map(name => `docs/guides/${name}`)
const main = [
  'README.md',
  ...['migrating', 'production', 'errors', 'stability', 'compatibility', 'testing'].map(
    name => `docs/${name}.md`,
  ),
]
const pages = [...main, ...guides].filter(path => path.endsWith('.md'))

describe.each(pages)('%s', page => {
  it('shows the examples as they are (else: npm run docs)', () => {
    expect(fillExamples(read(page), read)).toBe(read(page))
  })

  it('links only to files that exist', () => {
    const links = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, to = '']) => to)
    const missing = links
      .filter(to => !/^[a-z]+:/.test(to))
      .map(to => new URL(to, `file:///${page}`).pathname.slice(1))
      .filter(path => !existsSync(path))
    expect(missing).toEqual([])
  })
})

describe('a block that names an example', () => {
  const block = (mark: string, code: string) => `a\n<!-- example: ${mark} -->\n\`\`\`ts\n${code}\n\`\`\`\nb\n`
  const source =
    '// What it is.\n\none()\n  // #region two\n  two {\n\n    three\n  }\n  // #endregion\nfour()\n'
  const fill = (markdown: string) => fillExamples(markdown, () => source)

  it('gets the program without the line that says what it is, and without marks', () => {
    expect(fill(block('x.ts', 'old'))).toBe(block('x.ts', 'one()\n  two {\n\n    three\n  }\nfour()'))
  })

  it('gets the region that it names, moved to the left', () => {
    expect(fill(block('x.ts#two', 'old'))).toBe(block('x.ts#two', 'two {\n\n  three\n}'))
  })

  it('is the same after filling it again, and what is around it stays', () => {
    const once = fill(block('x.ts#two', 'old') + block('x.ts', ''))
    expect(fill(once)).toBe(once)
  })

  it.each(['none', 'tw', 'two\n'])('is refused when the example has no region %j', region => {
    expect(() => fillExamples(block(`x.ts#${region.trim()}`, ''), () => '// #region two\none()\n')).toThrow(
      `x.ts needs "// #region ${region.trim()}"`,
    )
  })
})
