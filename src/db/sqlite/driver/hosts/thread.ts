// A worker in a thread of this process.

import { Worker } from 'node:worker_threads'
import { type AnswerList, answerOfList, listOfRequest } from '../../wire/lists.js'
import {
  createSlots,
  type Farewell,
  type Greeting,
  markAllCalledOff,
  markCalledOff,
} from '../../wire/messages.js'
import type { Host, HostEvents } from '../host.js'
import { workerText } from '../worker-text.js'

/** Starts a thread, and gives the memory where its calls are cancelled. */
export function startThread({ message, exit }: HostEvents): { host: Host; slots: Int32Array } {
  const slots = createSlots()
  const worker = new Worker(workerText, {
    eval: true, // a file would have to be beside this one, and a bundler leaves it behind
    name: 'statepool/sqlite',
    execArgv: [], // what the program is compiled or watched with is no concern of the worker's
  })
  const name = `thread ${worker.threadId}`
  let lastWords: unknown
  let ended = false
  worker.on('error', error => {
    lastWords = error
  })
  const end = new Promise<void>(resolve => {
    const over = (code: number): void => {
      if (ended) return
      ended = true
      resolve()
      exit(new Error(`the ${name} ended with code ${code}`, { cause: lastWords }))
    }
    worker.on('message', (received: AnswerList | Greeting | Farewell) => {
      if ('length' in received) return message(answerOfList(received))
      if (!('ended' in received)) return message(received)
      worker.unref() // it may never exit
      over(0)
    })
    worker.once('exit', over)
  })
  const host: Host = {
    name,
    get ended() {
      return ended
    },
    end,
    post: request => worker.postMessage('filename' in request ? request : listOfRequest(request)),
    callOff(id) {
      markCalledOff(slots, id)
      return false
    },
    ref: () => worker.ref(),
    unref: () => worker.unref(),
    // Not by worker.terminate(): that takes effect no sooner, because nothing ends a thread inside SQLite; and better-sqlite3, when
    // it comes out with an error into a thread that is being terminated, takes the whole process along.
    kill() {
      markAllCalledOff(slots)
      host.post({ id: 0, type: 'close' })
    },
  }
  return { host, slots }
}
