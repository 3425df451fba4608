// The playground: a pool, its database and its callers inside this page, in simulated time.

import { render } from 'preact'
import { recording } from '../../src/inspector/page/recording.js'
import { Store } from '../../src/inspector/page/store.js'
import { App } from '../../src/inspector/page/views/app.js'
import { Bar } from './bar.js'
import { recordLife } from './life.js'
import { LifeBar } from './life-bar.js'
import { type Local, local } from './local.js'
import { readLife, readSettings, type Settings, writeSettings } from './settings.js'

const root = document.getElementById('root') as HTMLElement
let running: Local | undefined

/** Before the browser draws. */
const nextDrawing = (): Promise<number> =>
  new Promise(resolve => {
    requestAnimationFrame(() => resolve(performance.now()))
  })

/** Begins anew: the same settings make the same history. */
function begin(settings: Settings): void {
  running?.stop()
  const { seed, arrivals, query, speed, min, max, acquireTimeout } = settings
  const source = local(
    {
      seed,
      arrivals,
      query: [query * 0.5, query * 1.5],
      pool: { min: Math.min(min, max), max, acquireTimeout: acquireTimeout * 1000 },
    },
    nextDrawing,
  )
  source.speed = speed
  running = source
  const store = new Store(source)
  const change = (changed: Settings): void => {
    writeSettings(changed)
    begin(changed)
  }
  render(
    <App
      key={String(performance.now())}
      store={store}
      bar={<Bar source={source} settings={settings} change={change} show={show} />}
    />,
    root,
  )
  source.open(store)
}

/** Shows the life that a test's simulation draws from a seed; without one, the playground. */
async function show(seed: number | undefined): Promise<void> {
  running?.stop()
  history.replaceState(null, '', seed === undefined ? location.pathname : `#life=${seed}`)
  if (seed === undefined) return begin(readSettings())
  const source = recording(await recordLife(seed))
  const store = new Store(source)
  render(
    <App key={String(performance.now())} store={store} bar={<LifeBar seed={seed} show={show} />} />,
    root,
  )
  source.open(store)
}

const life = readLife()
if (life === undefined) begin(readSettings())
else void show(life)
