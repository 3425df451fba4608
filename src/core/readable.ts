// Options that are not enumerable: a hidden password, as Knex has it, and the getters of a class of options. What copies options would lose them.

/**
 * The options, with those of these names that can be read and not be copied.
 * @param options what is no object is returned as it is, for the checks to refuse
 */
export function readable<T>(options: T, names: readonly string[]): T {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) return options
  const isHidden = (name: string): boolean =>
    name in options && !Object.prototype.propertyIsEnumerable.call(options, name)
  const hidden = names.filter(isHidden)
  if (hidden.length === 0) return options
  return { ...options, ...Object.fromEntries(hidden.map(name => [name, Reflect.get(options, name)])) }
}
