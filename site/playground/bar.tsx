// What can be changed in the playground: how fast time passes, and the next simulation.

import { useState } from 'preact/hooks'
import { LifeForm } from './life-bar.js'
import type { Local } from './local.js'
import { ranges, type Settings, writeSettings } from './settings.js'

interface BarProps {
  readonly source: Local
  readonly settings: Settings
  /** Begins anew with these. */
  readonly change: (settings: Settings) => void
  /** Shows the life of a simulation instead. */
  readonly show: (seed: number | undefined) => void
}

const fields: readonly { readonly name: Exclude<keyof Settings, 'speed'>; readonly title: string }[] = [
  { name: 'arrivals', title: 'callers/s' },
  { name: 'query', title: 'query ms' },
  { name: 'min', title: 'min' },
  { name: 'max', title: 'max' },
  { name: 'acquireTimeout', title: 'timeout s' },
  { name: 'seed', title: 'seed' },
]
const speeds = [0.1, 1, 10, 100, 1_000]

export function Bar({ source, settings, change, show }: BarProps) {
  const [speed, setSpeed] = useState(settings.speed)
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const form = new FormData(event.currentTarget as HTMLFormElement)
    const given = Object.fromEntries(
      fields.map(({ name }) => [name, Number(form.get(name)) || ranges[name][0]]),
    ) as unknown as Settings
    change({ ...given, speed })
  }
  const accelerate = (next: number): void => {
    source.speed = next
    setSpeed(next)
    writeSettings({ ...settings, speed: next })
  }
  return (
    <section class="replay simulation" aria-label="Simulation">
      <fieldset class="choice">
        <legend class="hidden">How fast time passes</legend>
        {speeds.map(each => (
          <label key={each}>
            <input type="radio" name="speed" checked={speed === each} onChange={() => accelerate(each)} />
            <span>{each.toLocaleString('en-US')} ×</span>
          </label>
        ))}
      </fieldset>
      <form onSubmit={submit}>
        {fields.map(({ name, title }) => (
          <label key={name}>
            {title}
            <input
              name={name}
              type="number"
              min={ranges[name][0]}
              max={ranges[name][1]}
              defaultValue={String(settings[name])}
            />
          </label>
        ))}
        <button type="submit">Start anew</button>
      </form>
      <LifeForm seed={undefined} show={show} />
    </section>
  )
}
