// Random machines: trees of states up to three deep, with everything that XState lets one write in them.

import fc from 'fast-check'
import { type AnyStateMachine, createMachine, fromPromise } from 'xstate'
import {
  actionParts,
  descriptors,
  guard,
  guardParts,
  oddAction,
  type Part,
  plainAction,
  type Record,
} from './random-actions.js'

/** A machine that can be made several times, each with a record of its own. */
export type RandomMachine = (record: Record) => AnyStateMachine

type Config = { [key: string]: unknown }
type Make = (record: Record) => unknown

const depthOf = (parents: readonly number[], node: number): number =>
  node === 0 ? 0 : 1 + depthOf(parents, parents[node] as number)

/** `parents[i]` is the parent of state `i`; state 0 is the machine's root. */
const tree: fc.Arbitrary<number[]> = fc
  .array(fc.nat({ max: 20 }), { minLength: 2, maxLength: 8 })
  .map(picks => {
    const parents = [-1]
    for (const [index, pick] of picks.entries()) {
      const possible = Array.from({ length: index + 1 }, (_, node) => node)
      const shallow = possible.filter(node => depthOf(parents, node) < 3)
      parents.push(index < 2 ? 0 : (shallow[pick % shallow.length] as number))
    }
    return parents
  })

const all =
  (parts: readonly Part[]): Make =>
  record =>
    parts.map(part => part(record))

function transition(states: number, odd: boolean): fc.Arbitrary<Make> {
  return fc
    .record({
      target: fc.option(fc.nat({ max: states - 1 }), { freq: 5 }),
      guard: fc.option(guard(states), { freq: 2 }),
      actions: actions(odd, 2),
      reenter: fc.option(fc.boolean(), { freq: 2 }),
    })
    .map(({ target, guard, actions, reenter }) => record => ({
      ...(target === null ? {} : { target: `#s${target}` }),
      ...(guard === null ? {} : { guard: guard(record) }),
      ...(reenter === null ? {} : { reenter }),
      actions: actions(record),
    }))
}

const actions = (odd: boolean, most: number): fc.Arbitrary<Make> =>
  fc
    .array(
      odd
        ? fc.oneof({ weight: 8, arbitrary: plainAction }, { weight: 1, arbitrary: oddAction })
        : plainAction,
      {
        maxLength: most,
      },
    )
    .map(all)

const list =
  (makes: readonly Make[]): Make =>
  record =>
    makes.map(make => make(record))

/** What every state may have; `kind` and the like decide in {@link randomMachine} what it becomes. */
const stateParts = (states: number, odd: boolean) => {
  const some = (most: number) =>
    fc.array(transition(states, odd), { minLength: 1, maxLength: most }).map(list)
  const rare = fc.integer({ min: 0, max: 19 })
  return fc.record({
    on: fc.array(fc.tuple(fc.constantFrom(...descriptors), fc.option(some(3), { freq: 8 })), {
      maxLength: 3,
    }),
    entry: actions(odd, 1),
    exit: actions(odd, 1),
    initial: actions(odd, 1),
    always: fc.option(some(2), { freq: 2 }),
    done: fc.option(some(1), { freq: 2 }),
    tags: fc.subarray(['red', 'green']),
    meta: fc.option(fc.nat({ max: 3 }), { freq: 2 }),
    rare,
    odder: rare,
  })
}

type StateParts = typeof stateParts extends (...args: never) => fc.Arbitrary<infer T> ? T : never

function configOf(
  parents: readonly number[],
  parts: readonly StateParts[],
  odd: boolean,
  record: Record,
): Config {
  const build = (node: number): Config => {
    const part = parts[node] as StateParts
    const children = parents.flatMap((parent, child) => (parent === node ? [child] : []))
    const leaf = children.length === 0
    const isHistory = (child: number): boolean =>
      odd && parts[child]?.rare === 0 && !parents.includes(child) && children[0] !== child
    const own: Config = {
      id: `s${node}`,
      entry: part.entry(record),
      exit: part.exit(record),
      tags: part.tags,
      on: Object.fromEntries(part.on.map(([descriptor, make]) => [descriptor, make?.(record)])),
      ...(part.meta === null ? {} : { meta: { of: part.meta } }),
      ...(part.always !== null && part.rare > 16 ? { always: part.always(record) } : {}),
      ...(part.done === null || leaf ? {} : { onDone: part.done(record) }),
    }
    if (leaf && part.rare === 1)
      return { ...own, type: 'final', on: {}, ...(part.meta === null ? {} : { output: { of: node } }) }
    if (odd && part.odder === 0) own.after = { 10: part.on[0]?.[1]?.(record) ?? [] }
    if (odd && part.odder === 1)
      own.invoke = { src: fromPromise(() => new Promise(() => {})), id: `invoked${node}` }
    if (leaf) return own
    const states = Object.fromEntries(
      children.map(child => [
        `k${child}`,
        isHistory(child) ? { id: `s${child}`, type: 'history' } : build(child),
      ]),
    )
    if (odd && part.odder === 2) return { ...own, type: 'parallel', states }
    return { ...own, initial: { target: `k${children[0]}`, actions: part.initial(record) }, states }
  }
  return build(0)
}

/** `odd` machines also have parallel states, histories, invokes, delays and the like: what is not replayed. */
export const randomMachine = (odd: boolean): fc.Arbitrary<RandomMachine> =>
  tree.chain(parents =>
    fc
      .array(stateParts(parents.length, odd), { minLength: parents.length, maxLength: parents.length })
      .map(parts => {
        const make: RandomMachine = record => {
          const implementations = (of: { readonly [name: string]: Part }) =>
            Object.fromEntries(Object.entries(of).map(([name, part]) => [name, part(record)]))
          const config = {
            ...configOf(parents, parts, odd, record),
            context: () => ({ n: 0 }),
            output: ({ context, event }: { context: object; event: object }) => ({ context, event }),
            options: { maxIterations: 12 },
          }
          return createMachine(
            config as never,
            {
              actions: implementations(actionParts),
              guards: implementations(guardParts),
            } as never,
          )
        }
        const print = () =>
          JSON.stringify(
            configOf(parents, parts, odd, () => {}),
            inFull,
            1,
          )
        return Object.assign(make, { [fc.toStringMethod]: print })
      }),
  )

/** Shows a failing machine with its functions named. */
const inFull = (_key: string, value: unknown): unknown =>
  typeof value === 'function' ? { ...value, function: value.name } : value
