// The lives that the playground shows are those of `simulate`: recording one changes nothing in it.
import { expect, it } from 'vitest'
import { recordLife } from '../../site/playground/life.js'
import { decode } from '../../src/recorder/format.js'
import { simulate } from '../../src/testing/index.js'

it('lives that hold have no incident, and as many leases as simulate counts', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { incident, frames } = decode(await recordLife(seed))
    expect(incident, `seed ${seed}`).toBeUndefined()
    const { acquired, timedOut, lost } = await simulate({ seed })
    expect(frames.at(-1)?.stats, `seed ${seed}`).toMatchObject({ state: 'closed', acquired, timedOut, lost })
  }
})
