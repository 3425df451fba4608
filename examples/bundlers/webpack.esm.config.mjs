// A server of one file, bundled by webpack as an ES module.

export default {
  target: 'node',
  mode: 'production',
  entry: './server.js',
  experiments: { outputModule: true },
  output: { filename: 'server.mjs', module: true },
}
