// `npx tsx scripts/dashboard/main.ts`: draws the Grafana dashboard for docs/guides/prometheus.md, with what its own queries give for a story
// in simulated time. It is drawn by this project, not by Grafana.

import { readFile, writeFile } from 'node:fs/promises'
import { drawDashboard } from './draw.js'
import { scrapeStory } from './scrape.js'

const inDocs = (path: string): URL => new URL(`../../docs/${path}`, import.meta.url)
const dashboard = JSON.parse(await readFile(inDocs('grafana/statepool.json'), 'utf8'))
const scrapes = await scrapeStory()
await writeFile(inDocs('images/dashboard-light.svg'), drawDashboard(dashboard, scrapes, 'light'))
await writeFile(inDocs('images/dashboard-dark.svg'), drawDashboard(dashboard, scrapes, 'dark'))
