// What headings are called in an address.

/** As on GitHub, so that a link leads to the same place there and on the site. */
export const slugify = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replace(/ /g, '-')

/** A page without its programs. */
export const proseOf = (text: string): string => text.replace(/^(`{3,4})[\s\S]*?^\1$/gm, '')

/** The names of a page's headings; of those with the same words, the second one's ends with -1. */
export function anchorsIn(text: string): Set<string> {
  const seen = new Map<string, number>()
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id as string))
  for (const [, heading = ''] of proseOf(text).matchAll(/^#{1,6} +(.+?)\s*$/gm)) {
    const own = /\{#([\w-]+)\}$/.exec(heading)?.[1]
    const plain = heading
      .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/<[^>]+>/g, '')
      .replace(/\\(.)/g, '$1')
    const slug = own ?? slugify(plain)
    const count = seen.get(slug) ?? 0
    seen.set(slug, count + 1)
    anchors.add(count === 0 ? slug : `${slug}-${count}`)
  }
  return anchors
}
