// `viewer()`: the inspector's page on a recording instead of running pools.
import { refuseUnknown } from '../core/names.js'
import { refusal } from '../core/refusal.js'
import { readRecording } from '../recorder/file.js'
import { encode, type Recording } from '../recorder/format.js'
import { answerNode } from './adapters.js'
import { addressOf } from './address.js'
import { failure } from './controls.js'
import { encodeMessage } from './framing.js'
import { type InspectorOptions, parseInspectorOptions } from './options.js'
import { PageFiles } from './page-files.js'
import { type Answer, type Hello, protocolVersion } from './protocol.js'
import { type Listening, listen } from './server.js'
import { type Backend, Site } from './site.js'

/** The options of {@link viewer}. */
export interface ViewerOptions extends Pick<InspectorOptions, 'port' | 'host' | 'hosts' | 'token'> {
  /** The recording, or the path of its file, compressed or not. */
  readonly recording: Recording | string
  /** The port of the server. Default 0 = any free one. */
  readonly port?: number | undefined
}

/** A recording that can be looked at. */
export interface RecordingViewer extends AsyncDisposable {
  /** The address to open, with its token. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Shows a recording in a browser: the same page that shows running pools, which plays it at any speed. Keeps the process alive until it is
 * closed.
 * @throws OptionsError for bad options; RecordingError when the file is no recording; the error of `fs` when it cannot be read, and of the
 *   server when it cannot listen.
 */
export async function viewer(options: ViewerOptions): Promise<RecordingViewer> {
  refuseUnknown('viewer', options, ['recording', 'port', 'host', 'hosts', 'token'])
  const { recording, ...rest } = options
  const { port, ...parsed } = parseInspectorOptions(rest)
  if (port === false) throw refusal('port', port, 'an integer from 0 (any free port) to 65535')
  const backend = new RecordedBackend(
    typeof recording === 'string' ? await readRecording(recording) : recording,
  )
  const site = new Site(parsed.base, parsed, new PageFiles(), backend)
  const listening = await listen(
    {
      node: (request, response) => void answerNode(site, request, response),
      upgrade: (_request, socket) => socket.destroy(),
    },
    { port, host: parsed.host, keepsAlive: true },
  )
  return new RunningViewer(listening, addressOf(parsed.host, listening.port, parsed.base, parsed.viewToken))
}

class RunningViewer implements RecordingViewer {
  readonly url: string
  readonly #listening: Listening

  constructor(listening: Listening, url: string) {
    this.#listening = listening
    this.url = url
  }

  get port(): number {
    return this.#listening.port
  }

  close(): Promise<void> {
    return this.#listening.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Says that there is a recording, and has its file. */
class RecordedBackend implements Backend {
  readonly recording: Uint8Array
  readonly #hello: Hello

  constructor(recording: Recording) {
    this.recording = encode(recording)
    const { pid, version, title } = process
    const clock = { pool: 0, wall: recording.startedAt }
    this.#hello = {
      type: 'hello',
      protocol: protocolVersion,
      source: 'recording',
      process: { pid, node: version, title },
      allowControl: false,
      pools: [{ id: 0, ...recording.pool, target: '', clock }],
      faults: [],
    }
  }

  view(): ReadableStream<Uint8Array> {
    const hello = encodeMessage(this.#hello)
    return new ReadableStream({
      start(controller) {
        controller.enqueue(hello)
        controller.close()
      },
    })
  }

  async control(): Promise<Answer> {
    return failure('RECORDING', 'A recording cannot be controlled.')
  }

  async fault(): Promise<Answer> {
    return this.control()
  }
}
