// Jest with CommonJS, as it is without options for Node.

module.exports = {
  transform: { '\\.[jt]s$': '<rootDir>/esbuild-transform.cjs' }, // or ts-jest, @swc/jest, babel-jest with its preset
  // statepool consists of ES modules, and what is in node_modules Jest does not transform unless it is told to. (.pnpm: pnpm's folder.)
  transformIgnorePatterns: ['/node_modules/(?!(\\.pnpm|statepool)/)'],
}
