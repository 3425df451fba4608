// Writes the API reference from the public exports' types and docstrings, as Markdown, by typedoc.

import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, posix, relative, sep } from 'node:path'
import {
  Application,
  Converter,
  DeclarationReflection,
  type ProjectReflection,
  ReferenceType,
  ReflectionKind,
} from 'typedoc'
import { anchorsIn } from '../site/headings.js'

/** What is documented: source files by the names under which they are imported. */
export type EntryPoints = ReadonlyMap<string, string>

/** The sources behind the subpaths that a package.json exports. */
export function entryPointsOf(manifest: { name: string; exports: Record<string, unknown> }): EntryPoints {
  const entries = new Map<string, string>()
  for (const [subpath, target] of Object.entries(manifest.exports)) {
    if (typeof target !== 'object' || target === null || !('default' in target)) continue
    const source = String(target.default).replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')
    entries.set(manifest.name + subpath.slice(1), source)
  }
  return entries
}

/**
 * The files of the reference, by their paths within its folder; one for each entry point, and an index.
 * @param root the repository's root, where tsconfig.json is.
 * @throws Error when typedoc reports an error or a warning: a reference with holes in it is not written.
 */
export async function writeApi(root: string, entries: EntryPoints): Promise<Map<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'statepool-api-'))
  try {
    const app = await Application.bootstrapWithPlugins(optionsFor(root, entries))
    app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => tidy(project, entries)) // before members are grouped
    const project = await app.convert()
    if (!project || app.logger.hasErrors()) throw new Error('typedoc could not read the sources; see above.')
    app.validate(project)
    await app.outputs.writeOutput({ name: 'markdown', path: folder }, project)
    if (app.logger.hasErrors() || app.logger.hasWarnings()) throw new Error('typedoc complains; see above.')
    return withLiveAnchors(await readFolder(folder))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Names modules as they are imported, and leaves out what says nothing to a reader. */
function tidy(project: ProjectReflection, entries: EntryPoints): void {
  const names = new Map([...entries].map(([name, source]) => [moduleOf(source), name]))
  for (const module of project.children ?? []) module.name = names.get(module.name) ?? module.name
  for (const reflection of Object.values(project.reflections)) {
    const isError = reflection.parent?.name.endsWith('Error') ?? false
    if (reflection.kindOf(ReflectionKind.Constructor) && isError) project.removeReflection(reflection) // the pool makes them
    if (!(reflection instanceof DeclarationReflection)) continue
    const { type } = reflection
    if (type instanceof ReferenceType && type.name === 'StateMachine') type.typeArguments = [] // hundreds of lines
  }
}

/** The name that typedoc gives a source file. */
function moduleOf(source: string): string {
  return source.replace(/^src\/(.*?)(\/index)?\.ts$/, '$1')
}

function optionsFor(root: string, entries: EntryPoints) {
  return {
    entryPoints: [...entries.values()].map(source => join(root, source)),
    basePath: join(root, 'src'),
    tsconfig: join(root, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    readme: 'none',
    name: 'API',
    skipErrorChecking: true, // the sources are checked by the project's own compiler, which is newer
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true, // line numbers would make the reference stale with every edit
    disableGit: true,
    hideGenerator: true,
    logLevel: 'Warn' as const,
    validation: { notExported: false, invalidLink: true, notDocumented: false },
    // typedoc-plugin-markdown
    outputFileStrategy: 'modules',
    entryFileName: 'README',
    hidePageHeader: true,
    hideBreadcrumbs: true,
    parametersFormat: 'table',
    interfacePropertiesFormat: 'table',
    classPropertiesFormat: 'table',
    typeDeclarationFormat: 'table',
    typeDeclarationVisibility: 'compact',
    propertyMembersFormat: 'table',
    sortEntryPoints: false,
    useCodeBlocks: true,
  }
}

/** typedoc numbers headings that it then leaves out: `#poolstats-1`, where there is one `PoolStats`. */
function withLiveAnchors(files: ReadonlyMap<string, string>): Map<string, string> {
  const anchors = new Map([...files].map(([path, text]) => [path, anchorsIn(text)]))
  const repaired = [...files].map(([path, text]): [string, string] => [
    path,
    text.replace(/\]\(([^)#\s]*)#([\w-]+?)-(\d+)\)/g, (link, file: string, name: string, count: string) => {
      const there = anchors.get(file === '' ? path : posix.join(dirname(path), file))
      return there?.has(`${name}-${count}`) || !there?.has(name) ? link : `](${file}#${name})`
    }),
  ])
  return new Map(repaired)
}

async function readFolder(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name))
  const files = new Map<string, string>()
  for (const path of paths.sort())
    files.set(relative(folder, path).split(sep).join('/'), await readFile(path, 'utf8'))
  return files
}
