// The states and transitions in the config of any XState machine, as `@statelyai/inspect` sends it.

/** A state: its name is its keys from below the root, with dots. */
export interface ForeignState {
  readonly name: string
  readonly key: string
  readonly parent: string | undefined
  readonly isFinal: boolean
  /** The name of the child that it begins in. */
  readonly initial: string | undefined
}

export interface ForeignWay {
  readonly from: string
  readonly to: string
  readonly title: string
}

export interface ForeignMachine {
  readonly name: string
  readonly initial: string | undefined
  readonly states: readonly ForeignState[]
  readonly ways: readonly ForeignWay[]
}

interface Config {
  readonly id?: unknown
  readonly type?: unknown
  readonly initial?: unknown
  readonly states?: Readonly<Record<string, Config>>
  readonly on?: unknown
  readonly after?: unknown
  readonly always?: unknown
  readonly onDone?: unknown
  readonly invoke?: unknown
}

/** Reads a config; undefined if it is none of a machine with states. */
export function readMachine(definition: unknown): ForeignMachine | undefined {
  if (!isConfig(definition) || definition.states === undefined) return undefined
  const states: ForeignState[] = []
  const ids = new Map<string, string>()
  const configs = new Map<string, Config>()
  const collect = (config: Config, name: string): void => {
    for (const [key, child] of Object.entries(config.states ?? {})) {
      if (!isConfig(child)) continue
      const path = name === '' ? key : `${name}.${key}`
      configs.set(path, child)
      if (typeof child.id === 'string') ids.set(child.id, path)
      states.push({
        name: path,
        key,
        parent: name === '' ? undefined : name,
        isFinal: child.type === 'final',
        initial: typeof child.initial === 'string' ? `${path}.${child.initial}` : undefined,
      })
      collect(child, path)
    }
  }
  collect(definition, '')
  const name = typeof definition.id === 'string' ? definition.id : 'machine'
  const ways: ForeignWay[] = []
  for (const [from, config] of [['', definition] as const, ...configs]) {
    for (const { target, title } of targetsOf(config)) {
      const to = resolve(target, from, name, ids, configs)
      if (to !== undefined) ways.push({ from, to, title })
    }
  }
  return {
    name,
    states,
    ways,
    initial: typeof definition.initial === 'string' ? definition.initial : undefined,
  }
}

const isConfig = (value: unknown): value is Config => typeof value === 'object' && value !== null

function targetsOf({ on, after, always, onDone, invoke }: Config): { target: string; title: string }[] {
  const listed = (answers: unknown, title: (name: string) => string) =>
    isRecord(answers)
      ? Object.entries(answers).flatMap(([name, answer]) =>
          targetsIn(answer).map(target => ({ target, title: title(name) })),
        )
      : []
  return [
    ...listed(on, name => name),
    ...listed(after, name => `after ${name}`),
    ...targetsIn(always).map(target => ({ target, title: 'always' })),
    ...targetsIn(onDone).map(target => ({ target, title: 'done' })),
    ...(Array.isArray(invoke) ? invoke : [invoke]).filter(isRecord).flatMap(outcomesOf),
  ]
}

/** Where an actor's end leads that runs while a state is active. */
function outcomesOf({ id, src, onDone, onError, onSnapshot }: Record<string, unknown>) {
  const named = [src, isRecord(src) ? src.type : undefined, id].find(name => typeof name === 'string')
  const outcomes = { done: onDone, error: onError, snapshot: onSnapshot }
  return Object.entries(outcomes).flatMap(([outcome, answer]) =>
    targetsIn(answer).map(target => ({ target, title: `${outcome} of ${named ?? 'its actor'}` })),
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function targetsIn(answer: unknown): string[] {
  if (typeof answer === 'string') return [answer]
  if (Array.isArray(answer)) return answer.flatMap(targetsIn)
  return isRecord(answer) ? targetsIn(answer.target) : []
}

/** `.child`, `#id`, `#id.child`, or a sibling: as XState reads targets. */
function resolve(
  target: string,
  from: string,
  machine: string,
  ids: ReadonlyMap<string, string>,
  states: ReadonlyMap<string, unknown>,
): string | undefined {
  const parent = from.includes('.') ? from.slice(0, from.lastIndexOf('.')) : ''
  const below = (start: string, rest: string): string =>
    start === '' ? rest : rest === '' ? start : `${start}.${rest}`
  if (target.startsWith('.')) return known(below(from, target.slice(1)), states)
  if (!target.startsWith('#')) return known(below(from === '' ? '' : parent, target), states)
  const [id = '', ...rest] = target.slice(1).split('.')
  const start = id === machine ? '' : ids.get(id)
  return start === undefined ? undefined : known(below(start, rest.join('.')), states)
}

const known = (name: string, states: ReadonlyMap<string, unknown>): string | undefined =>
  states.has(name) ? name : undefined
