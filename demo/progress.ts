// How far a long run has got: a bar that moves in a terminal, a few plain lines everywhere else, and none for a short run.

import { SingleBar } from 'cli-progress'
import { count } from './format.js'

export interface Progress {
  /** `done` of the total; `note` is what else is worth watching. */
  update(done: number, note?: string): void
  /** Leaves the last state standing and gives the cursor back. */
  end(): void
}

/** A plain line is written for each quarter of the total, … */
const step = 0.25
/** … but not more often than this, in milliseconds. */
const calm = 1_000

/** A bar as wide as fits, and no wider than is calm. */
export function progressBar(
  stream: NodeJS.WriteStream,
  width: number,
  label: string,
  total: number,
  paint: (bar: string) => string,
): Progress {
  const bar = new SingleBar({
    stream,
    format: (options, { progress }, payload) => {
      const full = Math.floor(progress * (options.barsize ?? 0))
      const drawn = paint('█'.repeat(full)) + '░'.repeat((options.barsize ?? 0) - full)
      return `  ${label} ${drawn} ${percent(progress)} ${payload.note}`.trimEnd()
    },
    barsize: Math.max(8, Math.min(30, width - label.length - 30)),
    hideCursor: true,
    linewrap: false,
    gracefulExit: false, // the demo decides what Ctrl-C does
    fps: 10,
  })
  bar.start(total, 0, { note: '' })
  return {
    update: (done, note = '') => bar.update(done, { note }),
    end: () => bar.stop(),
  }
}

/** A line at each quarter: what a file or a pipe can take. */
export function progressLines(writeLine: (line: string) => void, label: string, total: number): Progress {
  let next = step
  let last = performance.now()
  return {
    update(done, note = '') {
      const now = performance.now()
      if (done / total < next || now - last < calm) return
      last = now
      while (done / total >= next) next += step
      writeLine(`  ${label} ${percent(done / total)} (${count(done)} of ${count(total)}) ${note}`.trimEnd())
    },
    end: () => {},
  }
}

const percent = (fraction: number): string => `${Math.floor(fraction * 100)} %`.padStart(5)
