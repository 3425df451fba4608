// How busy the machine is: what is measured on a busy one says little.
import { availableParallelism, loadavg } from 'node:os'

/** Programs that want a core, of the last minute, for each core that there is; these measurements included. */
export function loadInWords(): string {
  const load = loadavg()[0] ?? 0
  const cores = availableParallelism()
  const said = `${load.toFixed(1)} programs want one of ${cores} cores`
  return load > cores * 0.75 ? `${said}: measure again on a quiet machine` : said
}
