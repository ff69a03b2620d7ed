import { exchange } from './exchange.ts'
import type { Answer, Endpoint, Service } from './types.ts'

/** OP_MSG, the one message that every server since 3.6 understands. */
const OP_MSG = 2013

/** MongoDB: reused where it answers, a container else. No distribution has it. */
export const mongodb: Service = {
  name: 'mongodb',
  title: 'MongoDB',
  port: 27_017,
  defaults: (project) => ({ database: project }),
  probe: async (endpoint) => exchange(endpoint, hello(), judge),
  container: {
    image: 'mongo',
    tag: '7',
    port: 27_017,
    volume: '/data/db',
    environment: ({ user, password = '', database = 'test' }: Endpoint) => ({
      ...(user !== undefined && {
        MONGO_INITDB_ROOT_USERNAME: user,
        MONGO_INITDB_ROOT_PASSWORD: password,
      }),
      MONGO_INITDB_DATABASE: database,
    }),
    // The password is in the container's environment: on a command line of this machine everybody could read it.
    client: ({ user, database = 'test' }: Endpoint) => ({
      command: 'sh',
      args: [
        '-c',
        user === undefined
          ? 'exec mongosh "$0"'
          : 'exec mongosh --username "$MONGO_INITDB_ROOT_USERNAME" --password "$MONGO_INITDB_ROOT_PASSWORD" --authenticationDatabase admin "$0"',
        database,
      ],
    }),
    healthy: ['mongosh', '--quiet', '--eval', 'db.hello().ok'],
  },
}

/** `{ hello: 1, $db: 'admin' }` as an OP_MSG. */
function hello(): Buffer {
  const fields = Buffer.from('\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0', 'latin1')
  const document = Buffer.concat([int32(fields.length + 4), fields])
  const body = Buffer.concat([int32(0), Buffer.from([0]), document])
  return Buffer.concat([int32(body.length + 16), int32(1), int32(0), int32(OP_MSG), body])
}

function judge(bytes: Buffer): Answer | undefined {
  if (bytes.length < 16) return undefined
  const length = bytes.readInt32LE(0)
  if (length < 21 || length > 65_536 || bytes.readInt32LE(12) !== OP_MSG) return { state: 'other' }
  if (bytes.length < length) return undefined
  return bytes.readInt32LE(8) === 1 ? { state: 'ready' } : { state: 'other' }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return bytes
}
