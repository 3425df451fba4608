// docs/errors.md has a section for each code of an error and of a process warning, and no other.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sourceFiles } from '../structure/import-graph.js'

const page = readFileSync('docs/errors.md', 'utf8')
const sections = page.split(/^### /m).slice(1)
const titles = sections.map(section => section.slice(0, section.indexOf('\n')))

/** The members of the union PoolErrorCode. */
function errorCodes(): string[] {
  const source = readFileSync('src/core/errors/pool-error.ts', 'utf8')
  const union = /type PoolErrorCode =\n(?<members>(?: {2}\| '\w+'\n)+)/.exec(source)?.groups?.members ?? ''
  return [...union.matchAll(/'(\w+)'/g)].map(([, code = '']) => code)
}

/** The codes of warnings, as literals; docstrings have them without quotes. */
const warningCodes = (): string[] => [
  ...new Set(
    sourceFiles('src').flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/'(STATEPOOL_[A-Z_]+)'/g)].map(([, code = '']) => code),
    ),
  ),
]

it('has a section for each code, and no other', () => {
  expect(errorCodes().length).toBeGreaterThan(10)
  expect(warningCodes().length).toBeGreaterThan(5)
  expect([...titles].sort()).toEqual([...errorCodes(), ...warningCodes()].sort())
})

it('names in each section only fields that the errors have', () => {
  const files = [...sourceFiles('src/core/errors'), 'src/core/evidence.ts']
  const known = files.map(file => readFileSync(file, 'utf8')).join('\n')
  const named = [...page.matchAll(/[Ll]ook at ((?:`\w+`(?: first)?(?:, | and |, and )?)+)/g)].flatMap(
    ([, list = '']) => [...list.matchAll(/`(\w+)`/g)].map(([, field = '']) => field),
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(field => field !== 'cause' && !known.includes(`readonly ${field}:`))).toEqual([])
})
