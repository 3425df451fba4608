// What the package is tried with: what is installed beside it, the files of a small project, and the commands that have to succeed.

/** Asks a simulated database and a real PostgreSQL, and says so. */
const program = `
import { createPool } from 'statepool'
import { postgres } from 'statepool/pg'
import { simulated } from 'statepool/simulated'

export async function run() {
  const pretended = createPool(simulated({ connectLatency: 1, queryLatency: 1 }))
  const { rows } = await pretended.use(connection => connection.query('select 42'))
  await pretended.close()
  const pool = createPool(postgres({ connectionString: process.env.DATABASE_URL }), { max: 2 })
  const answer = await pool.transaction(client => client.query('select 6 * 7 as answer'))
  await pool.close()
  return rows.length + ' ' + answer.rows[0].answer
}
`

const main = `import { run } from './program.js'\nrun().then(console.log)\n`

const test = `
import { run } from './program.js'
it('asks both', async () => {
  expect(await run()).toBe('1 42')
})
`

/** What a program prints that ran. */
export const expected = '1 42'

export interface Subject {
  readonly name: string
  readonly packages: readonly string[]
  /** The package whose version the table shows; default: the first one. */
  readonly shows?: string
  readonly files: Readonly<Record<string, string>>
  /** Shell commands; the last one prints {@link expected}, or is a test runner's. */
  readonly commands: readonly string[]
  readonly how: string
  /** Its packages have scripts that must run when they are installed. */
  readonly scripts?: true
}

const common = {
  'program.js': program,
  'main.js': main,
  'package.json': '{ "private": true, "type": "module" }',
}

const node = (version: string): Subject => ({
  name: `Node.js ${version}`,
  packages: [`node@${version}`],
  shows: 'node',
  files: common,
  commands: ['./node_modules/.bin/node main.js'],
  how: 'as it is',
  scripts: true,
})

const prometheus = (library: string, name: string, how: string): Subject => ({
  name,
  packages: [library],
  files: {
    'package.json': common['package.json'],
    'main.js': `
import { createPool } from 'statepool'
import { collect } from 'statepool/prometheus'
import { simulated } from 'statepool/simulated'
import * as client from '${library.replace(/(?!^)@.*/, '')}'

const pool = createPool(simulated({ connectLatency: 1, queryLatency: 1 }), { name: 'p' })
collect(pool, { client })
await pool.use(connection => connection.query('select 42'))
const text = await client.register.metrics()
const counted = ['acquires_total{pool="p",outcome="granted"} 1', 'acquire_wait_seconds_bucket{le="+Inf",pool="p"} 1']
console.log(counted.every(line => text.includes(line)) ? '1 42' : text)
await pool.close()
`,
  },
  commands: ['node main.js'],
  how,
})

const jest = { 'program.test.js': test, 'program.js': program }

