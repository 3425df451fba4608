// A transform for Jest: TypeScript, and ES modules as CommonJS where Jest wants that.

const { transformSync } = require('esbuild')

module.exports = {
  process: (source, file, { supportsStaticESM }) =>
    transformSync(source, {
      loader: file.endsWith('.ts') ? 'ts' : 'js',
      format: supportsStaticESM ? 'esm' : 'cjs',
      target: 'node20',
      sourcefile: file,
      sourcemap: 'inline',
    }),
}
