// Fills the marked regions of a Markdown file: what stands between `<!-- name:start -->` and `<!-- name:end -->`.

/**
 * The text with each region that it marks filled anew; regions that it does not mark are left out.
 * @throws Error naming the region when a mark has no counterpart, or a name that nothing fills.
 */
export function fillRegions(markdown: string, contents: ReadonlyMap<string, string>): string {
  // `repository` marks what the package's copy of a page leaves out.
  const marks = [...markdown.matchAll(/^<!-- (?!repository:)([\w-]+):(start|end) -->$/gm)]
  let filled = ''
  let from = 0
  for (let place = 0; place < marks.length; place += 2) {
    const [start, end] = [marks[place], marks[place + 1]]
    const name = start?.[1] ?? ''
    if (start?.[2] !== 'start' || end?.[1] !== name || end[2] !== 'end') {
      throw new Error(
        `The region "${name}" needs its start mark, and after it its end mark, on lines of their own.`,
      )
    }
    const content = contents.get(name)
    if (content === undefined) {
      throw new Error(`Nothing fills the region "${name}"; there are: ${[...contents.keys()].join(', ')}.`)
    }
    filled += `${markdown.slice(from, start.index + start[0].length)}\n\n${content.trim()}\n\n`
    from = end.index
  }
  return filled + markdown.slice(from)
}
