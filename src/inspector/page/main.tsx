// Starts the page for the program that serves it.

import { render } from 'preact'
import { live } from './live.js'
import { recording } from './recording.js'
import { Store } from './store.js'
import { App } from './views/app.js'

const key = 'statepool.token'

/** The token in the address, which goes from there into the tab's own memory: no server log and no bookmark has it. */
function token(): string | undefined {
  const found = /[#&]token=([^&]+)/.exec(location.hash)?.[1]
  try {
    if (found === undefined) return sessionStorage.getItem(key + location.pathname) ?? undefined
    sessionStorage.setItem(key + location.pathname, found)
  } catch {
    // Storage may be forbidden: then a reload asks for the whole address again.
  }
  history.replaceState(null, '', location.pathname + location.search)
  return found
}

const root = document.getElementById('root') as HTMLElement
const base = location.href.replace(/[#?].*$/, '').replace(/[^/]*$/, '')

/** Shows what a source tells. */
function show(store: Store): void {
  render(<App store={store} key={String(performance.now())} />, root)
}

const store = new Store(
  live({
    base,
    token: token(),
    onRecording(bytes) {
      stop()
      const replayed = new Store(recording(bytes))
      show(replayed)
      replayed.source.open(replayed)
    },
  }),
)
show(store)
const stop = store.source.open(store)
