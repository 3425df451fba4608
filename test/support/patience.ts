// How long tests wait in real time for servers, processes and sockets. All limits come from here: those of a quiet machine, six times over.

/** For one thing that the outside world is to do; in milliseconds. Only a test that fails waits for so long. */
export const patience = 90_000

/** For a test, which may wait for more than one of them. */
export const testTimeout = 4 * patience

/** How many times longer than on a quiet machine things may take before it counts as a fault. */
export const slack = 6
