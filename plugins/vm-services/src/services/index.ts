import { memcached } from './memcached.ts'
import { mongodb } from './mongodb.ts'
import { mysql } from './mysql.ts'
import { postgresql } from './postgresql.ts'
import { rabbitmq } from './rabbitmq.ts'
import { redis } from './redis.ts'
import type { Service, ServiceName } from './types.ts'

/** Every kind of service. */
export const services: Readonly<Record<ServiceName, Service>> = {
  mysql,
  postgresql,
  redis,
  rabbitmq,
  memcached,
  mongodb,
}
