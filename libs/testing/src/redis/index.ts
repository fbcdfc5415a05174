export { startRedis, type TestRedis, type TestRedisOptions } from './start-redis';
export { freePort } from './free-port';
