// Tables for the README from the sources' own docstrings: the pool's options, and its errors.

import ts from 'typescript'
import { table } from './statechart-page.js'

/** One property of an options interface, as its docstring describes it. */
export interface DocumentedOption {
  readonly name: string
  readonly meaning: string
  /** What follows "Default" in the docstring, up to the end of that sentence. */
  readonly fallback: string
}

/** The properties of an interface, in the source's order. */
export function readOptions(source: string, interfaceName: string): DocumentedOption[] {
  const declaration = parse(source).statements.find(
    statement => ts.isInterfaceDeclaration(statement) && statement.name.text === interfaceName,
  )
  if (!declaration || !ts.isInterfaceDeclaration(declaration))
    throw new Error(`No interface ${interfaceName}.`)
  return declaration.members.map(member => {
    const name = member.name?.getText() ?? ''
    const doc = docOf(member)
    if (doc === '') throw new Error(`${interfaceName}.${name} has no docstring.`)
    const [, before = doc, fallback = '', after = ''] =
      /^(.*?)\bDefault:? (.*?)\.(?=\s+[A-Z]|$)(.*)$/.exec(doc) ?? []
    return { name, meaning: `${before.trim()}${after}`.trim(), fallback }
  })
}

/** Options as a table: name, meaning, and default and range if any option tells these apart from its meaning. */
export function writeOptionsTable(options: readonly DocumentedOption[]): string {
  const hasFallbacks = options.some(({ fallback }) => fallback !== '')
  return table(
    ['option', 'meaning', ...(hasFallbacks ? ['default; range'] : [])],
    options.map(({ name, meaning, fallback }) => [
      `\`${name}\``,
      cell(meaning),
      ...(hasFallbacks ? [cell(fallback)] : []),
    ]),
  )
}

/** One error class: its codes, and when it is thrown. */
export interface DocumentedError {
  readonly name: string
  readonly codes: readonly string[]
  readonly meaning: string
}

/** The classes that extend `PoolError`, with those of its codes that they mention. */
export function readErrors(source: string): DocumentedError[] {
  const file = parse(source)
  const known = new Set<string>()
  for (const statement of file.statements) {
    if (ts.isTypeAliasDeclaration(statement) && statement.name.text === 'PoolErrorCode')
      for (const code of literalsIn(statement)) known.add(code)
  }
  return file.statements.filter(ts.isClassDeclaration).flatMap(declaration => {
    const base = declaration.heritageClauses?.[0]?.types[0]?.expression.getText()
    const name = declaration.name?.text
    if (base !== 'PoolError' || name === undefined) return []
    const codes = [...new Set(literalsIn(declaration))].filter(code => known.has(code))
    return [{ name, codes, meaning: docOf(declaration) }]
  })
}

/** Errors as a table: class, codes, and when. */
export function writeErrorsTable(errors: readonly DocumentedError[]): string {
  return table(
    ['error', '`code`', 'when'],
    errors.map(({ name, codes, meaning }) => [
      `\`${name}\``,
      codes.map(code => `\`${code}\``).join('<br>'),
      cell(meaning),
    ]),
  )
}

function parse(source: string): ts.SourceFile {
  return ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true)
}

/** A declaration's docstring on one line, links as code. */
function docOf(node: ts.Node): string {
  const comment = ts.getJSDocCommentsAndTags(node).find(ts.isJSDoc)?.comment
  const text = ts.getTextOfJSDocComment(comment) ?? ''
  return text
    .replaceAll(/\{@link ([\w.]+)\s*\}/g, '`$1`')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

function literalsIn(node: ts.Node): string[] {
  const own = ts.isStringLiteral(node) ? [node.text] : []
  const below: string[] = []
  ts.forEachChild(node, child => {
    below.push(...literalsIn(child))
  })
  return [...own, ...below]
}

/** Text as it must stand in a table's cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/[<>]/g, sign => (sign === '<' ? '&lt;' : '&gt;'))
}
