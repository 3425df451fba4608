// Moves through a recording: where one is, how fast it goes, and what is worth a look.

import { useEffect } from 'preact/hooks'
import type { PoolView } from '../model/pool-view.js'
import { momentOf } from '../model/words.js'
import type { Replay } from '../source.js'
import { useTick } from './hooks.js'

const speeds = [0.1, 0.5, 1, 2, 10, 60]

/** What has keys of its own. */
const interactive = 'input, select, textarea, button, a, summary, [tabindex]'

/** The keys of a player, wherever nothing else has them. */
function useKeys(replay: Replay): void {
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return
      if (event.target instanceof Element && event.target.closest(interactive) !== null) return
      if (event.key === ' ') replay.playing ? replay.pause() : replay.play()
      else if (event.key === 'ArrowLeft') replay.step(-1)
      else if (event.key === 'ArrowRight') replay.step(1)
      else return
      event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [replay])
}

export function ReplayBar({
  replay,
  pool,
}: {
  readonly replay: Replay
  readonly pool: PoolView | undefined
}) {
  useTick()
  useKeys(replay)
  const { start, end, position, playing, speed, marks, density } = replay
  const length = Math.max(1, end - start)
  const shareOf = (at: number): string => `${((at - start) / length) * 100}%`
  const wallOffset = pool?.identity.wallOffset ?? 0
  const timeOf = (at: number): string => momentOf(at, wallOffset)
  const incident = marks.find(mark => mark.incident) ?? marks[0]
  return (
    <section class="replay" aria-label="Replay">
      <div class="buttons">
        <button
          type="button"
          onClick={() => replay.step(-1)}
          aria-label="Previous event"
          title="Previous event (←)"
        >
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M11 3L5 8l6 5zM3.5 3v10" />
          </svg>
        </button>
        <button
          type="button"
          class="main"
          title="Space"
          onClick={() => (playing ? replay.pause() : replay.play())}
        >
          {playing ? 'Pause' : 'Play'}
        </button>
        <button type="button" onClick={() => replay.step(1)} aria-label="Next event" title="Next event (→)">
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="M5 3l6 5-6 5zM12.5 3v10" />
          </svg>
        </button>
        <label>
          <span class="hidden">Speed</span>
          <select
            value={String(speed)}
            onChange={event => replay.setSpeed(Number(event.currentTarget.value))}
          >
            {speeds.map(each => (
              <option key={each} value={String(each)}>
                {each} ×
              </option>
            ))}
          </select>
        </label>
        {incident !== undefined && (
          <button
            type="button"
            class="incident"
            title={incident.text}
            onClick={() => replay.seek(Math.max(start, incident.at - 500))}
          >
            <span class="optional">Go to the </span>incident
          </button>
        )}
      </div>
      <div class="track">
        <svg viewBox={`0 0 ${density.length} 1`} preserveAspectRatio="none" aria-hidden="true">
          {density.map((value, index) => (
            <rect key={index} x={index} y={1 - value} width="0.8" height={value} />
          ))}
        </svg>
        {marks.map(mark => (
          <i
            key={`${mark.at} ${mark.text}`}
            class={mark.incident ? 'mark incident' : 'mark'}
            style={{ left: shareOf(mark.at) }}
            title={mark.text}
          />
        ))}
        <i class="position" style={{ left: shareOf(position) }} />
        <input
          type="range"
          min={start}
          max={end}
          step="any"
          value={position}
          aria-label="Position in the recording"
          aria-valuetext={timeOf(position)}
          onInput={event => replay.seek(Number(event.currentTarget.value))}
        />
      </div>
      <time>{timeOf(position)}</time>
    </section>
  )
}
