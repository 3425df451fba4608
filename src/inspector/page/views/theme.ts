// Light or dark: as the system has it, or as the person chose.

import { useEffect, useState } from 'preact/hooks'

export type Theme = 'light' | 'dark'

const key = 'statepool.theme'
const system = matchMedia('(prefers-color-scheme: dark)')

function chosen(): Theme | undefined {
  try {
    const theme = localStorage.getItem(key)
    return theme === 'light' || theme === 'dark' ? theme : undefined
  } catch {
    return undefined // storage may be forbidden
  }
}

const current = (): Theme => chosen() ?? (system.matches ? 'dark' : 'light')
const watchers = new Set<() => void>()

function show(): void {
  document.documentElement.dataset.theme = current()
  colors = undefined
  for (const watcher of watchers) watcher()
}

system.addEventListener('change', show)
show()

/** Takes the other theme, and remembers it. */
export function toggleTheme(): void {
  try {
    localStorage.setItem(key, current() === 'dark' ? 'light' : 'dark')
  } catch {
    // It lasts until the page is closed.
  }
  show()
}

/** The theme, and a new rendering when it changes. */
export function useTheme(): Theme {
  const [theme, set] = useState(current)
  useEffect(() => {
    const watcher = (): void => set(current())
    watchers.add(watcher)
    return () => {
      watchers.delete(watcher)
    }
  }, [])
  return theme
}

var colors: Map<string, string> | undefined

/** A colour of the style sheet (`--leased`), for canvases. */
export function color(name: string): string {
  colors ??= new Map()
  let value = colors.get(name)
  if (value === undefined) {
    value = getComputedStyle(document.documentElement).getPropertyValue(name).trim()
    colors.set(name, value)
  }
  return value
}
