// Statements that take long, of the two kinds that differ when they are called off.

const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)'

/** Yields rows for ever. */
export const endlessRows = `${numbers} SELECT i FROM n`

/** Computes for ever, and never comes up for air. */
export const endlessStep = `${numbers} SELECT count(*) AS count FROM n`

/** One long step, but an end; about a million turns take a tenth of a second. */
export const longStep = (turns: number): string =>
  `${numbers} SELECT count(*) AS count FROM (SELECT i FROM n LIMIT ${turns})`
