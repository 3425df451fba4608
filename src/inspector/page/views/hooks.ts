// How views follow what happens: few times a second for words, at every frame for what moves.

import { createContext, type RefObject } from 'preact'
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

/** Whether an element is on the screen, or nearly; true before that is known. Its changes render nothing. */
export function useOnScreen(
  element: RefObject<Element | null>,
  changed?: (isOnScreen: boolean) => void,
): { readonly current: boolean } {
  const isOnScreen = useRef(true)
  const told = useRef(changed)
  told.current = changed
  useEffect(() => {
    if (element.current === null) return
    const observer = new IntersectionObserver(
      entries => {
        isOnScreen.current = entries.at(-1)?.isIntersecting ?? true
        told.current?.(isOnScreen.current)
      },
      { rootMargin: '100px' },
    )
    observer.observe(element.current)
    return () => observer.disconnect()
  }, [])
  return isOnScreen
}

/** Calls `draw` before every frame that the browser shows, while the element is on the screen. */
export function useFrames(element: RefObject<Element | null>, draw: (time: number) => void): void {
  const latest = useRef(draw)
  latest.current = draw
  const request = useRef<number | undefined>(undefined)
  const run = (runs: boolean): void => {
    if (!runs) {
      cancelAnimationFrame(request.current ?? 0)
      request.current = undefined
    } else if (request.current === undefined) {
      request.current = requestAnimationFrame(function next(time) {
        request.current = requestAnimationFrame(next)
        latest.current(time)
      })
    }
  }
  useOnScreen(element, run)
  useEffect(() => {
    run(true)
    return () => run(false)
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
