// `npm run mutate`: installs Stryker beside this file, where it is no one else's burden, and runs it in the repository.

import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

function run(command: string, args: readonly string[], cwd: string): void {
  const { status } = spawnSync(command, args, { cwd, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}

run('npm', ['ci', '--no-audit', '--no-fund'], here)
run(`${here}node_modules/.bin/stryker`, ['run', ...process.argv.slice(2)], root)
