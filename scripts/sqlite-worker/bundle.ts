// The program of SQLite's workers as one text, which ships inside the package: so a bundler has no second file to lose.

import { build } from 'esbuild'

/** The worker's program, from its sources. */
export async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: ['src/db/sqlite/worker/worker.ts'],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'iife',
    target: 'node20',
    minifySyntax: true,
    minifyWhitespace: true, // names stay: they are in stacks
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'error',
  })
  return (outputFiles[0] as { text: string }).text.trim()
}

/** The module that holds it. */
export const moduleOf = (
  text: string,
): string => `// Generated from worker.ts by \`npx tsx scripts/sqlite-worker/main.ts\`: the program of a connection's thread or process.

export const workerText =
  ${literal(text)}
`

/** As the formatter has it: in the quotes that need fewer escapes. */
function literal(text: string): string {
  const count = (quote: string): number => text.split(quote).length
  const quote = count("'") > count('"') ? '"' : "'"
  const inner = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"')
  return quote + inner.replaceAll(quote, `\\${quote}`) + quote
}
