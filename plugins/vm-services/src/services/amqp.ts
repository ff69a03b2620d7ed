import { connect } from 'node:net'
import type { Endpoint } from './types.ts'

/** What a client of AMQP 0-9-1 says first. */
export const AMQP_HEADER: Buffer = Buffer.from('AMQP\0\0\x09\x01', 'latin1')

/** Methods of the class `connection`, as class and method in four bytes (AMQP 0-9-1, 1.4). */
export const connection = {
  start: 0x00_0a_00_0a,
  startOk: 0x00_0a_00_0b,
  tune: 0x00_0a_00_1e,
  tuneOk: 0x00_0a_00_1f,
  open: 0x00_0a_00_28,
  openOk: 0x00_0a_00_29,
  close: 0x00_0a_00_32,
} as const

/** A broker that is asked for a login may think about it; RabbitMQ lets a wrong one wait on purpose. */
const PATIENCE = 15_000

/** No frame is larger before a size is agreed upon, nor is what a broker says in a handshake. */
const LARGEST = 131_072

/** A method on channel 0. */
export interface Method {
  readonly id: number
  readonly args: Buffer
  /** Bytes of the whole frame. */
  readonly length: number
}

/**
 * Reads the first frame.
 *
 * @returns Undefined when it is not whole yet; `'other'` when it is no method of the connection.
 */
export function readMethod(bytes: Buffer): Method | 'other' | undefined {
  if (bytes[0] !== 1) return bytes.length === 0 ? undefined : 'other'
  if (bytes.length < 11) return undefined
  if (bytes.readUInt16BE(1) !== 0 || bytes.readUInt16BE(7) !== 10) return 'other'
  const size = bytes.readUInt32BE(3)
  if (bytes.length < size + 8) return undefined
  return { id: bytes.readUInt32BE(7), args: bytes.subarray(11, 7 + size), length: size + 8 }
}

/**
 * Logs in to a virtual host as the application does, and leaves again.
 *
 * @returns False when the broker does not let it in.
 */
export async function logIn(endpoint: Endpoint): Promise<boolean> {
  const { host, port } = endpoint
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (isIn: boolean): void => {
      if (isIn) socket.end(frame(connection.close, Buffer.alloc(2 + 1 + 4)))
      else socket.destroy()
      resolve(isIn)
    }
    let bytes = Buffer.alloc(0)
    socket.setTimeout(PATIENCE, () => end(false))
    socket.on('connect', () => socket.write(AMQP_HEADER))
    socket.on('data', (data: Buffer) => {
      bytes = Buffer.concat([bytes, data])
      for (let method = readMethod(bytes); method !== undefined; method = readMethod(bytes)) {
        if (method === 'other') return end(false)
        bytes = bytes.subarray(method.length)
        const answer = answerTo(method, endpoint)
        if (typeof answer === 'boolean') return end(answer)
        socket.write(answer)
      }
      if (bytes.length > LARGEST) end(false)
    })
    socket.on('error', () => end(false))
    socket.on('close', () => end(false))
  })
}

/** The next step of the handshake (AMQP 0-9-1, 2.2.4), or how it ended. */
function answerTo({ id, args }: Method, endpoint: Endpoint): Buffer | boolean {
  const { user = 'guest', password = 'guest', database = '/' } = endpoint
  if (id === connection.start) {
    const response = long(`\0${user}\0${password}`)
    return frame(connection.startOk, long(''), short('PLAIN'), response, short('en_US'))
  }
  if (id === connection.tune) {
    const open = frame(connection.open, short(database), short(''), Buffer.alloc(1))
    return Buffer.concat([frame(connection.tuneOk, args), open])
  }
  return id === connection.openOk
}

function frame(id: number, ...args: readonly Buffer[]): Buffer {
  const payload = Buffer.concat([Buffer.alloc(4), ...args])
  payload.writeUInt32BE(id)
  const head = Buffer.from([1, 0, 0, 0, 0, 0, 0])
  head.writeUInt32BE(payload.length, 3)
  return Buffer.concat([head, payload, Buffer.from([0xce])])
}

function short(text: string): Buffer {
  const bytes = Buffer.from(text).subarray(0, 255)
  return Buffer.concat([Buffer.from([bytes.length]), bytes])
}

function long(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}
