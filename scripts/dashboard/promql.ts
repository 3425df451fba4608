// As much of PromQL as the dashboard's queries are made of, over scrapes at even distances.

/** One series: a value for each scrape; undefined where it did not exist yet. */
export interface Series {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly values: (number | undefined)[]
}

/** What a query gives at one moment. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Scrapes, how far they lie apart, and what `$__rate_interval` stands for: as scrapes, and in seconds. */
export interface Scrapes {
  readonly series: readonly Series[]
  readonly step: number
  readonly window: number
}

/**
 * Evaluates a query at one scrape.
 * @throws Error for a query that is made of anything else.
 */
export function evaluate(query: string, scrapes: Scrapes, at: number): Sample[] {
  const expression = query.trim()
  const [, aggregate, by, summed] =
    /^(sum|max)\s*(?:by\s*\(([^)]*)\))?\s*\(([\s\S]*)\)$/.exec(expression) ?? []
  if (aggregate !== undefined && summed !== undefined)
    return aggregated(
      evaluate(summed, scrapes, at),
      aggregate,
      by?.split(',').map(label => label.trim()) ?? [],
    )
  const [, share, buckets] = /^histogram_quantile\(([\d.]+),([\s\S]*)\)$/.exec(expression) ?? []
  if (share !== undefined && buckets !== undefined)
    return quantile(Number(share), evaluate(buckets, scrapes, at))
  const [, change, counter] = /^(rate|increase)\(([^[]*)\[\$__rate_interval\]\)$/.exec(expression) ?? []
  if (change !== undefined && counter !== undefined) {
    const seconds = change === 'rate' ? scrapes.window * scrapes.step : 1
    return selected(counter, scrapes.series).flatMap(({ labels, values }) => {
      const [before, now] = [values[at - scrapes.window], values[at]]
      return before === undefined || now === undefined ? [] : [{ labels, value: (now - before) / seconds }]
    })
  }
  return selected(expression, scrapes.series).flatMap(({ labels, values }) => {
    const value = values[at]
    return value === undefined ? [] : [{ labels, value }]
  })
}

function selected(selector: string, all: readonly Series[]): Series[] {
  const [, metric, matchers] = /^(\w+)\{(.*)\}$/.exec(selector.trim()) ?? []
  if (metric === undefined || matchers === undefined) throw new Error(`This is not known here: ${selector}`)
  const wanted = [...matchers.matchAll(/(\w+)="([^"]*)"/g)] // =~"$pool" is all of them
  return all.filter(
    ({ name, labels }) => name === metric && wanted.every(([, label = '', value]) => labels[label] === value),
  )
}

function aggregated(samples: readonly Sample[], how: string, by: readonly string[]): Sample[] {
  const groups = new Map<string, Sample>()
  for (const { labels, value } of samples) {
    const kept = Object.fromEntries(by.map(label => [label, labels[label] ?? '']))
    const key = JSON.stringify(kept)
    const so = groups.get(key)
    const total = so === undefined ? value : how === 'sum' ? so.value + value : Math.max(so.value, value)
    groups.set(key, { labels: kept, value: total })
  }
  return [...groups.values()]
}

/** Within its bucket evenly, as Prometheus has it. */
function quantile(share: number, buckets: readonly Sample[]): Sample[] {
  const sorted = buckets
    .map(({ labels, value }) => ({
      least: Number(labels.le === '+Inf' ? Number.POSITIVE_INFINITY : labels.le),
      value,
    }))
    .sort((a, b) => a.least - b.least)
  const all = sorted.at(-1)?.value ?? 0
  if (all === 0) return []
  const rank = share * all
  const place = sorted.findIndex(({ value }) => value >= rank)
  const { least: end, value } = sorted[place] as { least: number; value: number }
  const { least: begin, value: before } = sorted[place - 1] ?? { least: 0, value: 0 }
  if (end === Number.POSITIVE_INFINITY) return [{ labels: {}, value: begin }]
  return [
    {
      labels: {},
      value: value === before ? end : begin + ((end - begin) * (rank - before)) / (value - before),
    },
  ]
}
