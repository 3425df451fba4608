// statepool/recorder: a flight recorder for pools, and the recordings that it makes.
export { readRecording } from './file.js'
export {
  decode,
  decodeRecords,
  encode,
  endReasons,
  type Frame,
  type FrameCaller,
  type FrameConnection,
  type FrameHost,
  type FrameLease,
  type FrameStats,
  foundRunning,
  type Incident,
  type IncidentKind,
  incidentKinds,
  type Notice,
  type RecordedError,
  type RecordedPool,
  type Recording,
  RecordingError,
  recordSize,
  sessions,
  type TransitionRecord,
} from './format.js'
export type { RecorderOptions } from './options.js'
export { type PoolOfHosts, type Recorder, recorder } from './recorder.js'
export { type Contradiction, type ReplayReport, replay } from './replay.js'
