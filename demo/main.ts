// `npm start`: the pool at work, in a terminal. Starts a database, plays the scenes, and leaves nothing behind.

import { setTimeout as pause } from 'node:timers/promises'
import { type DemoArguments, parseArguments, sceneNames } from './arguments.js'
import { type DemoDatabase, openDatabase, StartError } from './database.js'
import { duration } from './format.js'
import { type Interruption, interruption } from './interruption.js'
import { scenes } from './scenes.js'
import { serve } from './serve.js'
import { Stage } from './stage.js'
import { Terminal } from './terminal.js'

/** How the demo ended. */
type Ending =
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly error: Error }
  | { readonly kind: 'interrupted'; readonly interruption: Interruption }

const settings = parseArguments(process.argv)
const terminal = new Terminal(process.stdout, process.env)
const start = performance.now()
let database: Promise<DemoDatabase> | undefined
let stage: Stage | undefined
const over = new AbortController()

const interrupted = interruption(process.stdout, ({ by, exitCode }) => {
  terminal.lastLine(`Stopped at once by ${by}; what is left is removed within seconds.`)
  process.exit(exitCode)
}).then((interruption): Ending => {
  over.abort()
  return { kind: 'interrupted', interruption }
})

const ending = await Promise.race([interrupted, show(settings)])
await end(ending)

async function show(settings: DemoArguments): Promise<Ending> {
  try {
    terminal.heading('statepool: every connection is a state machine')
    database = openDatabase(settings.url, terminal)
    const { driver, server } = await database
    stage = new Stage(terminal, driver, settings)
    if (settings.serve !== undefined) await serve(stage, server, settings.serve, over.signal)
    for (const name of settings.serve === undefined ? settings.scenes : []) {
      const { title, shows, play } = scenes[name]
      terminal.heading(`${sceneNames.indexOf(name) + 1}. ${title}`)
      terminal.text(shows)
      await stage.beat()
      await play(stage)
      await stage.beat()
    }
    summarise(stage)
    return { kind: 'finished' }
  } catch (error) {
    await pause(100) // Ctrl-C reaches PostgreSQL's initdb too: that it failed for this is no failure
    return { kind: 'failed', error: error as Error }
  }
}

function summarise({ findings }: Stage): void {
  if (findings.length === 0) return
  terminal.heading('Measured just now')
  terminal.table(
    ['', 'without a pool', 'with it', 'ratio'],
    findings.map(({ what, without, pooled, ratio }) => [what, without, pooled, ratio]),
  )
}

/** Closes everything, says so in one line, and sets the exit code. */
async function end(ending: Ending): Promise<void> {
  if (ending.kind !== 'finished') terminal.close()
  const patience = setTimeout(() => terminal.lastLine('Stopping … Ctrl-C again stops at once.'), 1_000)
  await stage?.close()
  const opened = await database?.catch(() => undefined)
  await opened?.close()
  clearTimeout(patience)
  const farewell = opened?.farewell ?? 'nothing left behind'
  switch (ending.kind) {
    case 'finished':
      terminal.text(`Done in ${duration(performance.now() - start)}: ${farewell}.`)
      break
    case 'interrupted':
      terminal.lastLine(`Stopped by ${ending.interruption.by}: ${farewell}.`)
      process.exit(ending.interruption.exitCode)
      break
    case 'failed': {
      const complaints = new Terminal(process.stderr, process.env)
      if (ending.error instanceof StartError) complaints.complaint(ending.error.message)
      else complaints.error(ending.error)
      complaints.lastLine(`Stopped by an error: ${farewell}.`)
      process.exit(1)
    }
  }
}
