// What keeps this process alive, as far as sockets go: what is not here again after a test, was leaked by it.

/** Sockets of this process that are open, or being opened, and not unref'd. */
export const socketsHeld = (): number =>
  process.getActiveResourcesInfo().filter(kind => /^(TCPSocketWrap|TCPConnectWrap|TLSWrap)$/.test(kind))
    .length

/**
 * The same, once those that are still being closed, by whatever came before, are gone. To be compared with `<=` afterwards: a test that
 * starts from one too many would wait for it forever.
 */
export async function socketsAtRest(): Promise<number> {
  for (let count = socketsHeld(); ; ) {
    await new Promise(resolve => setTimeout(resolve, 50))
    const now = socketsHeld()
    if (now === count) return now
    count = now
  }
}
