// One word for one thing, and sentences that say who acts: CONTRIBUTING has the glossary.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { sourceFiles } from './import-graph.js'

/** They hide who acts: the pool, the caller, the driver. */
const vague = /\b(nobody|somebody|whoever|everybody|anybody)(?!@)\b/i

/** The glossary's names for the same are others: lease, leased, holder, graceful close, reset, cancelled, forever. */
const otherNames = /\b(borrowers?|lent|loans?|goodbyes?|made clean|called off|for ever)\b/i

/** Lines that may have such a word, because they quote it. */
const allowed = [
  "fail: client => client.command('VRFY somebody'),", // an unknown user, to SMTP
  'never "nobody", "somebody", "whoever" or "everybody"', // the rule itself
]

const pages = (folder: string): string[] =>
  readdirSync(folder)
    .filter(name => name.endsWith('.md'))
    .map(name => join(folder, name))

/** What users read: messages and docstrings, programs and pages. Decision notes and the change log are history. */
const texts = [
  ...sourceFiles('src'),
  ...sourceFiles('demo'),
  ...sourceFiles('examples').filter(file => !file.includes('/generated/')),
  ...pages('docs'),
  ...pages('docs/guides'),
  'README.md',
  'CONTRIBUTING.md',
]

const vagueLines = (text: string): string[] =>
  text.split('\n').filter(line => vague.test(line) && !allowed.some(quote => line.includes(quote)))

it('texts for users say who acts', () => {
  expect(texts.length).toBeGreaterThan(200)
  const found = texts.flatMap(file =>
    vagueLines(readFileSync(file, 'utf8')).map(line => `${file}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})

it('pages and the reference, which has every public docstring, use one word for one thing', () => {
  const read = [
    ...pages('docs'),
    ...pages('docs/guides'),
    ...pages('docs/statecharts'),
    ...pages('docs/api/statepool'),
    'docs/api/statepool.md',
    'README.md',
  ]
  expect(read.length).toBeGreaterThan(50)
  const found = read.flatMap(file =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(line => otherNames.test(line))
      .map(line => `${file}: ${line.trim()}`),
  )
  expect(found).toEqual([])
})

it('a sentence without an actor is found', () => {
  expect(vagueLines('/** Nobody gets the connection before this settles. */')).toHaveLength(1)
  expect(vagueLines("newsletter('nobody@example.org')")).toEqual([])
  expect(otherNames.test('Its borrower says goodbye.')).toBe(true)
  expect(otherNames.test('silent talents')).toBe(false)
})
