// A running process, by its inspector's stream.

import { decodeSlice } from '../../recorder/format.js'
import { MessageReader } from '../framing.js'
import {
  type Answer,
  controlHeader,
  type Hello,
  paths,
  protocolVersion,
  type ServerMessage,
} from '../protocol.js'
import { transitionsIn } from './model/transitions.js'
import type { Listener, Source } from './source.js'

const pauses = [300, 600, 1200, 2500, 5000]

/** Where the server is, and what it takes to be let in. */
export interface LiveOptions {
  readonly base: string
  readonly token: string | undefined
  /** For a recording that the server holds: what to do instead of listening. */
  readonly onRecording: (bytes: Uint8Array, hello: Hello) => void
}

const otherVersion = {
  state: 'refused',
  title: 'This page and the program do not fit',
  text: 'They are of different versions of statepool. Reload the page.',
} as const
const refusals: Readonly<Record<number, { readonly title: string; readonly text: string }>> = {
  401: {
    title: 'The address has no valid token',
    text: 'Open the whole address that the program printed, with what comes after the #. A program that was restarted prints a new one.',
  },
  403: {
    title: 'The program does not answer this address',
    text: 'Open the page as 127.0.0.1, [::1] or localhost, as the program printed it.',
  },
}

/** The server's stream, opened again whenever it ends. */
export function live({ base, token, onRecording }: LiveOptions): Source {
  const authorization: Record<string, string> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }
  const post = async (path: string, body: unknown): Promise<Answer> => {
    try {
      const response = await fetch(base + path, {
        method: 'POST',
        headers: { ...authorization, [controlHeader]: '1', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as Answer
    } catch (error) {
      return { ok: false, error: { code: 'UNREACHABLE', message: `The program does not answer: ${error}` } }
    }
  }
  return {
    open: listener => listen(base, authorization, listener, onRecording),
    control: request => post(paths.control, request),
    fault: request => post(paths.faults, request),
  }
}

function listen(
  base: string,
  headers: Record<string, string>,
  listener: Listener,
  onRecording: LiveOptions['onRecording'],
): () => void {
  const ended = new AbortController()
  const { signal } = ended
  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted; ) {
      listener.connection({ state: 'connecting' })
      try {
        const response = await fetch(base + paths.stream, { headers, signal, cache: 'no-store' })
        const refusal = refusals[response.status]
        if (refusal) return listener.connection({ state: 'refused', ...refusal })
        if (!response.ok || response.body === null) throw new Error(`status ${response.status}`)
        const interpreter = new Interpreter(listener, hello => {
          failures = 0
          if (hello.source === 'live') return true
          void fetchRecording(base, headers).then(bytes => onRecording(bytes, hello))
          ended.abort()
          return false
        })
        const reader = response.body.getReader()
        const messages = new MessageReader()
        for (;;) {
          const { done, value } = await reader.read()
          if (done) break
          for (const message of messages.read(value)) if (!interpreter.take(message)) return
        }
      } catch {
        // The program ended, or is not there yet: it is tried again below.
      }
      if (signal.aborted) return
      const pause = pauses[Math.min(failures++, pauses.length - 1)] ?? 5000
      listener.connection({ state: 'lost', retryAt: performance.now() + pause })
      await new Promise(resolve => setTimeout(resolve, pause))
    }
  }
  void run()
  return () => ended.abort()
}

async function fetchRecording(base: string, headers: Record<string, string>): Promise<Uint8Array> {
  const response = await fetch(base + paths.recording, { headers })
  return new Uint8Array(await response.arrayBuffer())
}

/** Turns the server's messages into what the page understands. */
class Interpreter {
  readonly #listener: Listener
  readonly #onHello: (hello: Hello) => boolean
  readonly #names = new Map<number, string[]>()

  constructor(listener: Listener, onHello: (hello: Hello) => boolean) {
    this.#listener = listener
    this.#onHello = onHello
  }

  /** @returns whether to go on */
  take(message: ServerMessage): boolean {
    const listener = this.#listener
    switch (message.type) {
      case 'hello':
        if (message.protocol !== protocolVersion) {
          listener.connection(otherVersion)
          return false
        }
        if (!this.#onHello(message)) return false
        listener.introduce(introductionOf(message))
        listener.connection({ state: 'open' })
        break
      case 'slice':
        this.#slice(message.pool, message.bytes)
        break
      case 'past':
        listener.past(message.pool, message)
        break
      case 'frame':
        listener.frame(message.pool, message)
        break
      case 'dropped':
        listener.missed(message.pool, message.slices)
        break
      case 'gone':
        listener.gone(message.pool)
        break
      case 'faults':
        listener.faults(message.faults)
        break
      case 'system':
        listener.system(message)
    }
    return true
  }

  #slice(pool: number, bytes: Uint8Array): void {
    const slice = decodeSlice(bytes)
    const names = (this.#names.get(pool) ?? []).slice(0, slice.namesBefore)
    names.push(...slice.names)
    this.#names.set(pool, names)
    this.#listener.transitions(pool, transitionsIn(slice.records, names), slice.skipped)
    this.#listener.notices(pool, slice.notices)
  }
}

function introductionOf({
  process,
  allowControl,
  pools,
  faults,
}: Hello): Parameters<Listener['introduce']>[0] {
  return {
    kind: 'live',
    title: `${process.title} · process ${process.pid} · Node.js ${process.node.replace(/^v/, '')}`,
    allowControl,
    faults,
    pools: pools.map(({ clock, ...pool }) => ({ ...pool, wallOffset: clock.wall - clock.pool })),
  }
}
