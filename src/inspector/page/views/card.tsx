// The frame around each part of the page: a title, what can be done with it, and the same as a table.

import type { ComponentChildren, VNode } from 'preact'
import { useId, useReducer, useRef, useState } from 'preact/hooks'
import { useOnScreen } from './hooks.js'

/** How often what is not on the screen is rendered, in milliseconds: searching the page finds it, and a screen reader reads it. */
const pageAside = 1_000

interface CardProps {
  readonly title: string
  readonly class?: string
  readonly note?: ComponentChildren
  readonly actions?: ComponentChildren
  /** The same content as a table, for those who cannot see a picture, or want figures. */
  readonly table?: ComponentChildren
  readonly footer?: ComponentChildren
  readonly children: ComponentChildren
}

export function Card({ title, class: kind = '', note, actions, table, footer, children }: CardProps) {
  const [isTable, setTable] = useState(false)
  const id = useId()
  const place = useRef<HTMLElement>(null)
  const [, render] = useReducer((turn: number) => turn + 1, 0)
  const isOnScreen = useOnScreen(place, isIt => isIt && render(undefined as never))
  const kept = useRef<{ readonly at: number; readonly shown: VNode } | undefined>(undefined)
  const now = performance.now()
  if (kept.current !== undefined && !isOnScreen.current && now - kept.current.at < pageAside)
    return kept.current.shown
  const shown = (
    <section class={`card ${kind}`} aria-labelledby={id} ref={place}>
      <header>
        <h2 id={id}>{title}</h2>
        {note !== undefined && <span class="note">{note}</span>}
        <div class="actions">
          {actions}
          {table !== undefined && (
            <button
              type="button"
              class="quiet-button"
              aria-pressed={isTable}
              onClick={() => setTable(!isTable)}
            >
              Table<span class="hidden"> of {title.toLowerCase()}</span>
            </button>
          )}
        </div>
      </header>
      {isTable ? (
        <Scroll label={`${title}, as a table`} class="table">
          {table}
        </Scroll>
      ) : (
        children
      )}
      {footer !== undefined && <footer>{footer}</footer>}
    </section>
  )
  kept.current = { at: now, shown }
  return shown
}

interface ScrollProps {
  readonly label: string
  readonly class?: string
  readonly children: ComponentChildren
}

/** What may be longer than its place. */
export function Scroll({ label, class: kind = 'scroll', children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class={kind} tabIndex={0} aria-label={label}>
      {children}
    </section>
  )
}
