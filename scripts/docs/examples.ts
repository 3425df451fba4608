// Fills the code blocks of a Markdown file from the examples that the tests run.

/** `<!-- example: path -->` or `<!-- example: path#region -->`, and the block under it. */
const marked =
  /^<!-- example: (?<path>[^\s#]+)(?:#(?<region>[\w-]+))? -->\n```(?<language>\w+)\n[\s\S]*?^```$/gm
const line = /^[ \t]*\/\/ #(?:region.*|endregion)\n/gm

/**
 * The text with each block that names an example filled anew: with the program, but for the comment that says what it is, or
 * with one region of it (`// #region name` to `// #endregion`).
 * @throws Error naming the example when it has no such region.
 */
export function fillExamples(markdown: string, read: (path: string) => string): string {
  return markdown.replace(marked, (_, path: string, region: string | undefined, language: string) => {
    const mark = `<!-- example: ${path}${region === undefined ? '' : `#${region}`} -->`
    const code = region === undefined ? programOf(read(path)) : regionOf(read(path), region, path)
    return `${mark}\n\`\`\`${language}\n${code}\n\`\`\``
  })
}

function programOf(source: string): string {
  const [, ...rest] = source.split('\n\n')
  return rest.join('\n\n').replace(line, '').trim()
}

/** A region, as far to the left as it goes. */
function regionOf(source: string, name: string, path: string): string {
  const start = new RegExp(`^[ \\t]*// #region ${name}\\n`, 'm').exec(source)
  const rest = start === null ? '' : source.slice(start.index + start[0].length)
  const end = rest.search(/^[ \t]*\/\/ #(region|endregion)/m)
  if (end < 0 || !/^[ \t]*\/\/ #endregion/.test(rest.slice(end))) {
    throw new Error(`${path} needs "// #region ${name}" and after it "// #endregion", on lines of their own.`)
  }
  const lines = rest.slice(0, end).trimEnd().split('\n')
  const depth = Math.min(...lines.filter(text => text !== '').map(text => text.search(/\S/)))
  return lines.map(text => text.slice(depth)).join('\n')
}
