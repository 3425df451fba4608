// The page: what is chosen at the top, the pool below, and what there is to say when there is none.

import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { connectionChart, poolChart } from '../charts.js'
import type { PoolView } from '../model/pool-view.js'
import { verdictOf } from '../model/verdict.js'
import { counted, duration } from '../model/words.js'
import type { Store } from '../store.js'
import { Card } from './card.js'
import { ChartView } from './chart-view.js'
import { ConnectionPanel, statesOf } from './connection-panel.js'
import { Controls, Faults } from './controls.js'
import { Foreign } from './foreign.js'
import { Hero } from './hero.js'
import { StoreContext, useStore, useTick } from './hooks.js'
import { Lanes } from './lanes.js'
import { Log } from './log.js'
import { Plots } from './plots.js'
import { Queue } from './queue.js'
import { ReplayBar } from './replay-bar.js'
import { toggleTheme, useTheme } from './theme.js'
import { Wrong } from './wrong.js'

interface AppProps {
  readonly store: Store
  /** What is always at hand, at the bottom. */
  readonly bar?: ComponentChildren
}

export function App({ store, bar }: AppProps) {
  return (
    <StoreContext.Provider value={store}>
      <Page bar={bar} />
    </StoreContext.Provider>
  )
}

function Page({ bar }: Pick<AppProps, 'bar'>) {
  useTick()
  const store = useStore()
  const [showsSystems, showSystems] = useState(false)
  const { pool, selected, introduction, systems } = store
  const isForeign = systems.actors.size > 0 && (showsSystems || store.pools.size === 0)
  return (
    <div
      class={`page ${selected === undefined ? '' : 'with-panel'} ${store.link.state === 'lost' ? 'stale' : ''}`}
    >
      <TopBar isForeign={isForeign} showSystems={showSystems} />
      <div class="body">
        <main>
          {isForeign ? (
            <Foreign />
          ) : store.link.state === 'refused' ? (
            <Message title={store.link.title}>{store.link.text}</Message>
          ) : introduction === undefined ? (
            <Message title={store.link.state === 'lost' ? 'The program does not answer' : 'Connecting'}>
              {store.link.state === 'lost'
                ? 'It may have ended, or be busy. This page tries again by itself.'
                : 'The first figures are on their way.'}
            </Message>
          ) : pool === undefined ? (
            <Message title="No pool yet">
              The program runs and has no pool. As soon as it creates one and gives it to the inspector, it is
              shown here.
            </Message>
          ) : (
            <PoolPage pool={pool} key={pool.identity.id} />
          )}
        </main>
      </div>
      {pool !== undefined && selected !== undefined && !isForeign && (
        <ConnectionPanel pool={pool} id={selected} key={selected} />
      )}
      {store.source.replay && <ReplayBar replay={store.source.replay} pool={pool} />}
      {bar}
    </div>
  )
}

function PoolPage({ pool }: { readonly pool: PoolView }) {
  return (
    <>
      <Faults />
      <Hero pool={pool} />
      <Controls pool={pool} />
      <div class="grid">
        <Lanes pool={pool} />
        <div class="aside">
          <Wrong pool={pool} />
          <Queue pool={pool} />
        </div>
        <Card
          title="A connection’s life"
          class="connection-chart"
          note={counted(pool.frame?.stats.total ?? 0, 'connection')}
          table={<StateTable pool={pool} />}
        >
          <ChartView
            chart={connectionChart}
            title="The chart of a connection, with the number of connections in each state. The table has the same."
            numbered
            counts={() => pool.counts()}
            pulses={() => taken(pool.pulses.connection)}
          />
        </Card>
        <Plots pool={pool} />
        <Card title="The pool’s life" class="pool-chart" note={pool.state}>
          <ChartView
            chart={poolChart}
            title={`The chart of the pool, which is ${pool.state ?? 'unknown'}`}
            numbered={false}
            counts={() => statesOf(pool.state)}
            pulses={() => taken(pool.pulses.pool)}
          />
        </Card>
        <Log pool={pool} />
      </div>
      <Footer pool={pool} />
    </>
  )
}

function taken<T>(pulses: Map<string, T>): T[] {
  if (pulses.size === 0) return []
  const all = [...pulses.values()]
  pulses.clear()
  return all
}

