import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { KovuApi, TargetContext } from '@kovu/protocol'
import { resolveConfig } from 'vite'
import { afterEach, describe, expect, test } from 'vitest'
import { vhostDev, type VhostDevOptions } from '../src/index.ts'
import { cleanUp, makeRoot } from './support/site.ts'

afterEach(cleanUp)

const hosts = {
  cdn: 'vite',
  api: { target: 9001 },
  '*': { target: 8000 },
} satisfies VhostDevOptions['hosts']

/** What the plugin offers under a build's configuration, as the `kovu` command has it. */
async function offers(
  options: Partial<VhostDevOptions> = {},
  staticUrl?: string,
): Promise<{ root: string; kovu: KovuApi }> {
  const root = makeRoot()
  const plugin = vhostDev({
    domain: 'site.localhost',
    hosts,
    certificates: { dir: 'certificates' },
    ...options,
  })
  const statics = { url: staticUrl } as Awaited<ReturnType<NonNullable<KovuApi['statics']>>>
  const django = { name: 'django', api: { kovu: { statics: () => Promise.resolve(statics) } } }
  const plugins = [plugin, ...(staticUrl === undefined ? [] : [django])]
  await resolveConfig({ root, configFile: false, logLevel: 'silent', plugins }, 'build')
  if (plugin.api === undefined) throw new Error('no api')
  return { root, kovu: plugin.api.kovu }
}

async function run(kovu: KovuApi): Promise<string[]> {
  const said: string[] = []
  const log = { info: (line: string) => said.push(line), warn: () => {}, error: () => {} }
  await kovu.targets?.['certificates']?.run({ log } as unknown as TargetContext)
  return said
}

describe('the front that nobody has opened', () => {
  test('has the hosts and the port of the options', async () => {
    const { kovu } = await offers({ port: 9443 })
    expect(await kovu.site?.()).toEqual({
      domain: 'site.localhost',
      port: 9443,
      origins: [
        'https://cdn.site.localhost:9443',
        'https://api.site.localhost:9443',
        'https://*.site.localhost:9443',
        'https://site.localhost:9443',
      ],
    })
  })

  test('has the port and the host of STATIC_URL', async () => {
    const { kovu } = await offers(
      { hosts: { api: { target: 9001 } } },
      'https://static.site.localhost/s/',
    )
    expect(await kovu.site?.()).toEqual({
      domain: 'site.localhost',
      port: 443,
      origins: ['https://static.site.localhost', 'https://api.site.localhost'],
    })
  })

  test('is unknown before the configuration is there, and with any free port', async () => {
    expect(await vhostDev({ domain: 'site.localhost', hosts }).api?.kovu.site?.()).toBeUndefined()
    expect(await (await offers({ port: 0 })).kovu.site?.()).toBeUndefined()
  })
})

describe('the target certificates', () => {
  test('makes what the front needs, and nothing else', async () => {
    const { root, kovu } = await offers()
    const folder = join(root, 'certificates')
    const said = await run(kovu)
    expect(readdirSync(folder).toSorted()).toEqual(['ca.key', 'ca.pem', 'leaf.key', 'leaf.pem'])
    for (const key of ['ca.key', 'leaf.key'])
      expect([key, statSync(join(folder, key)).mode & 0o777]).toEqual([key, 0o600])
    const leaf = new X509Certificate(readFileSync(join(folder, 'leaf.pem')))
    expect(leaf.checkHost('cdn.site.localhost')).toBeDefined()
    expect(leaf.checkHost('anything.site.localhost')).toBeDefined()
    expect(said).toEqual([
      expect.stringMatching(
        /^the certificate of site\.localhost lasts until \d{4}-\d\d-\d\d, signed by .*ca\.pem: `kovu trust` makes/,
      ),
    ])
    // A second time there is nothing to do.
    const before = readFileSync(join(folder, 'leaf.pem'), 'utf8')
    await run(kovu)
    expect(readFileSync(join(folder, 'leaf.pem'), 'utf8')).toBe(before)
  })

  test('says which files of the user’s own cannot be read', async () => {
    const { kovu } = await offers({ certificates: { key: 'no.key', cert: 'no.pem' } })
    await expect(run(kovu)).rejects.toThrow(
      expect.objectContaining({
        code: 'VHOST_DEV_CERTIFICATE',
        message: expect.stringContaining('no.key'),
      }),
    )
  })
})
