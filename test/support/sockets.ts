// What keeps this process alive, as far as sockets go: what is not here again after a test, was leaked by it.

/** Sockets of this process that are open, or being opened, and not unref'd. */
export const socketsHeld = (): number =>
  process.getActiveResourcesInfo().filter(kind => /^(TCPSocketWrap|TCPConnectWrap|TLSWrap)$/.test(kind))
    .length
