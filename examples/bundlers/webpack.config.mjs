// A server of one file, bundled by webpack as CommonJS.

export default {
  target: 'node',
  mode: 'production',
  entry: './server.js',
  output: { filename: 'server.cjs' },
}
