// How the demo writes numbers: short enough to read, exact enough to compare.

/** `0.031 ms`, `1.2 ms`, `213 ms`, `12.1 s`: about three digits. */
export function duration(milliseconds: number): string {
  if (milliseconds >= 1_000) return `${(milliseconds / 1_000).toFixed(milliseconds >= 10_000 ? 1 : 2)} s`
  return `${digits(milliseconds)} ms`
}

/** `20,000` */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US')

/** How many times as much: `57×`. */
export function times(ratio: number): string {
  return `${ratio >= 10 ? count(ratio) : ratio.toFixed(1)}×`
}

/** `1 connection`, `2 connections` */
export const plural = (value: number, noun: string): string =>
  `${count(value)} ${noun}${value === 1 ? '' : 's'}`

function digits(value: number): string {
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  if (value >= 1) return value.toFixed(2)
  return value.toFixed(3)
}
