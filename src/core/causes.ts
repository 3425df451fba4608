// An error and what it wraps.

/** ORMs, hooks and pools wrap errors; deeper than this is no wrapping but a cycle. */
const deepest = 5

/** The error, its cause, the cause of that, and so on. */
export function causesOf<E extends Error = Error & { readonly code?: unknown }>(error: unknown): E[] {
  const all: E[] = []
  for (let one = error; one instanceof Error && all.length < deepest; one = one.cause) all.push(one as E)
  return all
}
