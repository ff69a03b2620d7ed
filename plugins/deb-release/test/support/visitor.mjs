// @ts-check
/**
 * Visits a server from within its network, and prints what came of it as JSON.
 *
 *   visitor.mjs load URL      pages and the style sheets they name, four at a time, until standard input ends (at most two minutes)
 *   visitor.mjs feed URL      the first message of a WebSocket
 *   visitor.mjs get URL       status and text
 */
import { Agent, get } from 'node:http'

const [mode = '', url = ''] = process.argv.slice(2)
const agent = new Agent({ keepAlive: true })
const LONGEST = 120_000
const MOST = 40_000

/** @returns {Promise<{ status: number, text: string }>} */
function visit(path = '') {
  return new Promise((resolve, reject) => {
    get(url + path, { agent, timeout: 20_000 }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (data) => (text += data))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }))
      response.on('error', reject)
    })
      .on('error', reject)
      .on('timeout', () => reject(new Error('no answer')))
  })
}

async function load() {
  /** @type {string[]} */
  const failures = []
  /** @type {Set<string>} */
  const builds = new Set()
  let requests = 0
  const input = process.stdin.resume()
  const until = Date.now() + LONGEST
  const fails = (/** @type {string} */ what) => failures.length < 20 && failures.push(what)
  const one = async () => {
    while (!input.readableEnded && Date.now() < until && requests < MOST) {
      try {
        const page = await visit('/')
        const build = /Django in r(\d+)/.exec(page.text)?.[1]
        requests += 1
        if (page.status !== 200 || build === undefined)
          fails(`${page.status} ${page.text.slice(0, 80)}`)
        if (build === undefined) continue
        builds.add(build)
        const sheet = await visit(`/static/app.${build}${build}${build}.css`)
        requests += 1
        if (sheet.status !== 200) fails(`${sheet.status} style sheet of r${build}`)
      } catch (error) {
        fails(String(error))
      }
      // A visitor, not a flood.
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  await Promise.all([one(), one(), one(), one()])
  return { requests, failures, builds: [...builds].sort() }
}

function feed() {
  return new Promise((resolve, reject) => {
    const headers = {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': Buffer.alloc(16).toString('base64'),
    }
    get(url, { headers, timeout: 10_000 }, (response) => resolve({ status: response.statusCode }))
      .on('upgrade', (_, socket, head) => {
        const frame = (/** @type {Buffer} */ bytes) => {
          // A short text frame: two bytes, then the text.
          resolve({ status: 101, text: bytes.toString('utf8', 2) })
          socket.destroy()
        }
        if (head.length > 2) frame(head)
        else socket.once('data', frame)
      })
      .on('error', reject)
      .on('timeout', () => reject(new Error('no answer')))
  })
}

const works = { load, feed, get: () => visit() }
const work = works[/** @type {keyof typeof works} */ (mode)]
process.stdout.write(JSON.stringify(await work()))
process.exit(0)
