// Ctrl-C and its kin: how the demo learns that it should stop.

/** Why the demo stops before its end. */
export interface Interruption {
  /** What happened, for the last line. */
  readonly by: string
  /** 128 and the signal's number, as shells have it. */
  readonly exitCode: number
}

const signals: Readonly<Record<string, Interruption>> = {
  SIGINT: { by: 'Ctrl-C', exitCode: 130 },
  SIGTERM: { by: 'SIGTERM', exitCode: 143 },
  SIGHUP: { by: 'the end of its terminal', exitCode: 129 },
}

const launcherGone: Interruption = { by: 'the end of npm', exitCode: 143 }

/** npm and tsx hand a Ctrl-C on that the terminal has sent to all of them: one key press arrives two or three times. */
const samePress = 500

/** How often to look whether the launcher is still there, in milliseconds. */
const look = 250

/**
 * Listens to the signals that ask a program to stop, to the reader of its output going away (`npm start | head`), and to the end
 * of npm.
 * @param impatient is called when the user asks again
 * @returns what asked first
 */
export function interruption(
  stream: NodeJS.WriteStream,
  impatient: (interruption: Interruption) => void,
): Promise<Interruption> {
  return new Promise(resolve => {
    let first: number | undefined
    for (const [signal, interruption] of Object.entries(signals)) {
      process.on(signal, () => {
        const now = performance.now()
        first ??= now
        if (now - first > samePress) impatient(interruption)
        else resolve(interruption)
      })
    }
    stream.on('error', () => resolve({ by: 'the reader of its output', exitCode: 0 }))
    if (process.env.npm_lifecycle_event !== undefined) watchLauncher(() => resolve(launcherGone))
  })
}

/**
 * npm passes SIGTERM on to its shell, and a shell that dies of it reports nothing (a killed npm even less): what its child
 * sees is that it has another parent.
 */
function watchLauncher(gone: () => void): void {
  const launcher = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === launcher) return
    clearInterval(timer)
    gone()
  }, look)
  timer.unref()
}
