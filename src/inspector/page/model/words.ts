// Figures and notices as sentences.

import type { FrameHost, Notice } from '../../../recorder/format.js'

/** `12 ms`, `1.8 s`, `4 min 10 s`, `2 h 5 min`. */
export function duration(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return 'no limit'
  const ms = Math.max(0, milliseconds)
  if (ms < 1) return ms === 0 ? '0 ms' : '<1 ms'
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`
  const hours = Math.floor(minutes / 60)
  return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
}

/** For narrow places: `840 ms`, `74 s`, `12 min`, `3 h`. */
export function brief(milliseconds: number): string {
  if (milliseconds < 100_000)
    return milliseconds < 1000 ? duration(milliseconds) : `${Math.floor(milliseconds / 1000)} s`
  return milliseconds < 5_400_000
    ? `${Math.round(milliseconds / 60_000)} min`
    : `${Math.round(milliseconds / 3_600_000)} h`
}

/** `1,234`; `12.3k` and `4.5M` above ten thousand. */
export function count(value: number): string {
  if (value < 10_000) return Math.round(value).toLocaleString('en-US')
  if (value < 1_000_000) return `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)}k`
  return `${(value / 1_000_000).toFixed(1)}M`
}

/** `1 caller`, `2 callers`. */
export const counted = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`

