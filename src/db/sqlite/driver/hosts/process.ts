// A worker in a process of its own: the one that can be ended whatever it is doing.

import { type ChildProcess, fork } from 'node:child_process'
import { type AnswerList, answerOfList, listOfRequest } from '../../wire/lists.js'
import type { Greeting } from '../../wire/messages.js'
import type { Host, HostEvents } from '../host.js'
import { workerText } from '../worker-text.js'

/** The first message is the program: a command line has room for less. */
const boot =
  "process.once('message',text=>process.getBuiltinModule('node:vm').runInThisContext(text,{filename:'statepool/sqlite'}))"

const running = new Set<ChildProcess>()

/** A process that is inside SQLite does not notice that its parent is gone. */
const endAll = (): void => {
  for (const child of running) child.kill('SIGKILL')
}

/** Starts a process. */
export function startProcess({ message, exit }: HostEvents): Host {
  const child = fork('statepool/sqlite', {
    serialization: 'advanced', // BigInts and blobs
    execArgv: ['-e', boot], // not a file, which a bundler would leave behind; the name is for lists of processes
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const name = `process ${child.pid}`
  if (running.size === 0) process.on('exit', endAll)
  running.add(child)
  let lastWords: unknown
  let ended = false
  const end = new Promise<void>(resolve => {
    const over = (how: string): void => {
      if (ended) return
      ended = true
      running.delete(child)
      if (running.size === 0) process.removeListener('exit', endAll)
      resolve()
      exit(new Error(`the ${name} ended ${how}`, { cause: lastWords }))
    }
    child.once('exit', (code, signal) => over(signal === null ? `with code ${code}` : `by ${signal}`))
    child.on('error', error => {
      lastWords = error
      if (child.pid === undefined) over('before it began')
    })
  })
  child.on('message', (received: AnswerList | Greeting) =>
    message('length' in received ? answerOfList(received) : received),
  )
  child.send(workerText, () => {})
  return {
    name,
    get ended() {
      return ended
    },
    end,
    post(request) {
      if (!child.connected) return
      const sent = 'filename' in request ? request : listOfRequest(request)
      child.send(sent, () => {}) // if it fails, the end of the process tells
    },
    callOff() {
      child.kill('SIGKILL')
      return true
    },
    ref() {
      child.ref()
      child.channel?.ref()
    },
    unref() {
      child.unref()
      child.channel?.unref()
    },
    kill() {
      child.kill('SIGKILL')
    },
  }
}
