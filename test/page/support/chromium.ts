// The system's Chromium: where it is, and how it is started.

import { existsSync } from 'node:fs'

const places = [
  process.env.CHROMIUM ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]

const path = places.find(place => place !== '' && existsSync(place))

/** Why tests are skipped, and what to do; undefined if they can run. */
export const chromiumMissing =
  path === undefined
    ? 'There is no Chromium: install it (apt-get install chromium), or set CHROMIUM to the path of one.'
    : undefined

/** What Playwright needs to start it. */
export const launchOptions = { executablePath: path as string, args: ['--no-sandbox'] }
