// The demo's only way to the screen: headings, steps, lessons, tables and progress, in any width, with or without colour.

import Table from 'cli-table3'
import { createColors } from 'picocolors'
import type { PoolStats } from '../src/index.js'
import { type Progress, progressBar, progressLines } from './progress.js'
import { hidePasswords } from './secrets.js'
import { columns, wrap } from './wrap.js'

/** Text wider than this is hard to read, however wide the window is. */
const widest = 92

const bare = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
}

export class Terminal {
  /** Whether a person watches: only then the output moves, and leaves time to read. */
  readonly live: boolean
  readonly paint: ReturnType<typeof createColors>
  readonly #stream: NodeJS.WriteStream
  #progress: Progress | undefined
  #closed = false

  constructor(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv) {
    this.#stream = stream
    this.live = stream.isTTY === true && env.TERM !== 'dumb'
    // NO_COLOR counts when it is not empty (no-color.org); colour in a pipe only for those who ask for it
    const forced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== '0'
    this.paint = createColors(!env.NO_COLOR && (this.live || forced))
  }

  get width(): number {
    return Math.max(30, Math.min(widest, (this.#stream.columns || 80) - 1))
  }

  /** A part begins. */
  heading(text: string): void {
    this.#write('')
    this.#write(this.paint.bold(this.paint.cyan(text)))
  }

  /** A sentence or more. */
  text(text: string): void {
    this.#write(wrap(text, this.width, '  '))
  }

  /** Something that happened. */
  step(text: string): void {
    this.#write(wrap(text, this.width, '  · ', '    '))
  }

  /** The pool, as `pool.stats()` tells it. */
  stats(stats: PoolStats): void {
    const { total, max, busy, idle, waiting } = stats
    const moving = (['connecting', 'validating', 'closing'] as const)
      .filter(state => stats[state] > 0)
      .map(state => `, ${stats[state]} ${state}`)
    const text = `pool.stats(): ${total} of ${max} open; ${busy} busy, ${idle} idle${moving.join('')}; ${waiting} waiting`
    this.#write(this.paint.dim(wrap(text, this.width, '    ')))
  }

  /** Lines that stand as they are. */
  drawing(lines: readonly string[]): void {
    for (const line of lines) this.#write(`    ${line}`)
  }

  /** What to take away. */
  lesson(text: string): void {
    this.#write(this.paint.green(wrap(text, this.width, '  → ', '    ')))
  }

  /** An error as an application's log would show it: its name and its message, line by line. */
  error(error: Error): void {
    const lines = `${error.name}: ${error.message}`.split('\n')
    const text = lines.map(line => wrap(line, this.width, '      ', '        ')).join('\n')
    this.#write(this.paint.red(text))
  }

  /** What went wrong, why, and what to do: a paragraph for each line. */
  complaint(text: string): void {
    this.#write(this.paint.red(wrap(text, this.width, '', '  ')))
  }

  /** Rows under a head; the first column is text, the others are figures. */
  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const [first = 0, ...others] = head.map((_, column) =>
      Math.max(...[head, ...rows].map(row => columns(row[column] ?? ''))),
    )
    const room = this.width - 2 - others.reduce((sum, width) => sum + width + 2, 0)
    const table = new Table({
      head: [...head],
      chars: bare,
      colWidths: [Math.max(10, Math.min(first, room)), ...others],
      colAligns: ['left', ...others.map(() => 'right' as const)],
      wordWrap: true,
      style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    })
    table.push(...rows.map(row => [...row]))
    const lines = table.toString().split('\n')
    const rule = Math.max(...lines.map(line => columns(line.trimEnd())))
    this.#write('')
    for (const [index, line] of lines.entries()) {
      this.#write(`  ${index === 0 ? this.paint.bold(line.trimEnd()) : line.trimEnd()}`)
      if (index === 0) this.#write(`  ${this.paint.dim('─'.repeat(rule))}`)
    }
    this.#write('')
  }

  /** A long run of `total` steps begins. */
  progress(label: string, total: number): Progress {
    const progress = this.#closed
      ? { update: () => {}, end: () => {} }
      : this.live
        ? progressBar(this.#stream, this.width, label, total, this.paint.cyan)
        : progressLines(line => this.#write(line), label, total)
    this.#progress = progress
    return {
      update: (done, note) => {
        if (this.#progress === progress) progress.update(done, note)
      },
      end: () => {
        if (this.#progress === progress) progress.end()
        this.#progress = undefined
      },
    }
  }

  /** Ends the output, so that scenes which still run when the demo was interrupted stay silent. The cursor is as it was. */
  close(): void {
    this.#progress?.end()
    this.#progress = undefined
    this.#closed = true
  }

  /** The last word: written even after {@link close}. */
  lastLine(text: string): void {
    this.#stream.write(`${hidePasswords(wrap(text, this.width))}\n`)
  }

  #write(text: string): void {
    if (!this.#closed) this.#stream.write(`${hidePasswords(text)}\n`)
  }
}
