// statepool/inspector: pools in a browser.
export { diagnose } from './diagnose.js'
export { encodeMessage, MessageReader } from './framing.js'
export { type Inspector, inspector } from './inspector.js'
export type { InspectorOptions, Switch } from './options.js'
export type { Inspectable } from './pools.js'
export {
  type Answer,
  type ControlRequest,
  controlHeader,
  type Diagnosis,
  type Dropped,
  type Fault,
  type FaultRequest,
  type FaultsChanged,
  type Finding,
  type FindingKind,
  type FrameMessage,
  type Gone,
  type Hello,
  type Percentiles,
  type PoolIntroduction,
  paths,
  protocolVersion,
  type ServerMessage,
  type SliceMessage,
  type StatelyEvent,
  type SystemEvent,
  streamType,
  type Times,
} from './protocol.js'
export { type RecordingViewer, type ViewerOptions, viewer } from './recording-viewer.js'
