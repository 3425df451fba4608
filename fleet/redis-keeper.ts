// Redis as the keeper of the budget, for the processes of `npm run fleet`.
import { Redis } from 'ioredis'
import { type FleetEngine, redisEngine } from '../src/fleet/index.js'

export function engineAt(url: string): FleetEngine {
  const redis = new Redis(url)
  redis.on('error', () => {}) // the pool says so
  return redisEngine(redis)
}