export const subjects: readonly Subject[] = [
  node('20.19.0'),
  node('22'),
  node('24'),
  {
    name: 'Node.js, from CommonJS',
    packages: ['node@22'],
    shows: 'node',
    files: {
      'package.json': '{ "private": true }',
      'main.js':
        "const { createPool } = require('statepool')\nconst { simulated } = require('statepool/simulated')\n" +
        "const pool = createPool(simulated())\npool.use(c => c.query('select 42')).then(({ rows }) => pool.close().then(() => console.log(rows.length + ' 42')))\n",
    },
    commands: ['./node_modules/.bin/node main.js'],
    how: '`require()`, which Node 20.19 and newer can do with ES modules; in TypeScript 5.8 and newer with `module` `nodenext`',
    scripts: true,
  },
  {
    name: 'Bun',
    packages: ['bun'],
    files: common,
    commands: ['./node_modules/.bin/bun main.js'],
    how: 'as it is',
    scripts: true,
  },
  {
    name: 'Deno',
    packages: ['deno'],
    files: common,
    commands: ['./node_modules/.bin/deno run --allow-all --node-modules-dir=manual main.js'],
    how: 'with `node_modules` (`--node-modules-dir=manual`)',
    scripts: true,
  },
  {
    name: 'TypeScript',
    packages: ['typescript', '@types/pg', '@types/node@20'],
    files: {
      ...common,
      'main.ts':
        "import { createPool } from 'statepool'\nimport { postgres } from 'statepool/pg'\nexport const pool = createPool(postgres({}))\n",
    },
    commands: [
      './node_modules/.bin/tsc main.ts --noEmit --strict --target es2022 --module nodenext --lib es2023,esnext.disposable --types node',
      'node main.js',
    ],
    how: '`node16`, `nodenext` or `bundler`, with or without `skipLibCheck`',
  },
  {
    name: 'esbuild',
    packages: ['esbuild'],
    files: common,
    commands: [
      './node_modules/.bin/esbuild main.js --bundle --platform=node --outfile=bundle.cjs',
      'node bundle.cjs',
    ],
    how: 'bundled, as CommonJS (pg is): [guide](guides/bundlers-and-test-runners.md)',
  },
  {
    name: 'webpack',
    packages: ['webpack', 'webpack-cli'],
    files: {
      ...common,
      'webpack.config.js':
        "export default { target: 'node', mode: 'production', entry: './main.js', externals: { 'pg-native': 'commonjs pg-native' }, output: { filename: 'main.cjs' } }\n",
    },
    commands: ['./node_modules/.bin/webpack', 'node dist/main.cjs'],
    how: "`target: 'node'`; `pg-native`, which pg may load, is external",
  },
  {
    name: 'Vite',
    packages: ['vite'],
    files: common,
    commands: ['./node_modules/.bin/vite build --ssr main.js', 'node dist/main.js'],
    how: 'a build for the server (`--ssr`)',
  },
  {
    name: 'Next.js',
    packages: ['next', 'react', 'react-dom'],
    files: {
      'package.json': '{ "private": true }',
      'app/layout.js': 'export default ({ children }) => <html><body>{children}</body></html>\n',
      'app/answer/route.js':
        "import { run } from '../../program.js'\nexport const dynamic = 'force-dynamic'\nexport const GET = async () => new Response((await run()) + '\\n')\n",
      'program.js': program,
      'ask.sh':
        'PORT=$1\nnode_modules/.bin/next start -p $PORT >next.log 2>&1 &\nPID=$!\nfor n in $(seq 60); do curl -sf http://127.0.0.1:$PORT/answer && break; sleep 1; done\nkill $PID\n',
    },
    commands: ['NEXT_TELEMETRY_DISABLED=1 ./node_modules/.bin/next build', 'sh ask.sh 39517'],
    how: 'a route handler; keep the pool on `globalThis` in development, as modules are loaded anew',
  },
  {
    name: 'Vitest',
    packages: ['vitest'],
    files: { ...common, 'program.test.js': `import { expect, it } from 'vitest'\n${test}` },
    commands: ['./node_modules/.bin/vitest run'],
    how: 'as it is; [fake timers](guides/bundlers-and-test-runners.md)',
  },
  {
    name: 'Jest, ES modules',
    packages: ['jest'],
    files: { ...jest, 'package.json': '{ "private": true, "type": "module", "jest": { "transform": {} } }' },
    commands: ['node --experimental-vm-modules --no-warnings node_modules/jest/bin/jest.js'],
    how: '`node --experimental-vm-modules`',
  },
  {
    name: 'ts-jest, CommonJS',
    packages: ['ts-jest', 'jest', 'typescript@5.9', '@types/jest', '@types/pg'],
    files: {
      ...jest,
      'package.json': '{ "private": true }',
      'tsconfig.json':
        '{ "compilerOptions": { "target": "es2022", "module": "commonjs", "moduleResolution": "node10", "esModuleInterop": true, "allowJs": true, "isolatedModules": true } }',
      'jest.config.js':
        "module.exports = { transform: { '\\\\.[jt]s$': ['ts-jest', { diagnostics: false }] }, transformIgnorePatterns: ['/node_modules/(?!statepool/)'] }\n",
    },
    commands: ['node node_modules/jest/bin/jest.js'],
    how: '`transformIgnorePatterns` has to let statepool through: [guide](guides/bundlers-and-test-runners.md)',
  },
  {
    name: 'better-sqlite3, the oldest',
    packages: ['better-sqlite3@12.0.0'],
    files: {
      'package.json': '{ "private": true, "type": "module" }',
      'main.js':
        "import { createSqlitePool } from 'statepool/sqlite'\nconst db = createSqlitePool({ filename: 'a.db', engine: 'better-sqlite3' })\n" +
        "const row = await db.use(writer => writer.get('select 42 as n'))\nconsole.log('1 ' + row.n)\nawait db.close()\n",
    },
    commands: ['node main.js'],
    how: '`statepool/sqlite` on Node 20; Node 22 and newer have a SQLite of their own',
    scripts: true,
  },
  prometheus('prom-client@13.0.0', 'prom-client, the oldest', '`statepool/prometheus`'),
  prometheus('@prometheus-io/client', '@prometheus-io/client', '`statepool/prometheus`'),
]
