// What is published runs as CommonJS, too: in Jest without ES modules and in bundles, where `import.meta` is a syntax error or empty.

import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const withoutComments = (source: string): string => source.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.ts'))

const offenders = (pattern: RegExp): string[] =>
  files.filter(name => pattern.test(withoutComments(readFileSync(`src/${name}`, 'utf8'))))

it('no file has import.meta, nor an await outside of functions', () => {
  expect(files.length).toBeGreaterThan(50)
  expect(offenders(/\bimport\.meta\b/)).toEqual([])
  expect(offenders(/^(export |const .*= |)await\b/m)).toEqual([])
})
