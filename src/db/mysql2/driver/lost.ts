// The error of a connection that was closed, with the code that applications know from mysql2.

/** As mysql2 has it: commands under way and queued are answered with it. */
export function connectionLost(why: string): Error {
  return Object.assign(new Error(`Connection lost: ${why}`), {
    code: 'PROTOCOL_CONNECTION_LOST',
    fatal: true,
  })
}
