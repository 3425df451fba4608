// What moves on a page while its figures change. Chromium's own entries of layout shifts depend on which frames it draws; these depend on
// what is shown alone.

import type { Page } from 'playwright-core'

/** Each of them has its place, whatever the figures are. */
const fixed =
  'header.top *, .hero .word, .figure, .capacity, .capacity-words span, .card, .card h2, .card button, .card input, .keys li, .legend li'

/** Less is what rounding does, in CSS pixels. */
const noticeable = 1

/**
 * Watches until the page has changed so many times.
 * @returns what moved, each with the distance, in words
 */
export const movesIn = (page: Page, changes: number): Promise<string[]> =>
  page.evaluate(`new Promise(resolve => {
    const watched = [...document.querySelectorAll(${JSON.stringify(fixed)})].filter(each => !each.closest('.scroll'))
    const placeOf = each => {
      const { left, top } = each.getBoundingClientRect()
      return [left + scrollX, top + scrollY]
    }
    const before = watched.map(placeOf)
    const moved = new Map()
    let left = ${changes}
    new MutationObserver((_changes, observer) => {
      for (const [index, each] of watched.entries()) {
        if (!each.isConnected) continue
        const [x, y] = placeOf(each)
        const [fromX, fromY] = before[index]
        if (Math.abs(x - fromX) > ${noticeable} || Math.abs(y - fromY) > ${noticeable})
          moved.set(each, (x - fromX).toFixed(1) + ', ' + (y - fromY).toFixed(1) + ': ' + each.outerHTML.slice(0, 200))
      }
      if (--left > 0) return
      observer.disconnect()
      resolve([...moved.values()])
    }).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true })
  })`)

/** Waits until the page has changed so many times. */
export const changesOf = async (page: Page, changes: number): Promise<void> => {
  await movesIn(page, changes)
}
