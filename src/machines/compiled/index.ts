// Makes XState cheap to run: machines by plans, messages in place, children without copies. Imports XState and nothing else;
// nothing outside this folder touches what XState does not publish.
export { adopt, dismiss, lighten, parentOf, rootOf } from './children.js'
export { compiled } from './compiled.js'
export { deliver } from './deliver.js'
export { onClock, rescheduled } from './on-clock.js'
export { type Move, stateName, type Tap, tapInto } from './tap.js'