function StateTable({ pool }: { readonly pool: PoolView }) {
  const counts = pool.counts()
  const states = connectionChart.wide.boxes.filter(({ kind }) => kind === 'simple' || kind === 'compound')
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Connections</th>
        </tr>
      </thead>
      <tbody>
        {states.map(({ name }) => (
          <tr key={name}>
            <td>{name}</td>
            <td>{counts.get(name) ?? 0}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface TopBarProps {
  readonly isForeign: boolean
  readonly showSystems: (shows: boolean) => void
}

function TopBar({ isForeign, showSystems }: TopBarProps) {
  const store = useStore()
  const theme = useTheme()
  const pools = [...store.pools.values()]
  return (
    <header class="top">
      <h1>
        <svg viewBox="0 0 24 24" aria-hidden="true">
          <circle cx="6" cy="12" r="3.2" />
          <circle cx="18" cy="6" r="3.2" />
          <circle cx="18" cy="18" r="3.2" />
          <path d="M8.8 10.6l6.4-3.2M8.8 13.4l6.4 3.2" />
        </svg>
        statepool
      </h1>
      <nav aria-label="Pools">
        {pools.map(pool => {
          const { level, word } = verdictOf(pool)
          const host = pool.frame?.stats.host
          return (
            <button
              type="button"
              key={pool.identity.id}
              aria-current={!isForeign && pool === store.pool ? 'page' : undefined}
              onClick={() => {
                showSystems(false)
                store.choose(pool.identity.id)
              }}
            >
              <i class={`lamp ${pool.gone ? 'unknown' : level}`} aria-hidden="true" />
              {pool.identity.name}
              {host && <small>{host.state}</small>}
              <span class="hidden">({pool.gone ? 'closed' : word})</span>
            </button>
          )
        })}
        {store.systems.actors.size > 0 && (
          <button
            type="button"
            aria-current={isForeign ? 'page' : undefined}
            onClick={() => showSystems(true)}
          >
            Other actors
          </button>
        )}
      </nav>
      <Link />
      <button
        type="button"
        class="quiet-button theme"
        onClick={toggleTheme}
        aria-label={theme === 'dark' ? 'Light theme' : 'Dark theme'}
        title={theme === 'dark' ? 'Light theme' : 'Dark theme'}
      >
        <svg viewBox="0 0 16 16" aria-hidden="true">
          {theme === 'dark' ? (
            <path d="M8 4.6a3.4 3.4 0 100 6.8 3.4 3.4 0 000-6.8zM8 .8v1.6M8 13.6v1.6M.8 8h1.6M13.6 8h1.6M2.9 2.9l1.2 1.2M11.9 11.9l1.2 1.2M13.1 2.9l-1.2 1.2M4.1 11.9l-1.2 1.2" />
          ) : (
            <path d="M13.4 9.6A5.8 5.8 0 016.4 2.6a5.8 5.8 0 107 7z" />
          )}
        </svg>
      </button>
    </header>
  )
}

/** Whether what is shown is of now. */
function Link() {
  const store = useStore()
  const { link, introduction } = store
  const [word, kind] =
    introduction?.kind === 'recording'
      ? ['Recording', 'recording']
      : link.state === 'open'
        ? [introduction?.kind === 'local' ? 'Simulated' : 'Live', 'open']
        : link.state === 'lost'
          ? [
              `Reconnecting in ${duration(Math.max(0, Math.ceil((link.retryAt - performance.now()) / 1000) * 1000))}`,
              'lost',
            ]
          : link.state === 'refused'
            ? ['Not connected', 'lost']
            : ['Connecting', 'lost']
  return (
    <span class={`link-state ${kind}`}>
      <i aria-hidden="true" />
      {word}
    </span>
  )
}

function Message({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="message" role="status">
      <svg viewBox="0 0 48 24" aria-hidden="true">
        <rect x="1" y="6" width="12" height="12" rx="4" />
        <rect x="18" y="6" width="12" height="12" rx="4" />
        <rect x="35" y="6" width="12" height="12" rx="4" />
        <path d="M13 12h5M30 12h5" />
      </svg>
      <h2>{title}</h2>
      <p>{children}</p>
    </section>
  )
}

function Footer({ pool }: { readonly pool: PoolView }) {
  const { introduction } = useStore()
  const { driver, target } = pool.identity
  return (
    <footer class="foot">
      <span>
        {driver}
        {target !== '' && target !== driver && ` · ${target}`}
      </span>
      <span>{introduction?.title}</span>
      {pool.missed > 0 && (
        <span>{counted(pool.missed, 'transition')} not shown, because this page was too slow</span>
      )}
    </footer>
  )
}
