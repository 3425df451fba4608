// The format of recordings: what one is made of, and its way to bytes and back.

export {
  decode,
  decodeRecords,
  decodeSlice,
  encode,
  encodeSlice,
  mostNames,
  otherName,
  type RawRecord,
  RecordingError,
  readRecord,
  recordSize,
} from './codec.js'
export type {
  Frame,
  FrameCaller,
  FrameConnection,
  FrameHost,
  FrameLease,
  FrameStats,
  Incident,
  IncidentKind,
  Notice,
  RecordedError,
  RecordedPool,
  Recording,
  Slice,
  TransitionRecord,
} from './recording.js'
export { endReasons, foundRunning, incidentKinds, sessions } from './recording.js'
