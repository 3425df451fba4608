// The demo's terminal form: widths, colours, bars and secrets.

import { PassThrough } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hidePasswords } from '../../demo/secrets.js'
import { Terminal } from '../../demo/terminal.js'
import { columns, wrap } from '../../demo/wrap.js'

function terminalOf(stream: { isTTY?: boolean; columns?: number }, env: NodeJS.ProcessEnv = {}) {
  let written = ''
  const sink = Object.assign(new PassThrough(), stream)
  sink.on('data', chunk => {
    written += chunk
  })
  const terminal = new Terminal(sink as unknown as NodeJS.WriteStream, env)
  return { terminal, written: () => written }
}

const escapeCode = '\u001b'

describe('colour', () => {
  test.each([
    ['in a terminal', { isTTY: true }, {}, true],
    ['not with NO_COLOR', { isTTY: true }, { NO_COLOR: '1' }, false],
    ['not in a dumb terminal', { isTTY: true }, { TERM: 'dumb' }, false],
    ['not in a pipe', {}, { CI: '1' }, false],
    ['in a pipe for those who ask', {}, { FORCE_COLOR: '1' }, true],
    ['not with NO_COLOR and FORCE_COLOR', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  ])('%s', (_, stream, env, coloured) => {
    const { terminal, written } = terminalOf(stream, env)
    terminal.heading('A heading')
    terminal.lesson('a lesson')
    expect(written().includes(escapeCode)).toBe(coloured)
  })
})

describe('progress', () => {
  test('is a bar in a terminal, and the cursor is back at its end', () => {
    const { terminal, written } = terminalOf({ isTTY: true, columns: 60 }, { NO_COLOR: '1' })
    const progress = terminal.progress('load', 10)
    progress.update(10)
    progress.end()
    expect(written()).toContain('█ 100 %')
    expect(written().lastIndexOf(`${escapeCode}[?25h`)).toBeGreaterThan(
      written().lastIndexOf(`${escapeCode}[?25l`),
    )
  })

  test('gives the cursor back when the demo is interrupted, and nothing is written after that', () => {
    const { terminal, written } = terminalOf({ isTTY: true, columns: 60 })
    const progress = terminal.progress('load', 10)
    terminal.close()
    const atClose = written()
    expect(atClose.lastIndexOf(`${escapeCode}[?25h`)).toBeGreaterThan(
      atClose.lastIndexOf(`${escapeCode}[?25l`),
    )
    progress.update(5)
    progress.end()
    terminal.step('a scene goes on')
    terminal.progress('load', 10).update(1)
    expect(written()).toBe(atClose)
  })

  test('writes no control codes where there is no terminal', () => {
    const { terminal, written } = terminalOf({})
    const progress = terminal.progress('load', 10)
    for (let done = 1; done <= 10; done++) progress.update(done)
    progress.end()
    expect(written()).not.toContain(escapeCode)
  })
})

test.each([40, 60, 80, 100])('nothing is wider than a terminal of %i columns', width => {
  const { terminal, written } = terminalOf({ isTTY: true, columns: width })
  const text = 'a sentence of many short words that has to be broken somewhere in the middle of it '.repeat(3)
  terminal.text(text)
  terminal.step(text)
  terminal.lesson(text)
  terminal.error(new Error(text))
  terminal.table(['', 'one', 'two'], [[text, '1', '2']])
  for (const line of written().split('\n')) expect(columns(line)).toBeLessThan(width)
})

test('wrapping keeps every word, in order, within the width', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '·', '7'), minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 60 }), (words, width) => {
      const lines = wrap(words.join(' '), width, '  · ', '    ').split('\n')
      expect(lines.flatMap(line => line.slice(4).split(' '))).toEqual(words)
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(width)
      for (const [index, line] of lines.slice(1).entries()) {
        const first = line.slice(4).split(' ')[0] ?? ''
        expect((lines[index] as string).length + 1 + first.length, 'no line is broken early').toBeGreaterThan(
          width,
        )
      }
    }),
  )
})

test('a figure is not torn from its unit', () => {
  expect(wrap('it took 691 ms', 12)).toBe('it took\n691 ms')
  expect(wrap('it took 1.2 s, less', 12)).toBe('it took\n1.2 s, less')
  expect(wrap('it took 691 msgs', 12)).toBe('it took 691\nmsgs')
})

test('colour takes no room', () => {
  const red = `${escapeCode}[31mred${escapeCode}[39m`
  expect(stripVTControlCharacters(wrap(`${red} ${red} ${red}`, 7))).toBe('red red\nred')
})

describe('a password in a URL is never written', () => {
  test.each([
    ['postgres://me:hunter2@db/app', 'postgres://me:***@db/app'],
    ['postgres://me:hunter2@@x@db/app', 'postgres://me:***@db/app'],
    ['connect to postgres://me:a/b:c@db failed', 'connect to postgres://me:***@db failed'],
    ['postgres://:hunter2@db', 'postgres://:***@db'],
    ['postgres://db/app?user=me&password=hunter2&x=1', 'postgres://db/app?user=me&password=***&x=1'],
    ['postgres://me@db:5432/app', 'postgres://me@db:5432/app'],
  ])('%s', (text, shown) => {
    expect(hidePasswords(text)).toBe(shown)
    const { terminal, written } = terminalOf({})
    terminal.step(text)
    terminal.complaint(text)
    terminal.lastLine(text)
    expect(written()).not.toMatch(/hunter2|a\/b/)
  })
})
