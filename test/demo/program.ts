// Runs the demo as its users do: as a program of its own, with a folder for temporary files that can be looked into.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { bundle } from '../support/bundle.js'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface Demo {
  readonly process: ChildProcess
  /** What it has written so far, to the standard output and to the standard error. */
  output(): string
  errors(): string
  /** Resolves when the output has the text; rejects if the demo ends without. */
  shows(text: string): Promise<void>
  /** Resolves with the exit code when the demo has ended and said everything. */
  ended(): Promise<number | null>
  /** The process of its PostgreSQL. */
  server(): number
  /** The folders that it has left, and the processes that still mention its folder for temporary files. */
  leftBehind(): string[]
}

const program = [process.execPath, await bundle('demo/main.ts')]

export function startDemo(...given: string[]): Demo {
  return start({}, [...program, ...given])
}

/** As `npm start` does it: by the same command, and with a database that is made from nothing. This takes seconds more to start. */
export function startDemoFromSource(...given: string[]): Demo {
  return start({ STATEPOOL_POSTGRES_TEMPLATE: undefined }, [
    process.execPath,
    '--import',
    'tsx',
    'demo/main.ts',
    ...given,
  ])
}

/** With these environment variables, too. */
export function startDemoIn(env: NodeJS.ProcessEnv, ...given: string[]): Demo {
  return start(env, [...program, ...given])
}

/** As npm does it; the process is the shell's. */
export function startDemoByShell(...given: string[]): Demo {
  const command = '"$@"; exit $?' // two commands, or some shells would become the program
  return start({ npm_lifecycle_event: 'start' }, ['/bin/sh', '-c', command, 'sh', ...program, ...given])
}

function start(env: NodeJS.ProcessEnv, [command = '', ...words]: string[]): Demo {
  const temporary = mkdtempSync(join(tmpdir(), 'demo-test-'))
  chmodSync(temporary, 0o755) // as root, the server runs on another account
  const { FORCE_COLOR: _colour, npm_lifecycle_event: _npm, ...inherited } = process.env
  const child = spawn(command, words, {
    cwd: root,
    env: { ...inherited, TMPDIR: temporary, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  const closed = once(child, 'close').then(([code]) => code as number | null)
  onTestFinished(async () => {
    child.kill('SIGKILL')
    await closed
    rmSync(temporary, { recursive: true, force: true })
  })
  return {
    process: child,
    output: () => texts.stdout,
    errors: () => texts.stderr,
    shows: text =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (texts.stdout.includes(text)) resolve()
        }
        child.stdout.on('data', look)
        look()
        closed.then(() =>
          reject(new Error(`The demo ended without: ${text}\n${texts.stdout}${texts.stderr}`)),
        )
      }),
    ended: () => closed,
    server() {
      const [folder = ''] = readdirSync(temporary).filter(name => name.startsWith('statepool-'))
      return Number.parseInt(readFileSync(join(temporary, folder, 'data', 'postmaster.pid'), 'utf8'), 10)
    },
    leftBehind: () => [
      // tsx keeps a cache of compiled files, and inspectors keep the folder, without files, that only their user can read.
      ...readdirSync(temporary).filter(name => !name.startsWith('tsx-') && !isEmpty(join(temporary, name))),
      ...execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })
        .split('\n')
        .filter(line => line.includes(temporary)),
    ],
  }
}

const isEmpty = (path: string): boolean => statSync(path).isDirectory() && readdirSync(path).length === 0
