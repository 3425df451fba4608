// What runs in a connection's own thread or process: opens the database, greets, and then does what it is asked.

import { type AnswerList, listOfAnswer, type RequestList, requestOfList } from '../wire/lists.js'
import {
  type Answer,
  type Farewell,
  type Greeting,
  isCalledOff,
  type Opening,
  type Request,
} from '../wire/messages.js'
import { DatabaseFile } from './database-file.js'
import { openEngine } from './engine.js'
import { Executor } from './executor.js'
import { failureOf } from './failure.js'
import { waitForLocks } from './patience.js'

/** Not imported: what runs as a text has no imports, and in a process no `require` either. */
const { parentPort } = process.getBuiltinModule('node:worker_threads')

const send = (message: AnswerList | Greeting): void => {
  if (parentPort !== null) parentPort.postMessage(message)
  else process.send?.(message)
}

/**
 * Ends. A thread says so first, because Node may never come to its end: when the thread waits for a task of the compiler that waits for the
 * thread (nodejs/node#54918).
 */
const leave = (): void => {
  parentPort?.postMessage({ ended: true } satisfies Farewell)
  process.exit(0)
}

const answer = (outcome: Answer): void => send(listOfAnswer(outcome))

/** The opening is call 0: it can be cancelled, too. */
const openingCall = 0

function open(opening: Opening): (request: Request) => void {
  const { engine: name, busyTimeout, calledOff, pragmas, filename, readonly, places } = opening
  const lockWait = Math.min(busyTimeout, waitForLocks.slice)
  const engine = openEngine(name, { filename, readonly, lockWait, places })
  try {
    for (const pragma of pragmas) {
      waitForLocks(
        () => engine.exec(pragma),
        busyTimeout,
        () => isCalledOff(calledOff, openingCall),
      )
    }
  } catch (error) {
    engine.close()
    throw error
  }
  const executor = new Executor(engine, new DatabaseFile(filename), opening, answer, leave)
  send({ engine: engine.name })
  return request => executor.receive(request)
}

let receive: ((request: Request) => void) | undefined
const port = parentPort ?? process
// One listener for both kinds of messages: a thread whose port has none for a moment may end.
port.on('message', (message: Opening | RequestList) => {
  if (receive !== undefined) return receive(requestOfList(message as RequestList))
  if (!('filename' in message)) return leave() // no longer wanted, before it was open
  try {
    receive = open(message)
  } catch (error) {
    send({ error: failureOf(error) })
  }
})

if (parentPort === null) {
  process.once('disconnect', () => process.exit(0))
  process.on('SIGINT', () => {}) // Ctrl+C goes to the whole group; when this ends is the pool's decision
}
