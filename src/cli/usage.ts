// What the command says of itself, and how it says that it was called wrongly.
import { nearestName } from '../core/names.js'

export const usage = {
  statepool: `Usage: statepool <command>

  statepool chart [connection | pool | FILE]   writes a statechart as Mermaid, SVG or JSON
  statepool replay FILE                        shows a recording of a pool in a browser
  statepool inspect [URL | PORT | FILE]        shows running pools, or a recording

  statepool <command> --help                   says more
`,
  chart: `Usage: statepool chart [connection | pool | FILE] [options]

Writes the statechart of a connection (the default), of a pool, or of any XState v5 machine.

  FILE               a module that exports a machine (.js, .mjs, .cjs; .ts on Node 22.18 and later), or a machine's definition (.json)

  --format FORMAT    mermaid (the default), svg or json
  --out FILE         where to write it; a name that ends in .svg, .json or .mmd says the format too. Default: the terminal
  --export NAME      which export of the module, if it has several machines
  --theme THEME      of an SVG: light (the default) or dark
`,
  replay: `Usage: statepool replay FILE [options]

Shows a recording, which statepool/recorder wrote, in a browser.

  --port PORT        where to serve the page; default: a free port
  --host HOST        the address to listen at; default: 127.0.0.1
  --summary          prints what is in the recording instead
  --check            prints whether the recording agrees with the statecharts; if not, the command fails
  --perfetto OUT     writes it as a trace for https://ui.perfetto.dev instead; - is the terminal
`,
  inspect: `Usage: statepool inspect [URL | PORT | FILE]

Says where pools can be seen: without an argument, the addresses of all inspectors (statepool/inspector) that you run on this machine, with
their tokens; with a port, the one there. A recording is shown as by statepool replay.

  --port PORT        as for replay
  --host HOST        as for replay
`,
} as const

export type Command = 'chart' | 'replay' | 'inspect'

export const commands: readonly Command[] = ['chart', 'replay', 'inspect']

/** The command was called wrongly, or with what it cannot use; the message says what to do. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** `did you mean svg?`, or the names that there are. */
export function suggestion(given: string, known: readonly string[]): string {
  const nearest = nearestName(given, known)
  return nearest === undefined ? `Use one of: ${known.join(', ')}.` : `Did you mean ${nearest}?`
}
