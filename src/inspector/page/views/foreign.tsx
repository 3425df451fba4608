// Actors of systems that are no pools: a list with their states.

import { count, counted } from '../model/words.js'
import { Card } from './card.js'
import { useStore } from './hooks.js'

export function Foreign() {
  const actors = [...useStore().systems.actors.values()]
  return (
    <Card title="Other actors" note={counted(actors.length, 'actor')} class="foreign">
      <div class="table">
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
                <td>{name}</td>
                <td>{state.length === 0 ? status : state.join(', ')}</td>
                <td>{lastEvent ?? '–'}</td>
                <td>{count(events)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Card>
  )
}
