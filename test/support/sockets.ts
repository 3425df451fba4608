// Sockets that a test leaves open, for tests that count them.

export { socketsAtRest, socketsHeld } from '../../src/testing/contract/sockets.js'