/** The time of day, to the millisecond. */
export function clockTime(wall: number): string {
  const date = new Date(wall)
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`
}

/** When something happened: the time of day, or in simulated time how long after its beginning. */
export const momentOf = (at: number, wallOffset: number): string =>
  at + wallOffset > years ? clockTime(at + wallOffset) : elapsedTime(at)

/** No program of today runs in 1973, but simulated time may begin at zero. */
const years = 1e11

/** `0:42.350` since the clock's zero, for pools in simulated time. */
export function elapsedTime(at: number): string {
  const minutes = Math.floor(at / 60_000)
  return `${minutes}:${((at % 60_000) / 1000).toFixed(3).padStart(6, '0')}`
}

/** The line of a stack to look at first: of the app's own code. */
export function firstUsefulLine(stack: string): string {
  const lines = stack.split('\n').map(line => line.trim())
  return (
    lines.find(line => line !== '' && !/[/\\]node_modules[/\\]|\(?node:/.test(line)) ??
    lines[0] ??
    ''
  ).replace(/^at /, '')
}

/** `listOrders · list.ts:42` of `listOrders (/app/src/orders/list.ts:42:31)`. */
export function shortly(line: string): string {
  const [, name, file, row] =
    /^(?:async )?(.*?) ?\(?(?:[^()\s]*[/\\])?([^/\\()\s]+?):(\d+)(?::\d+)?\)?$/.exec(line) ?? []
  if (file === undefined) return line
  return name === undefined || name === '' ? `${file}:${row}` : `${name} · ${file}:${row}`
}

/** A stack's lines, without what they begin with. */
export const withoutIndent = (stack: string): string => stack.replace(/^\s+(at )?/gm, '')

type Tone = 'good' | 'plain' | 'warn' | 'bad'

const number = (value: unknown): number => (typeof value === 'number' ? value : 0)
const because = ({ error }: Notice): string => {
  if (error === undefined || error === null) return ''
  const { message, code, name } = error
  // What stands in parentheses is of this one caller: without it, equal ones are told together.
  return `: ${(message ?? code ?? name ?? 'error').split('\n')[0]?.replace(/ \([^()]*\)(?=\.?$)/, '')}`
}

const sentences: Readonly<Record<string, (notice: Notice) => readonly [Tone, string]>> = {
  'acquire.timedOut': each => [
    'bad',
    `A caller waited ${duration(number(each.waited))} in vain${because(each)}`,
  ],
  'acquire.aborted': each => ['plain', `A caller gave up after ${duration(number(each.waited))}`],
  'acquire.refused': each => ['bad', `The pool refused a caller${because(each)}`],
  'acquire.deadlocked': each => ['bad', `A caller waits for itself${because(each)}`],
  'acquire.requested': () => ['plain', 'A caller asks for a connection'],
  'acquire.granted': each => ['plain', `Lease ${each.lease} after ${duration(number(each.waited))}`],
  'lease.released': each => ['plain', `Lease ${each.lease} released after ${duration(number(each.heldFor))}`],
  'lease.destroyed': each => [
    'warn',
    `The holder of lease ${each.lease} destroyed its connection${because(each)}`,
  ],
  'lease.revoked': each => ['bad', `The pool revoked lease ${each.lease}${because(each)}`],
  'lease.leaked': each => [
    'bad',
    `Lease ${each.lease} has been held for ${duration(number(each.heldFor))}: a leak?`,
  ],
  'lease.recovered': each => [
    'good',
    `Lease ${each.lease}, reported as a leak, ended after ${duration(number(each.heldFor))}`,
  ],
  'connection.connecting': () => ['plain', 'The pool opens a connection'],
  'connection.ready': each => ['good', `Connected in ${duration(number(each.took))}`],
  'connection.failed': each => [
    'bad',
    `Could not connect${because(each)}`.replace(/^Could not connect: (?=Could not)/, ''),
  ],
  'connection.lost': each => ['bad', `Lost: the database or the network closed it${because(each)}`],
  'connection.closed': each => ['plain', `Closed${each.reason === undefined ? '' : `: ${each.reason}`}`],
  'pool.resized': each => ['plain', `Resized to min ${each.min}, max ${each.max}`],
  'pool.ready': () => ['good', 'The pool is ready'],
  'pool.down': each => [
    'bad',
    `Connects fail${because(each)}; next try in ${duration(number(each.retryIn))}`,
  ],
  'pool.recovered': each => ['good', `The pool is no longer down, after ${number(each.failures)} failures`],
  'pool.heldBack': each => [
    'warn',
    `Wants one more connection, and ${each.budget} has none left (max ${each.max})`,
  ],
  'pool.budgetAway': each => [
    'bad',
    `${each.budget} does not answer${because(each)}: no connection is opened beyond ${number(each.floor)}`,
  ],
  'pool.budgetBack': () => ['good', 'The engine that keeps the budget answers again'],
  'pool.overloaded': each => [
    'bad',
    `The pool is overloaded: a caller has waited ${duration(number(each.delay))}, ${number(each.waiting)} wait`,
  ],
  'pool.eased': each => [
    'good',
    `The overload is over, after ${duration(number(each.lasted))} and ${number(each.shed)} callers refused`,
  ],
  'pool.paused': () => ['warn', 'The pool is paused'],
  'pool.resumed': () => ['good', 'The pool is resumed'],
  'pool.evicted': () => ['plain', 'Every connection is being replaced'],
  'pool.draining': () => ['warn', 'The pool is closing: it waits for leases'],
  'pool.closed': () => ['plain', 'The pool is closed'],
}

/** What happened, and how good or bad that is. */
export function sentenceOf(notice: Notice): { readonly tone: Tone; readonly text: string } {
  const [tone, text] = sentences[notice.type]?.(notice) ?? ['plain', notice.type]
  return { tone, text }
}

/** What an adaptive pool does about its size. */
export function sizeWords({ state, limit }: { readonly state: string; readonly limit: number }): string {
  const what =
    state === 'holding'
      ? 'holds the best size'
      : state === 'trying'
        ? 'tries one connection more'
        : 'looks for the best size'
  return `${what} up to ${count(limit)}`
}

/** `9 of at most 10 connections open`. As wide for each number up to `max` (a figure space is a digit wide), so that nothing moves when it changes. */
export const openOfMost = (open: number, max: number): string =>
  `${count(open).padStart(count(max).length, '\u2007')} of at most ${counted(max, 'connection')} open`

/** `Host db2:5432 · standby · up`. */
export function hostWords({ name, state }: FrameHost): string {
  const known = { primary: 'primary · up', standby: 'standby · up', down: 'down', unknown: 'not known yet' }
  return `Host ${name} · ${known[state]}`
}
