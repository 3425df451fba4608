// Where XState is built differently from what the compiler knows, machines are left to it, and all goes on.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type * as XState from 'xstate'
import type * as Room from '../../src/machines/compiled/index.js'
import { alteredXState, entryOf } from '../support/altered-xstate.js'

/** Names that XState does not publish, and what its action and guard creators put on their functions. */
const internals =
  '_processingStatus _relay _register _deferred _actorScope _snapshot _error update mailbox _active _current _last flush observers _process _send _sendInspectionEvent _nodes getTransitionData resolve execute assignment check transitions historyValue implementations order'.split(
    ' ',
  )

const folder = mkdtempSync(join(tmpdir(), 'statepool-canary-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let source: string
beforeAll(async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: "export * from './index.ts'; export * as xstate from 'xstate'",
      resolveDir: fileURLToPath(new URL('../../src/machines/compiled', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    external: ['xstate'],
    write: false,
  })
  source = outputFiles[0]?.text ?? ''
})

type Loaded = typeof Room & { readonly xstate: typeof XState }

/** The compiler, loaded with a copy of XState; what the process is warned of ends in `warnings`. */
async function loadWith(renamed: string): Promise<Loaded> {
  const file = join(folder, `${renamed}.mjs`)
  const url = pathToFileURL(entryOf(alteredXState(renamed, folder))).href
  writeFileSync(file, source.replace(/from "xstate"/g, `from ${JSON.stringify(url)}`))
  return import(file)
}

/** A parent with children that come, work and go, as a pool with its connections; what was seen of them. */
function life({ compiled, deliver, adopt, dismiss, lighten, onClock, xstate }: Loaded): unknown[] {
  const { assign, createActor, createMachine } = xstate
  const seen: unknown[] = []
  const child = compiled(
    createMachine({
      initial: 'idle',
      states: {
        idle: { entry: () => seen.push('idle'), on: { lend: 'busy', end: 'ended' } },
        busy: { on: { give: 'idle' } },
        ended: { type: 'final' },
      },
    }),
  )
  const machine = createMachine({
    context: { ended: 0 },
    on: {
      open: {
        actions: ({ self }) => {
          const opened = createActor(child, { id: 'child', parent: self as never })
          adopt(self, opened)
          opened.start()
          lighten(opened)
        },
      },
      'xstate.done.actor.*': {
        actions: [
          assign({ ended: ({ context }) => context.ended + 1 }),
          ({ self }) => dismiss(self, 'child'),
        ],
      },
    },
  })
  const parent = createActor(compiled(machine)).start()
  deliver(parent, { type: 'open' })
  const opened = parent.getSnapshot().children.child as XState.AnyActorRef
  for (const type of ['lend', 'give', 'end']) {
    deliver(opened, { type })
    seen.push(opened.getSnapshot().value, Object.keys(parent.getSnapshot().children))
  }
  parent.stop()
  const clock = new xstate.SimulatedClock()
  const alarm = compiled(
    createMachine({ initial: 'set', states: { set: { after: { 5: 'rung' } }, rung: {} } }),
  )
  const onItsClock = Object.assign(Object.create(alarm), {
    getInitialSnapshot(scope: XState.AnyActorScope, input: never) {
      Object.assign(scope, { system: onClock(scope.system, clock) })
      return alarm.getInitialSnapshot(scope, input)
    },
  }) as typeof alarm
  const rings = createActor(onItsClock).start()
  clock.increment(5)
  return [...seen, parent.getSnapshot().context, rings.getSnapshot().value]
}

const expected = ['idle', 'busy', ['child'], 'idle', 'idle', ['child'], 'ended', [], { ended: 1 }, 'rung']

describe.each(internals)('an XState in which %s is another word', renamed => {
  it('runs everything as before; where the compiler is no good with it, the process is warned once', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {})
    try {
      const loaded = await loadWith(renamed)
      const machine = loaded.xstate.createMachine({})
      const isLeft = loaded.compiled(machine) === machine
      expect(life(loaded)).toEqual(expected)
      const told = [
        expect.stringMatching(/in XState's interpreter: XState \d+\.\d+\.\d+ works differently inside/),
        expect.objectContaining({ code: 'STATEPOOL_XSTATE' }),
      ]
      expect(warn.mock.calls).toEqual(isLeft ? [told] : [])
    } finally {
      warn.mockRestore()
    }
  })
})
