// How far the run has got: a bar on a terminal, a line for each scenario elsewhere.

import { SingleBar } from 'cli-progress'

export interface ProgressView {
  step(what: string, done: number, steps: number): void
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
  return {
    step(what, done, steps) {
      stream.write(`${done + 1}/${steps} ${what}\n`)
    },
    clear() {},
  }
}
