// How far long work has got: a bar on a terminal, lines elsewhere. For the programs beside the package.

import { SingleBar } from 'cli-progress'

export interface ProgressView {
  /** Says that so many of so many steps are done, and what the next one is. */
  step(what: string, done: number, steps: number): void
  /** Takes the bar away, so that something can be printed. */
  clear(): void
}

/** @param line what to print for a step where no bar can be drawn; undefined for those that are not worth a line */
export function showProgress(
  stream: NodeJS.WriteStream,
  line: (what: string, done: number, steps: number) => string | undefined,
): ProgressView {
  if (stream.isTTY) return bar(stream)
  return {
    step(...progress) {
      const text = line(...progress)
      if (text !== undefined) stream.write(`${text}\n`)
    },
    clear() {},
  }
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
