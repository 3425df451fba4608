// Randomness that can be repeated: the simulated database's latencies and faults are drawn from it.

/**
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, one multiplication chain a number, good enough by gjrand's
 * tests for a simulation, and short enough to read. Numbers are from 0 to below 1.
 */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** FNV-1a, to give each stream a seed of its own. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/**
 * Named streams of numbers from one seed. Each kind of decision draws from its own stream, so that making queries slower, say,
 * does not change which validations fail.
 */
export function createStreams(seed: number): (stream: string) => number {
  const streams = new Map<string, () => number>()
  return name => {
    let draw = streams.get(name)
    if (draw === undefined) {
      draw = mulberry32(hash(`${seed}/${name}`))
      streams.set(name, draw)
    }
    return draw()
  }
}
