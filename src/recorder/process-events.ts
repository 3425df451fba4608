// One listener for each event of the process, however many recorders wait for it: Node warns of a leak from the eleventh on.

const listening = new Map<string, { readonly callbacks: Set<Callback>; readonly listener: Callback }>()

type Callback = (value: unknown) => void

/**
 * Calls back on a signal, or before an uncaught exception ends the process (`uncaughtExceptionMonitor`).
 * @returns what ends it
 */
export function onProcess(
  event: NodeJS.Signals | 'uncaughtExceptionMonitor',
  callback: Callback,
): () => void {
  const own: Callback = value => callback(value)
  const { callbacks } = listening.get(event) ?? listen(event)
  callbacks.add(own)
  return () => {
    if (callbacks.delete(own) && callbacks.size === 0) unlisten(event)
  }
}

function listen(event: string): { readonly callbacks: Set<Callback> } {
  const callbacks = new Set<Callback>()
  const listener: Callback = value => {
    for (const callback of [...callbacks]) callback(value)
  }
  process.on(event, listener)
  const entry = { callbacks, listener }
  listening.set(event, entry)
  return entry
}

function unlisten(event: string): void {
  const entry = listening.get(event)
  if (entry !== undefined) process.off(event, entry.listener)
  listening.delete(event)
}
