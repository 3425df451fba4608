// What snapshots and events show as JSON of errors that drivers and holders made.

/** What kind of error it is, and nothing that it says: its text and its fields may have SQL and its parameters in them. */
export function outlineOf(error: unknown): { readonly name: string; readonly code?: string } {
  if (typeof error !== 'object' || error === null) return { name: typeof error }
  const { name, code } = error as { name?: unknown; code?: unknown }
  return { name: String(name ?? 'object'), ...(code === undefined ? undefined : { code: String(code) }) }
}
