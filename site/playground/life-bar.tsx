// Asks for the seed of a simulation, and shows its life.

interface LifeBarProps {
  /** The seed that is shown; undefined in the playground itself. */
  readonly seed: number | undefined
  readonly show: (seed: number | undefined) => void
}

/** A form of its own, because it is about another pool. */
export function LifeForm({ seed, show }: LifeBarProps) {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault()
    const given = new FormData(event.currentTarget as HTMLFormElement).get('life')
    if (given !== null && given !== '') show(Number(given))
  }
  return (
    <form onSubmit={submit}>
      <label title="simulate({ seed }) of statepool/testing draws a life from a seed: one that failed in a test is shown here.">
        a test’s seed
        <input
          name="life"
          type="number"
          min={0}
          max={4_294_967_295}
          defaultValue={seed === undefined ? '' : String(seed)}
        />
      </label>
      <button type="submit">Show that life</button>
    </form>
  )
}

/** Below the recording of a life. */
export function LifeBar({ seed, show }: LifeBarProps) {
  return (
    <section class="replay simulation" aria-label="Life of a simulation">
      <LifeForm seed={seed} show={show} />
      <button type="button" onClick={() => show(undefined)}>
        Back to the playground
      </button>
    </section>
  )
}
