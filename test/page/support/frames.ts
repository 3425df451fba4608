// How many frames a page draws, and what each costs.

import type { Page } from 'playwright-core'

export interface FrameCost {
  readonly framesPerSecond: number
  /** Of the page's main thread, in milliseconds for each frame. */
  readonly processorTime: number
  /** The parts of it that Chromium counts: the page's own code, styles and layout. The rest is mostly painting. */
  readonly parts: { readonly script: number; readonly style: number; readonly layout: number }
}

const counted = {
  all: 'TaskDuration',
  script: 'ScriptDuration',
  style: 'RecalcStyleDuration',
  layout: 'LayoutDuration',
} as const

/** Counts for so many milliseconds. */
export async function costOfFrames(page: Page, duration: number): Promise<FrameCost> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async (): Promise<Record<keyof typeof counted, number>> => {
    const { metrics } = await session.send('Performance.getMetrics')
    const of = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN
    const { all, script, style, layout } = counted
    return { all: of(all), script: of(script), style: of(style), layout: of(layout) }
  }
  const before = await worked()
  const [frames, passed] = await page.evaluate<[number, number]>(
    `new Promise(resolve => {
      const start = performance.now()
      let frames = 0
      requestAnimationFrame(function next(time) {
        frames++
        if (time - start > ${duration}) resolve([frames, time - start])
        else requestAnimationFrame(next)
      })
    })`,
  )
  const after = await worked()
  const each = (part: keyof typeof counted): number => ((after[part] - before[part]) * 1000) / frames
  await session.detach()
  return {
    framesPerSecond: frames / (passed / 1000),
    processorTime: each('all'),
    parts: { script: each('script'), style: each('style'), layout: each('layout') },
  }
}
