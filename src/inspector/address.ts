// The address at which a browser finds the page.

/** With the token in its fragment, which browsers keep to themselves; without a port, only what comes after the host's name. */
export function addressOf(host: string, port: number | undefined, base: string, token: string): string {
  return `${port === undefined ? '' : `http://${reachable(host)}:${port}`}${base}#token=${token}`
}

/** By which name a browser on this machine reaches what listens on an address. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
