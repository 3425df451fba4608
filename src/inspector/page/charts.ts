// The charts of the two machines. What builds the page puts their geometry here: see scripts/page/build.ts.

import type { Chart } from './chart-types.js'

declare const __CHARTS__: { readonly connection: Chart; readonly pool: Chart }

export const { connection: connectionChart, pool: poolChart } = __CHARTS__
