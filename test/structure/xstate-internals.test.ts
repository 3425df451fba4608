// What XState does not publish is used in one folder, the one that checks at load whether XState is still built like that.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sourceFiles } from './import-graph.js'

/** Fields that XState marks as internal, and what it puts on the functions that its action creators make. */
const internal = /\._[a-z]\w*|\bmailbox\b|\bactorScope\b|'(resolve|assignment|check)' in /

const code = (file: string): string => readFileSync(file, 'utf8').replace(/^ *(\/\/|\*|\/\*).*$/gm, '')

it('no file outside src/machines/compiled touches XState’s internals', () => {
  const outside = sourceFiles('src').filter(
    file =>
      /^src\/(actors|machines|testing|[\w-]+\.ts)/.test(file) &&
      !file.startsWith('src/machines/compiled/') &&
      file !== 'src/testing/shared-logic.ts', // it stands in for actions that XState made
  )
  expect(outside.length).toBeGreaterThan(40)
  expect(outside.filter(file => internal.test(code(file)))).toEqual([])
  expect(internal.test(code('src/machines/compiled/deliver.ts'))).toBe(true)
})
