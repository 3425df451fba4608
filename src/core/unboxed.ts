/**
 * The first value of a field that becomes a time: V8 gives a number with a fraction that is a field's first value a box of its own in each object;
 * in a field that has held something else, objects share the box that the clock's answer came in.
 */
export const unboxed = undefined as unknown as number
