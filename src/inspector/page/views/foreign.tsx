// Actors of systems that are no pools: a list with their states, and the chart of the one that is chosen.

import { useEffect, useState } from 'preact/hooks'
import type { Chart } from '../chart-types.js'
import { readMachine } from '../model/foreign-machine.js'
import type { ForeignActor } from '../model/systems.js'
import { count, counted } from '../model/words.js'
import { Card, Scroll } from './card.js'
import { ChartView } from './chart-view.js'
import { statesOf } from './connection-panel.js'
import { useStore } from './hooks.js'

export function Foreign() {
  const { systems } = useStore()
  const actors = [...systems.actors.values()]
  const [chosen, choose] = useState<string | undefined>(undefined)
  const shown =
    actors.find(({ key }) => key === chosen) ?? actors.find(({ definition }) => definition !== undefined)
  return (
    <div class="grid">
      <Card title="Other actors" note={counted(actors.length, 'actor')} class="foreign-list">
        <Scroll label="Actors" class="table">
          <table>
            <thead>
              <tr>
                <th scope="col">Actor</th>
                <th scope="col">State</th>
                <th scope="col">Last event</th>
                <th scope="col">Events</th>
              </tr>
            </thead>
            <tbody>
              {actors.map(({ key, name, state, status, lastEvent, events }) => (
                <tr key={key} class={status === 'error' ? 'bad' : ''}>
                  <td>
                    <button
                      type="button"
                      class="link"
                      aria-pressed={key === shown?.key}
                      onClick={() => choose(key)}
                    >
                      {name}
                    </button>
                  </td>
                  <td>{state.length === 0 ? status : state.join(', ')}</td>
                  <td>{lastEvent ?? '–'}</td>
                  <td>{count(events)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroll>
      </Card>
      {shown && <ForeignChart actor={shown} key={shown.key} />}
    </div>
  )
}

function ForeignChart({ actor }: { readonly actor: ForeignActor }) {
  const [chart, setChart] = useState<Chart | undefined>(undefined)
  const { definition } = actor
  useEffect(() => {
    const machine = readMachine(definition)
    if (machine === undefined) return
    let wanted = true
    void import('../foreign-layout.js').then(
      ({ layOutForeign }) => wanted && setChart(layOutForeign(machine)),
    )
    return () => {
      wanted = false
    }
  }, [definition])
  return (
    <Card title={actor.name} note={actor.state.join(', ')} class="foreign">
      {chart === undefined ? (
        <div class="nothing small">
          <p>
            {readMachine(definition) === undefined ? 'This actor has no chart.' : 'The chart is being drawn.'}
          </p>
        </div>
      ) : (
        <ChartView
          chart={chart}
          shape="wide"
          title={`The chart of ${actor.name}, which is ${actor.state.join(', ') || actor.status}`}
          numbered={false}
          counts={() => new Map(actor.state.flatMap(state => [...statesOf(state)]))}
          pulses={() => []}
        />
      )}
    </Card>
  )
}
