// Each state that the machines have has a colour, a place in the legend, and words on the page: the next one cannot be forgotten.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { type Band, bandOf, bands, bandTitles } from '../../src/inspector/page/model/bands.js'
import { connectionDoes, poolIs, tintOf } from '../../src/inspector/page/model/state-words.js'
import { connectionMachine, poolMachine } from '../../src/machines/index.js'

interface Node {
  readonly states: Readonly<Record<string, Node>>
}

/** The names of the states within, with dots between parents and children. */
const namesIn = (node: Node, path: readonly string[] = []): string[] =>
  Object.entries(node.states).flatMap(([key, child]) => [
    [...path, key].join('.'),
    ...namesIn(child, [...path, key]),
  ])

const ofConnection = namesIn(connectionMachine.root as unknown as Node)
const ofPool = namesIn(poolMachine.root as unknown as Node)

const style = (file: string) =>
  readFileSync(new URL(`../../src/inspector/page/style/${file}`, import.meta.url), 'utf8')
const colours = style('tokens.css')
const rules = style('charts.css')

it('each state of both charts has a colour that the page defines, light and dark', () => {
  for (const state of [...ofConnection, ...ofPool]) {
    const tint = tintOf(state)
    expect(colours.split(`--${tint}:`), `${state}: ${tint}`).toHaveLength(3)
    if (tint !== 'leased') expect(rules, state).toContain(`.box[data-tint="${tint}"]`)
  }
})

it('only the states in which the caller has the connection look like a lease', () => {
  const leased = [...ofConnection, ...ofPool].filter(state => tintOf(state) === 'leased')
  expect(leased.filter(state => state !== 'busy' && !state.startsWith('busy.'))).toEqual([])
})

it('each state of a connection has a band of the lane, which the legend explains, unless nothing is left of it', () => {
  const without = ofConnection.filter(state => bandOf(state) === undefined)
  expect(without).toEqual(['closed'])
  const topStatesOf = (band: Band) =>
    ofConnection.filter(state => !state.includes('.') && bandOf(state) === band)
  expect(Object.fromEntries(bands.map(band => [bandTitles[band], topStatesOf(band)]))).toEqual({
    Idle: ['available', 'idle'],
    Leased: ['busy'],
    'Validating, resetting or in onLend': ['lending', 'validating'],
    Connecting: ['connecting'],
    Closing: ['failed', 'destroyed', 'closing'],
  })
})

it('each state of a connection says in words what the connection does, and those of a lease say it apart', () => {
  const topStates = ofConnection.filter(state => !state.includes('.'))
  expect(topStates.filter(state => connectionDoes(state) === state)).toEqual(
    ['connecting', 'available', 'idle', 'validating', 'failed', 'destroyed', 'closing', 'closed'], // words of their own
  )
  const ofLeases = ofConnection.filter(state => state.startsWith('busy.')).map(connectionDoes)
  expect(new Set(ofLeases).size).toBe(ofLeases.length)
})

it('each state of the pool says in words what the pool is', () => {
  const same = ofPool.filter(state => poolIs(state) === state)
  expect(same).toEqual(['running', 'paused', 'closed']) // words of their own
})
