// The bare machines beside a running system: each has a twin that is fed the same events, and decides by its own chart alone.
import { type AnyActorRef, type AnyStateMachine, createActor, type InspectionEvent } from 'xstate'
import {
  type ConnectionFacts,
  type ConnectionInput,
  connectionMachine,
  type PoolContext,
  poolMachine,
  type Request,
} from '../../src/machines/index.js'

/** What a machine reads of the world around it, at one moment. */
interface Moment {
  /** Of the pool's index of its connections, and of those who wait. */
  readonly figures: Readonly<Record<string, number | boolean>>
  readonly now: number
  /** Of a connection: what the driver and other callers did to it. */
  readonly generation?: number
  readonly lingers?: boolean
  readonly request?: Request | undefined
}

type Sent = Extract<InspectionEvent, { type: '@xstate.event' }>['event']

/** No timer of a twin ever rings: it is fed the running actor's timeouts. */
const stopped = { setTimeout: () => 0, clearTimeout: () => {} }

/**
 * Follows a running system by its inspection events, and compares after each step. What the machines are given from outside (the time, the pool's
 * index of its connections, the queue) a twin sees as the running actor saw it, action by action; everything else it must know
 * by itself: its state, its facts, and its counts of failures.
 */
export class BareTwins {
  readonly differences: string[] = []
  readonly #twins = new Map<AnyActorRef, Twin>()
  /** By the names that events have for them. */
  readonly #byId = new Map<string, Twin>()
  /** What actors were sent in the midst of their start. */
  #early: [AnyActorRef, Sent][] = []
  steps = 0

  /** Takes one of XState's inspection events. */
  readonly see = (event: InspectionEvent): void => {
    const actor = event.actorRef as AnyActorRef
    const twin = this.#twins.get(actor)
    if (event.type === '@xstate.snapshot') {
      if (twin === undefined) this.#begin(actor)
      else if (event.event.type !== 'xstate.init') this.#step(twin, event.event.type)
    } else if (twin === undefined) {
      if (event.type === '@xstate.event') this.#early.push([actor, event.event])
    } else if (event.type === '@xstate.event') twin.receive(this.#amongTwins(event.event))
    else if (event.type === '@xstate.action') twin.passAction(event.action.type)
    else if (event.type === '@xstate.microstep') twin.passMicrostep()
  }

  #begin(actor: AnyActorRef): void {
    const twin = new Twin(actor)
    this.#twins.set(actor, twin)
    this.#byId.set(actor.id, twin)
    this.#compare(twin, 'its start')
    for (const [to, event] of this.#early)
      if (to === actor && event.type !== 'xstate.init') twin.receive(event)
    this.#early = this.#early.filter(([to]) => to !== actor)
  }

  #step(twin: Twin, event: string): void {
    this.steps++
    if (!twin.isAhead()) twin.process()
    this.#compare(twin, event)
  }

  /** The event, with the twin's facts for the connection's. Asked for before the event is processed, which may open another one of that name. */
  #amongTwins(event: Sent): Sent {
    if ('connection' in event)
      return { ...event, connection: this.#byId.get((event.connection as ConnectionFacts).id)?.facts }
    if (!('output' in event)) return event
    const ended = this.#byId.get((event as unknown as { actorId: string }).actorId)
    ended?.hurry() // the pool hears of an end before inspectors do
    return { ...event, output: ended?.facts }
  }

  #compare(twin: Twin, what: string): void {
    const [running, bare] = twin.told().map(each => JSON.stringify(each))
    if (running !== bare)
      this.differences.push(`${twin.id}, after ${what}:\n  runs  ${running}\n  alone ${bare}`)
  }
}

class Twin {
  readonly id: string
  readonly #running: AnyActorRef
  readonly #bare: AnyActorRef
  readonly #machine: AnyStateMachine
  /** Received, and not processed yet. */
  readonly #inbox: Sent[] = []
  /** The moments of the event that is being processed: the first one, and one after each action. */
  #moments: Moment[] = []
  #actions = 0
  #isAhead = false
  /** The moment that the twin is in. */
  #at = 0
  readonly #requests = new WeakMap<Request, { waits: boolean }>()
  /** What a connection's twin remembers. */
  readonly facts: ConnectionFacts | undefined

