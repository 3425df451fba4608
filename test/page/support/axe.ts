// What axe-core finds wrong with a page for those who do not see it, or use no mouse.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** Each violation in a line: the rule, and the first elements that break it. */
export const violationsIn = (page: Page): Promise<string[]> => run(page, {})

/** The same for what depends on colours alone: for another theme of a page whose elements have been looked at. */
export const contrastIn = (page: Page): Promise<string[]> => run(page, { runOnly: ['color-contrast'] })

async function run(page: Page, options: object): Promise<string[]> {
  await page.evaluate(source)
  return await page.evaluate(async given => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(options: object): Promise<{
          violations: { id: string; help: string; nodes: { html: string; failureSummary?: string }[] }[]
        }>
      }
    }
    const { violations } = await axe.run({ resultTypes: ['violations'], ...given })
    return violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n${nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => `  ${html}\n  ${failureSummary}`)
          .join('\n')}`,
    )
  }, options)
}
