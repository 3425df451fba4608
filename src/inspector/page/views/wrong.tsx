// What is wrong, in the words that the pool's errors use.

import type { Finding } from '../../protocol.js'
import { keyOf } from '../model/findings.js'
import type { PoolView } from '../model/pool-view.js'
import { verdictOf } from '../model/verdict.js'
import { brief, withoutIndent } from '../model/words.js'
import { Card, Scroll } from './card.js'
import { useStore } from './hooks.js'

export function Wrong({ pool }: { readonly pool: PoolView }) {
  const { findings, level } = verdictOf(pool)
  return (
    <Card
      title="What is wrong?"
      class="wrong"
      note={findings.length > 1 ? String(findings.length) : undefined}
    >
      <Scroll label="Findings">
        {findings.length === 0 ? (
          <div class="nothing">
            <svg viewBox="0 0 24 24" aria-hidden="true">
              <path d="M4.5 12.5l5 5 10-11" />
            </svg>
            <p>{level === 'unknown' ? 'Not known yet.' : 'Nothing.'}</p>
            <p class="quiet">
              {level === 'unknown'
                ? 'The first figures are on their way.'
                : 'Every caller is served, and no lease is held for too long.'}
            </p>
          </div>
        ) : (
          <ul>
            {findings.map(finding => (
              <Entry key={keyOf(finding)} finding={finding} pool={pool} />
            ))}
          </ul>
        )}
      </Scroll>
    </Card>
  )
}

function Entry({ finding, pool }: { readonly finding: Finding; readonly pool: PoolView }) {
  const store = useStore()
  const { kind, level, title, text, since, connection, stack } = finding
  return (
    <li class={`finding ${level}`} data-kind={kind}>
      <h3>
        {title}
        {since !== null && (
          <span class="since">
            <span class="hidden">, since </span>
            {brief(store.now(pool) - since)}
          </span>
        )}
      </h3>
      {text.split('\n').map(line => (
        <p key={line}>{line.trim()}</p>
      ))}
      {stack !== undefined && (
        <details>
          <summary>Where it was acquired</summary>
          <pre>{withoutIndent(stack)}</pre>
        </details>
      )}
      {connection !== undefined && (
        <button type="button" class="link" onClick={() => store.select(connection)}>
          Show {connection}
        </button>
      )}
    </li>
  )
}
