// How many random cases a test tries: all of them in CI, and fewer where a developer waits for the answer.

/** `ALL_SEEDS=1`, as `.ci/run` has it. */
export const wantsAll = process.env.ALL_SEEDS === '1'

/** Answers how many cases to try: `all` where it counts, else `some`, which are the first of them. */
export const cases = ({ all, some }: { readonly all: number; readonly some: number }): number =>
  wantsAll ? all : some
