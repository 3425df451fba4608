// Only for running from source, in this project's own tests and examples: not part of the package.
//
// By `require`: what compiles an `import` runs in one more thread, which the worker would wait for and could not be ended meanwhile.

import { require as compiled } from 'tsx/cjs/api'

compiled('./worker.ts', import.meta.url)
