// Vitest's global setup that says in the first line how long a whole run takes.

import { availableParallelism, loadavg } from 'node:os'

/** All tests on two quiet cores, as measured. */
const quiet = '5 minutes'

export default function announce(): void {
  const [command, ...files] = process.argv.slice(2).filter(argument => !argument.startsWith('-'))
  if (command !== 'run' || files.length > 0) return // a part of them
  const busy = (loadavg()[0] ?? 0) > availableParallelism()
  const longer = busy ? ', and longer on a machine that is as busy as this one now' : ''
  // Not to stdout, which may be a report's.
  process.stderr.write(`All tests take about ${quiet} on two quiet cores${longer}.\n`)
}
