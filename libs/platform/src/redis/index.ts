export { connectRedis, type RedisConnection, type RedisLog } from './connect-redis';
export { loadScripts, type ScriptCall, type Scripts } from './load-scripts';
export { outcomeOf, RedisFault } from './redis-fault';
