// The processes of a run: started, killed, replaced, and what they have told.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Task, Told } from './process.js'

/** One process of the fleet. */
export interface Member {
  readonly child: ChildProcess
  /** What the server calls its sessions. */
  readonly application: string
  /** Which deploy it belongs to. */
  readonly revision: number
  /** What it told last; undefined = nothing yet. */
  told: Told | undefined
  ended: boolean
}

/** What all have done, those that are gone included. */
export interface Sums {
  readonly served: number
  readonly failed: number
  readonly tooMany: number
}

export class Processes {
  readonly #program: string
  readonly #task: Omit<Task, 'application'>
  readonly #members = new Set<Member>()
  #past: Sums = { served: 0, failed: 0, tooMany: 0 }
  #started = 0
  lastError = ''
  /** How one ended that neither was killed nor closed its pool; undefined = none has. */
  crash: string | undefined

  /** @param program where the bundle of `process.ts` is */
  constructor(program: string, task: Omit<Task, 'application'>) {
    this.#program = program
    this.#task = task
  }

  get alive(): readonly Member[] {
    return [...this.#members]
  }

  get sums(): Sums {
    const sums = { ...this.#past }
    for (const { told } of this.#members) add(sums, told)
    return sums
  }

  start(revision: number): Member {
    const application = `${this.#task.name}:${++this.#started}`
    const child = fork(this.#program, [JSON.stringify({ ...this.#task, application })], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      // There may be hundreds: little memory and few threads for each.
      execArgv: ['--max-old-space-size=64', '--max-semi-space-size=1', '--v8-pool-size=1'],
      env: { ...process.env, UV_THREADPOOL_SIZE: '1' },
    })
    const member: Member = { child, application, revision, told: undefined, ended: false }
    this.#members.add(member)
    child.on('message', told => {
      member.told = told as Told
      if (member.told.lastError !== '') this.lastError = member.told.lastError
    })
    child.once('exit', (code, killedBy) => {
      if (code !== 0 && killedBy !== 'SIGKILL')
        this.crash ??= `${application} exited with ${code ?? killedBy}`
      member.ended = true
      this.#members.delete(member)
      const past = { ...this.#past }
      add(past, member.told)
      this.#past = past
    })
    return member
  }

  /** Ends a process as a crash would. */
  kill({ child }: Member): void {
    child.kill('SIGKILL')
  }

  /** Has a process close its pool and end. */
  async stop({ child, ended }: Member): Promise<void> {
    if (ended) return
    const gone = once(child, 'exit')
    child.kill('SIGTERM')
    await gone
  }

  /** Ends all, whatever they do. */
  async end(): Promise<void> {
    const gone = this.alive.map(({ child }) => once(child, 'exit'))
    for (const { child } of this.alive) child.kill('SIGKILL')
    await Promise.all(gone)
  }
}

function add(sums: { -readonly [Name in keyof Sums]: number }, told: Told | undefined): void {
  sums.served += told?.served ?? 0
  sums.failed += told?.failed ?? 0
  sums.tooMany += told?.tooMany ?? 0
}
