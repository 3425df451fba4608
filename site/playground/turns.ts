// Stands for `node:timers/promises` where there is no Node: one turn of the browser's event loop.

const { port1, port2 } = new MessageChannel()
const waiting: (() => void)[] = []
port1.onmessage = () => waiting.shift()?.()

/** Resolves when everything that was set in motion has come to rest. */
export const setImmediate = (): Promise<void> =>
  new Promise(resolve => {
    waiting.push(resolve)
    port2.postMessage(undefined)
  })
