// What package.json says that it works with is what is tested: `npm run test:peers` takes the oldest of each from there.

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { oldestIn, peers, triedByHand } from '../../scripts/peer-versions/peers.js'

const { peerDependencies, peerDependenciesMeta } = JSON.parse(readFileSync('package.json', 'utf8'))

describe('peers', () => {
  it('are tested, each of them', () => {
    expect([...peers.map(({ name }) => name), ...triedByHand]).toEqual(
      expect.arrayContaining(Object.keys(peerDependencies)),
    )
    expect(peers.flatMap(({ tests }) => tests).filter(file => !existsSync(file))).toEqual([])
  })

  it('are optional, as nobody needs all of them', () => {
    for (const name of Object.keys(peerDependencies))
      expect(peerDependenciesMeta[name]).toEqual({ optional: true })
  })

  it.each(peers.map(({ name, range }) => [name, range]))('%s has an oldest version: %s', (_, range) => {
    expect(oldestIn(range)).toMatch(/^\d+\.\d+\.\d+$/)
  })
})
