// How many frames a page draws, and what each costs.

import type { Page } from 'playwright-core'

export interface FrameCost {
  readonly framesPerSecond: number
  /** Of the page's main thread, in milliseconds for each frame. */
  readonly processorTime: number
}

/** Counts for so many milliseconds. */
export async function costOfFrames(page: Page, duration: number): Promise<FrameCost> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics')
    return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN
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
  const processorTime = (((await worked()) - before) * 1000) / frames
  await session.detach()
  return { framesPerSecond: frames / (passed / 1000), processorTime }
}