  constructor(running: AnyActorRef) {
    this.id = running.id
    this.#running = running
    const { context, machine } = running.getSnapshot()
    this.#machine = machine.id === poolMachine.id ? poolMachine : connectionMachine
    this.facts = this.#isPool ? undefined : this.#factsLike(context.facts)
    this.#moments = [this.#look()]
    this.#bare = createActor(
      machinesOfTwins.get(this.#machine) as AnyStateMachine,
      {
        clock: stopped,
        input: this.#isPool ? this.#poolInput(context) : this.#connectionInput(context),
      } as object,
    )
    twins.set(this.#bare, this)
    this.#bare.start()
    this.#at = 0
  }

  get #isPool(): boolean {
    return this.#machine.id === poolMachine.id
  }

  receive(event: Sent): void {
    if (this.#running.getSnapshot().status !== 'active') return
    if (this.#inbox.push(event) === 1) this.#open()
  }

  passAction(type: string): void {
    if (isPlain(this.#machine.implementations.actions[type]) && this.#inbox.length > 0)
      this.#moments[this.#actions++] = this.#look()
  }

  passMicrostep(): void {
    this.#moments[this.#actions] = this.#look()
  }

  /** Does alone what the running actor has just done. */
  process(): void {
    const event = this.#inbox[0] as Sent
    this.#moments[this.#actions] = this.#look()
    this.#at = 0
    this.#live()
    const request = (event as { request?: Request }).request
    this.#bare.send(
      !this.#isPool && request !== undefined ? { ...event, request: this.#standIn(request) } : event,
    )
    this.#inbox.shift()
    if (this.#inbox.length > 0) this.#open()
  }

  /** Does what the running actor has done already, before anyone is told. */
  hurry(): void {
    if (this.#inbox.length === 0) return
    this.process()
    this.#isAhead = true
  }

  /** Whether it has done this step already. */
  isAhead(): boolean {
    const was = this.#isAhead
    this.#isAhead = false
    return was
  }

  /** What the running machine and the bare one say, in words that are the same if they agree. */
  told(): [unknown, unknown] {
    const [runs, alone] = [this.#running.getSnapshot(), this.#bare.getSnapshot()]
    const states = [runs, alone].map(({ status, value }) => ({ status, value })) as [object, object]
    if (this.#isPool)
      return [runs, alone].map(({ context }, i) => [states[i], poolFigures(context)]) as [unknown, unknown]
    const { request } = runs.context.facts
    return [
      [states[0], connectionFigures(runs.context.facts), request !== undefined],
      [states[1], connectionFigures(this.facts as ConnectionFacts), this.facts?.request !== undefined],
    ]
  }

  /** An event begins to be processed. */
  #open(): void {
    this.#actions = 0
    this.#moments = [this.#look()]
    const { request } = this.#inbox[0] as { request?: Request }
    if (!this.#isPool && request !== undefined) this.#standIn(request).waits = request.waits
  }

  /** What surrounds the running actor now. */
  #look(): Moment {
    const { context } = this.#running.getSnapshot()
    if (this.#isPool) {
      const { total, connecting, established, idle, wasUp, served } = context.roster
      const { length, newest } = context.queue
      return {
        figures: { total, connecting, established, idle, wasUp, served, length, newest },
        now: context.world.now(),
      }
    }
    const { facts, queue, generation } = context as ConnectionInput
    const { request, lingers } = facts
    if (request !== undefined) this.#standIn(request)
    return {
      figures: { length: queue.length, open: queue.open },
      now: 0,
      generation: generation.current,
      lingers,
      // A copy, for whether the caller still waits changes.
      request: request && Object.create(request, { waits: { value: request.waits, enumerable: true } }),
    }
  }

  get #moment(): Moment {
    return (this.#moments[this.#at] ?? this.#moments.at(-1)) as Moment
  }

  /** Lets the twin see what came from outside by this moment. */
  #live(): void {
    const { lingers, request } = this.#moment
    if (this.facts === undefined) return
    this.facts.lingers = lingers as boolean
    if (request !== undefined) this.#standIn(Object.getPrototypeOf(request)).waits = request.waits
  }

  /** A request as the twin has it: when it is settled, the twin learns as late as the running actor did. */
  #standIn(request: Request): { waits: boolean } {
    const known = this.#requests.get(request)
    if (known !== undefined) return known
    const made = { waits: request.waits }
    this.#requests.set(request, made)
    return made
  }

  /** One of its machine's actions has been done: its time goes on. */
  endAction(): void {
    this.#at++
    this.#live()
  }

  #poolInput({ name, size, maxWaiting, whenDown }: PoolContext): object {
    const figures = this.#figures(['total', 'connecting', 'established', 'idle', 'wasUp', 'served'])
    const queue = Object.defineProperties(
      { open: true },
      Object.getOwnPropertyDescriptors(this.#figures(['length', 'newest'])),
    )
    const world = { now: () => this.#moment.now, random: () => 0 }
    return { name, size, maxWaiting, whenDown, roster: figures, queue, world }
  }

  #connectionInput({ pool, policy }: ConnectionInput): object {
    const next = () => {
      if (this.#moment.figures.length === 0) return undefined
      const taken = this.#moments[this.#at + 1]?.request
      return taken === undefined ? { waits: true } : this.#standIn(Object.getPrototypeOf(taken))
    }
    const moment = () => this.#moment
    return {
      pool,
      policy,
      facts: this.facts,
      queue: Object.assign(this.#figures(['length', 'open']), { next }),
      generation: {
        get current() {
          return moment().generation
        },
      },
    }
  }

  #figures(names: readonly string[]): object {
    const get = (name: string) => ({ enumerable: true, get: () => this.#moment.figures[name] })
    return Object.defineProperties({}, Object.fromEntries(names.map(name => [name, get(name)])))
  }

  #factsLike({
    id,
    serial,
    retireAt,
    idleSince,
    provenAt,
    provenIn,
    uses,
    openedAt,
    lingers,
  }: ConnectionFacts): ConnectionFacts {
    return {
      id,
      serial,
      retireAt,
      idleSince,
      provenAt,
      provenIn,
      uses,
      openedAt,
      lingers,
      request: undefined,
      ending: undefined,
    }
  }
}

const isPlain = (action: unknown): boolean => typeof action === 'function' && !('resolve' in action)

const twins = new WeakMap<AnyActorRef, Twin>()

/** The machines as they are, but that a twin's time goes on after each of its actions. Provided once: that reads the whole chart. */
const machinesOfTwins = new Map<AnyStateMachine, AnyStateMachine>(
  [poolMachine, connectionMachine].map(machine => [machine, withEndOfActions(machine)]),
)

function withEndOfActions(machine: AnyStateMachine): AnyStateMachine {
  const actions = Object.entries(machine.implementations.actions).map(([name, action]) => [
    name,
    isPlain(action)
      ? (given: { self: AnyActorRef }, params: unknown) => {
          ;(action as (...given: unknown[]) => void)(given, params)
          twins.get(given.self)?.endAction()
        }
      : action,
  ])
  return machine.provide({ actions: Object.fromEntries(actions) })
}

function connectionFigures({
  openedAt,
  idleSince,
  provenAt,
  provenIn,
  uses,
  lingers,
  ending,
}: ConnectionFacts): unknown {
  return {
    openedAt,
    idleSince,
    provenAt,
    provenIn,
    uses,
    lingers,
    ending: ending && [ending.reason, String(ending.error)],
  }
}

/** All that the pool's machine decides by, but what it is given. The running system has a better word for the error. */
function poolFigures({ roster: _, world: __, queue, lastConnectError, ...rest }: PoolContext): unknown {
  return { ...rest, failed: lastConnectError !== undefined, open: queue.open }
}
