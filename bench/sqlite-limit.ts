// What the machine's processors read when no message is sent: a process for each, which calls the library in a loop. No pool can read more.

import { fork } from 'node:child_process'
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { loads, openDirect } from './sqlite-loads.js'

interface Order {
  readonly filename: string
  /** Which of the loads. */
  readonly load: number
  readonly seconds: number
}

/** Of one process, or of all. */
export interface Limit {
  /** In a second. */
  readonly reads: number
  /** CPU time of a read, in microseconds. */
  readonly cpu: number
}

/** So long, in milliseconds, each process reads before it counts: the others have started by then. */
const warmUp = 1_000

/** Has a process for each processor read. */
export async function limitOf(order: Order): Promise<Limit> {
  const answers = await Promise.all(cpus().map(() => readInProcess(order)))
  const reads = answers.reduce((sum, answer) => sum + answer.reads, 0)
  return { reads, cpu: answers.reduce((sum, answer) => sum + answer.cpu * answer.reads, 0) / reads }
}

function readInProcess(order: Order): Promise<Limit> {
  const child = fork(fileURLToPath(import.meta.url))
  return new Promise<Limit>((resolve, reject) => {
    child.once('message', answer => resolve(answer as Limit))
    child.once('exit', code => reject(new Error(`A process that reads ended with code ${code}.`)))
    child.send(order)
  })
}

function read({ filename, load, seconds }: Order): Limit {
  const direct = openDirect(filename)
  let i = process.pid
  const readFor = (time: number): Limit => {
    const [start, cpu, first] = [performance.now(), process.cpuUsage(), i]
    while (performance.now() - start < time) direct.get((loads[load] as (typeof loads)[number]).read(i++))
    const { user, system } = process.cpuUsage(cpu)
    return { reads: ((i - first) / (performance.now() - start)) * 1_000, cpu: (user + system) / (i - first) }
  }
  readFor(warmUp)
  const limit = readFor(seconds * 1_000)
  direct.close()
  return limit
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  process.once('message', (order: Order) => {
    process.send?.(read(order), () => process.disconnect())
  })
