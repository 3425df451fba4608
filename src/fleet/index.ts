// statepool/fleet: one budget of connections for the pools of many processes.
export { type MemoryEngine, type MemoryEngineOptions, memoryEngine } from './engines/memory.js'
export {
  type NatsBucketLike,
  type NatsEngineOptions,
  type NatsEntryLike,
  natsEngine,
} from './engines/nats.js'
export {
  type IoRedisLike,
  type NodeRedisLike,
  type RedisEngineOptions,
  redisEngine,
} from './engines/redis.js'
export { Fleet, type FleetOptions, fleet } from './fleet.js'
export type { Answer, FleetEngine, Report } from './ledger/engine.js'
