// Jest with ES modules: statepool is loaded as it is.

module.exports = {
  transform: { '\\.ts$': '<rootDir>/esbuild-transform.cjs' }, // none is needed for tests in JavaScript: transform: {}
  extensionsToTreatAsEsm: ['.ts'],
}
