// How far the run has got: a bar on a terminal, a line for each scenario elsewhere.

import { SingleBar } from 'cli-progress'
import type { Progress } from './contest.js'

export interface ProgressView {
  readonly step: Progress
  /** Takes the bar away, so that something can be printed. */
  clear(): void
}

export function showProgress(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? bar(stream) : lines(stream)
}

function bar(stream: NodeJS.WriteStream): ProgressView {
  let current: SingleBar | undefined
  return {
    step(what, done, steps) {
      if (current === undefined) {
        current = new SingleBar({
          format: '{bar} {value}/{total} {what}',
          stream,
          clearOnComplete: true,
          barsize: 24,
        })
        current.start(steps, done, { what })
      }
      current.update(done, { what })
    },
    clear() {
      current?.stop()
      current = undefined
    },
  }
}

function lines(stream: NodeJS.WriteStream): ProgressView {
  const start = performance.now()
  return {
    step(what, done, steps) {
      const seconds = ((performance.now() - start) / 1_000).toFixed(1)
      if (done === 0) stream.write(`${seconds} s, ${what.split(':')[0]}: ${steps} steps\n`)
    },
    clear() {},
  }
}
