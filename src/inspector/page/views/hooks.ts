// How views follow what happens: few times a second for words, at every frame for what moves.

import { createContext } from 'preact'
import { useContext, useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks'
import type { Store } from '../store.js'

export const StoreContext = createContext<Store>(undefined as never)

export const useStore = (): Store => useContext(StoreContext)

/** Words and figures change so often, in milliseconds: often enough to follow, seldom enough to be read. */
const readingPace = 250

/** Renders the component anew at reading pace, and at once when something changed that cannot wait. */
export function useTick(): void {
  const store = useStore()
  const [, render] = useReducer((turn: number) => turn + 1, 0)
  useEffect(() => {
    const timer = setInterval(() => render(undefined as never), readingPace)
    const end = store.watch(() => render(undefined as never))
    return () => {
      clearInterval(timer)
      end()
    }
  }, [store])
}

/** Calls `draw` before every frame that the browser shows. */
export function useFrames(draw: (time: number) => void): void {
  const latest = useRef(draw)
  latest.current = draw
  useEffect(() => {
    let request = requestAnimationFrame(function next(time) {
      request = requestAnimationFrame(next)
      latest.current(time)
    })
    return () => cancelAnimationFrame(request)
  }, [])
}

/** The width of an element, in CSS pixels; 0 before it is known. */
export function useWidth<E extends HTMLElement>(): [(element: E | null) => void, number] {
  const [element, setElement] = useState<E | null>(null)
  const [width, setWidth] = useState(0)
  useLayoutEffect(() => {
    if (element === null) return
    setWidth(element.clientWidth)
    const observer = new ResizeObserver(() => setWidth(element.clientWidth))
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return [setElement, width]
}

/** Whether the person wants less motion. */
export const wantsStillness = (): boolean => matchMedia('(prefers-reduced-motion: reduce)').matches
