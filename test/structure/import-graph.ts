// Who imports whom: read off the source text, and judged by rules of direction.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'

/** One import, re-export or dynamic import. */
export interface Import {
  /** The importing file, from the repository's root: `src/actors/pool.ts`. */
  readonly from: string
  /** The imported file, likewise; or the package (`pg`, `node:net`). */
  readonly to: string
  /** Only types: gone when the program runs. */
  readonly typeOnly: boolean
}

/** What files in one place may import. */
export interface Rule {
  readonly name: string
  /** The files that it is about. */
  readonly files: RegExp
  /** The files and packages that they may import. */
  readonly may: RegExp
  /** Further ones of which they may import types. */
  readonly mayTypes?: RegExp
}

/** The imports that break a rule, in words. */
export function violations(imports: readonly Import[], rules: readonly Rule[]): string[] {
  return rules.flatMap(({ name, files, may, mayTypes }) =>
    imports
      .filter(({ from }) => files.test(from))
      .filter(({ to, typeOnly }) => !may.test(to) && !(typeOnly && mayTypes?.test(to)))
      .map(({ from, to, typeOnly }) => `${name}: ${from} imports ${typeOnly ? 'types of ' : ''}${to}`),
  )
}

/** The imports of one file's text. */
export function importsOf(from: string, text: string): Import[] {
  const code = withoutComments(text)
  const imports: Import[] = []
  const add = (specifier: string, typeOnly: boolean) => {
    const to = specifier.startsWith('.')
      ? posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts')
      : packageOf(specifier)
    imports.push({ from, to, typeOnly })
  }
  for (const [, , clause = '', specifier = ''] of code.matchAll(
    /^\s*(import|export)\s([^'"]*?)\s?from\s*['"]([^'"]+)['"]/gm,
  )) {
    add(specifier, isTypeOnly(clause))
  }
  for (const [, specifier = ''] of code.matchAll(/^\s*import\s*['"]([^'"]+)['"]/gm)) add(specifier, false)
  for (const [, specifier = ''] of code.matchAll(/\b(?:import|require)\s*\(\s*['"]([^'"]+)['"]/g))
    add(specifier, false)
  return imports
}

/** All TypeScript files below a folder, from the repository's root. */
export function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(file => file.endsWith('.ts'))
    .map(file => join(folder, file))
    .sort()
}

/** The imports of all files below a folder. */
export function readImports(folder: string): Import[] {
  return sourceFiles(folder).flatMap(file => importsOf(file, readFileSync(file, 'utf8')))
}

/** A circle of files that import each other's values, if there is one. */
export function findCircle(imports: readonly Import[]): string[] | undefined {
  const targets = (file: string) =>
    imports.filter(({ from, typeOnly }) => from === file && !typeOnly).map(({ to }) => to)
  const done = new Set<string>()
  const walk = (file: string, trail: string[]): string[] | undefined => {
    if (trail.includes(file)) return [...trail.slice(trail.indexOf(file)), file]
    if (done.has(file)) return undefined
    for (const target of targets(file)) {
      const circle = walk(target, [...trail, file])
      if (circle !== undefined) return circle
    }
    done.add(file)
    return undefined
  }
  for (const { from } of imports) {
    const circle = walk(from, [])
    if (circle !== undefined) return circle
  }
  return undefined
}

function isTypeOnly(clause: string): boolean {
  if (/^type\b/.test(clause)) return true
  const named = /^\{([^}]*)\}$/s.exec(clause.trim())?.[1]
  const names = named?.split(',').filter(name => name.trim() !== '') ?? []
  return names.length > 0 && names.every(name => /^\s*type\s/.test(name))
}

/** `@scope/name` of `@scope/name/path`; Node's own modules keep their prefix. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}
