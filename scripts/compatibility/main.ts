// `npm run compatibility`: tries the packed package with runtimes, bundlers and test runners, and writes docs/compatibility.md.
//
// It installs each of them, which takes minutes. Usage: npm run compatibility [-- NAME...]   (only those, without writing)

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPostgres } from '../../support/postgres-server.js'
import { showProgress } from '../../support/progress.js'
import { expected, type Subject, subjects } from './subjects.js'

interface Outcome {
  readonly subject: Subject
  readonly version: string
  /** Why it does not work; undefined if it does. */
  readonly failure: string | undefined
  /** Whether it could be installed here. */
  readonly installed: boolean
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const wanted = process.argv.slice(2)
const chosen = subjects.filter(
  ({ name }) => wanted.length === 0 || wanted.some(word => name.toLowerCase().includes(word.toLowerCase())),
)
const place = mkdtempSync(join(tmpdir(), 'statepool-compatibility-'))
const view = showProgress(process.stderr, (what, done, steps) => `${done}/${steps} ${what}`)
const server = await startPostgres()
const outcomes: Outcome[] = []
try {
  view.step('npm pack', 0, chosen.length)
  const packed = execFileSync('npm', ['pack', '--pack-destination', place, '--silent'], {
    cwd: root,
    encoding: 'utf8',
  })
  const tarball = join(place, packed.trim().split('\n').at(-1) ?? '')
  for (const [n, subject] of chosen.entries()) {
    view.step(subject.name, n, chosen.length)
    outcomes.push(tryOne(subject, tarball, join(place, `project-${n}`)))
  }
} finally {
  view.clear()
  await server.stop()
  rmSync(place, { recursive: true, force: true })
}
for (const { subject, version, failure } of outcomes)
  console.log(
    `${failure === undefined ? 'works' : 'fails'}  ${subject.name} ${version}${failure === undefined ? '' : `\n${failure}`}`,
  )
if (wanted.length === 0) writeFileSync(join(root, 'docs/compatibility.md'), page(outcomes))

function tryOne(subject: Subject, tarball: string, folder: string): Outcome {
  for (const [name, text] of Object.entries(subject.files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  const install = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--silent', '--legacy-peer-deps']
  if (subject.scripts === undefined) install.push('--ignore-scripts')
  const { status, stderr } = spawnSync('npm', [...install, tarball, 'pg@8', ...subject.packages], {
    cwd: folder,
    encoding: 'utf8',
  })
  if (status !== 0) return { subject, version: '', failure: stderr, installed: false }
  const shown = subject.shows ?? (subject.packages[0] as string).replace(/(?!^)@.*/, '')
  const { version } = JSON.parse(readFileSync(join(folder, 'node_modules', shown, 'package.json'), 'utf8'))
  return { subject, version, failure: failureOf(subject, folder), installed: true }
}

/** What the first command that fails wrote, or the last one, if it did not print what is expected. */
function failureOf({ commands }: Subject, folder: string): string | undefined {
  const foreign = /^(npm_|NODE_ENV|NODE_OPTIONS|FORCE_COLOR|VITEST|JEST)/
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)))
  let output = ''
  for (const command of commands) {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], {
      cwd: folder,
      env: { ...env, DATABASE_URL: server.connectionString, NO_COLOR: '1' },
      encoding: 'utf8',
      timeout: 300_000,
    })
    output = stdout + stderr
    if (status !== 0) return `${command}\n${output.slice(-3_000)}`
  }
  const isShown = output.includes(expected) || /\b1 passed\b/.test(output)
  return isShown ? undefined : output.slice(-3_000)
}

function page(found: readonly Outcome[]): string {
  const result = ({ installed, failure }: Outcome): string => {
    if (!installed) return 'not verified'
    return failure === undefined ? 'works' : 'does not work'
  }
  const rows = found.map(
    one => `| ${one.subject.name} | ${one.version || '–'} | ${result(one)} | ${one.subject.how} |`,
  )
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const today = new Date().toISOString().slice(0, 10)
  return `# What it was tried with

statepool ${version} as npm packs it, installed in a project of its own beside each of these, on ${process.platform}, ${today}. The program asks a simulated
database, and a PostgreSQL within a transaction, and ends by itself. \`npm run compatibility\` writes this page.

| with | version | | how |
| --- | --- | --- | --- |
${rows.join('\n')}

Databases' libraries and telemetry: the oldest and the newest that \`peerDependencies\` of package.json allow are tested with each change
([what is supported](stability.md#what-it-runs-on)). ORMs and query builders: their guides are tests, with the version that package-lock.json has.
`
}
