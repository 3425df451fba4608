// `npm run check:package`: packs the package, looks at what is inside, installs it in a project, and uses it there as the README says.
//
// Usage: npm run check:package [-- NODE_VERSION...]

import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { startPostgres } from '../../support/postgres-server.js'
import { checkTypes } from './consumer-types.js'
import { runJest } from './jest.js'
import { proseOf } from './pages.js'
import { mountInServers } from './servers.js'
import { pack } from './tarball.js'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Here are the package.json and the lock of what only this check needs. */
const tools = fileURLToPath(new URL('.', import.meta.url))
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** What is supported: the oldest, and the newest of each line. */
const nodes = process.argv.length > 2 ? process.argv.slice(2) : [oldestNode(), '22', '24']

const mostBytes = 1_500_000

const folder = mkdtempSync(join(tmpdir(), 'statepool-packed-'))
const complaints: string[] = []
try {
  say('npm ci, of the tools')
  npm(tools, 'ci', '--prefer-offline', '--no-audit', '--no-fund', '--silent')
  say('npm pack')
  const tarball = pack(folder)
  say('what is inside')
  complaints.push(...look(join(folder, 'package')))
  say('publint, attw')
  await tool('publint', 'run', tarball, '--strict')
  await tool('attw', tarball, '--profile', 'esm-only', '--no-color', '--no-emoji', '-f', 'ascii')
  say('npm install')
  install(tarball)
  say('types')
  complaints.push(...(await checkTypes(folder, manifest)))
  say('Jest')
  complaints.push(...(await runJest(folder, tools)))
  say('the inspector in node:http, Express, Fastify and Hono')
  complaints.push(...(await mountInServers(folder, tools)))
  say(`the README's first program on Node ${nodes.join(', ')}`)
  await runFirstProgram()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
for (const complaint of complaints) console.error(`- ${complaint}`)
if (complaints.length > 0) process.exitCode = 1
else console.log('The package is as it should be.')

function say(what: string): void {
  console.log(`${process.uptime().toFixed(0).padStart(3)} s  ${what}`)
}

function oldestNode(): string {
  return `${String(manifest.engines.node).replace('>=', '')}.0`
}

/** Its size, and links and source maps that lead to nothing. */
function look(unpacked: string): string[] {
  const files = readdirSync(unpacked, { recursive: true, encoding: 'utf8' }).filter(name =>
    statSync(join(unpacked, name)).isFile(),
  )
  const bytes = files.reduce((sum, name) => sum + statSync(join(unpacked, name)).size, 0)
  console.log(`       ${files.length} files, ${(bytes / 1e6).toFixed(2)} MB`)
  return [
    ...(bytes > mostBytes ? [`The package has ${bytes} bytes; ${mostBytes} is the limit.`] : []),
    ...files.flatMap(name =>
      brokenLinks(unpacked, name).map(link => `${name} links to ${link}, which is not in the package.`),
    ),
  ]
}

function brokenLinks(unpacked: string, name: string): string[] {
  if (!/\.(md|js|d\.ts)$/.test(name)) return []
  const whole = readFileSync(join(unpacked, name), 'utf8')
  const text = name.endsWith('.md') ? proseOf(whole) : whole
  const links = name.endsWith('.md')
    ? /\]\(([^)\s#]+)[^)]*\)|\b(?:src|srcset|href)="([^"#]+)/g
    : /^\/\/# sourceMappingURL=(\S+)$/gm
  return [...text.matchAll(links)]
    .map(([, link, other]) => link ?? other ?? '')
    .filter(link => !/^[a-z]+:/.test(link) && !existsSync(join(unpacked, posix.join(dirname(name), link))))
}

async function tool(name: string, ...args: string[]): Promise<void> {
  try {
    await promisify(execFile)(join(tools, 'node_modules/.bin', name), args, { cwd: root })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    complaints.push(`${name}: ${stdout}${stderr}`)
  }
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
}

/** As a user does, with the peers and their types in the versions that are tested here. */
function install(tarball: string): void {
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const peers = ['pg', 'mysql2', 'ws', '@opentelemetry/api', '@types/pg', '@types/node']
  const exact = peers.map(name => {
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
    return `${name}@${version}`
  })
  npm(
    folder,
    'install',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--silent',
    tarball,
    ...exact,
  )
}

/** As a file of JavaScript, to the letter. */
async function runFirstProgram(): Promise<void> {
  const readme = readFileSync(join(folder, 'node_modules/statepool/README.md'), 'utf8')
  const [, program = ''] = /## A first program[\s\S]*?```ts\n([\s\S]*?)```/.exec(readme) ?? []
  writeFileSync(join(folder, 'first-program.js'), program)
  const server = await startPostgres()
  try {
    await Promise.all(
      nodes.map(async node => {
        const output = await onNode(node, 'node first-program.js', { DATABASE_URL: server.connectionString })
        if (output !== '{ answer: 42 }\n')
          complaints.push(`The README's first program on Node ${node}: ${output}`)
      }),
    )
  } finally {
    await server.stop()
  }
}

/** What a command wrote, on a Node that npm fetches. */
async function onNode(version: string, command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ['--yes', `--package=node@${version}`, '-c', command]
  const colorless = { ...process.env, ...env, NO_COLOR: '1', FORCE_COLOR: undefined }
  return promisify(execFile)('npx', args, { cwd: folder, env: colorless }).then(
    ({ stdout, stderr }) => stdout + stderr,
    (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
  )
}
