// What a pool has to know of its fleet, whatever keeps the budget.

/** The fleet, as each of its pools in this process sees it. */
export interface Terms {
  readonly name: string
  /** The maximum number of connections of all pools in all processes together. */
  readonly max: number
  /**
   * Refuses what cannot be kept even in this process.
   * @throws OptionsError
   */
  admit(min: number): void
  leave(member: { readonly min: number }): void
}
