import { execFileSync } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { certificateDir, loadCertificates } from '../src/certificates/load.ts'
import { makeAuthority, makeLeaf } from '../src/certificates/x509.ts'
import { ask } from './support/client.ts'
import { afterwards, cleanUp, makeRoot, startSite } from './support/site.ts'

afterEach(cleanUp)

const names = ['site.localhost', '*.site.localhost']
const day = 86_400_000

function verify(root: string, ca: string, leaf: string, host: string): string {
  writeFileSync(join(root, 'ca.pem'), ca)
  writeFileSync(join(root, 'leaf.pem'), leaf)
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-verify_hostname', host]
  try {
    return execFileSync('/usr/bin/openssl', [...args, '-CAfile', 'ca.pem', 'leaf.pem'], {
      cwd: root,
      encoding: 'utf8',
      stdio: 'pipe',
    })
  } catch (error) {
    return String((error as { stderr?: string }).stderr)
  }
}

describe('certificates', () => {
  test.runIf(existsSync('/usr/bin/openssl'))(
    'pass a strict check by OpenSSL, for their domain only',
    () => {
      const root = makeRoot()
      const ca = makeAuthority('site.localhost', 30, new Date())
      const authority = { key: createPrivateKey(ca.key), domain: 'site.localhost' }
      const leaf = makeLeaf(authority, names, 20, new Date())
      expect(verify(root, ca.cert, leaf.cert, 'www.site.localhost')).toContain('OK')
      const stolen = makeLeaf(authority, ['www.other.test'], 20, new Date())
      expect(verify(root, ca.cert, stolen.cert, 'www.other.test')).toContain(
        'permitted subtree violation',
      )
    },
  )

  test('are kept with keys only their owner can read, and used again', () => {
    const root = makeRoot()
    const dir = join(root, 'deep', 'folder')
    const first = loadCertificates({ dir }, 'site.localhost', names, root)
    expect(statSync(dir).mode & 0o777).toBe(0o700)
    for (const key of ['ca.key', 'leaf.key'])
      expect(statSync(join(dir, key)).mode & 0o777).toBe(0o600)
    const again = loadCertificates({ dir }, 'site.localhost', names, root)
    expect(again.cert).toBe(first.cert)
    expect(first.expires.getTime() - Date.now()).toBeLessThan(90 * day)
  })

  test('are made anew for other names and before they end, the authority only before its end', () => {
    const root = makeRoot()
    const dir = join(root, 'c')
    const load = (wanted: string[], now: Date) =>
      loadCertificates({ dir }, 'site.localhost', wanted, root, now)
    const now = new Date()
    const ca = (): string => readFileSync(join(dir, 'ca.pem'), 'utf8')
    const first = load(names, now)
    const firstCa = ca()
    expect(load(names, new Date(now.getTime() + 30 * day)).cert).toBe(first.cert)
    const later = load(names, new Date(now.getTime() + 45 * day))
    expect(later.cert).not.toBe(first.cert)
    expect(load([...names, '*.a.site.localhost'], now).cert).not.toBe(later.cert)
    expect(ca()).toBe(firstCa)
    load(names, new Date(now.getTime() + 700 * day))
    expect(ca()).not.toBe(firstCa)
  })

  test('inside the project are not served', async () => {
    const site = await startSite({ cdn: 'vite' })
    for (const file of [
      'ca.key',
      'leaf.key',
      'leaf.key?raw',
      'leaf.key?url',
      '../.certificates/ca.key',
    ]) {
      for (const prefix of ['/.certificates/', `/@fs${site.root}/.certificates/`]) {
        const { body } = await ask(site, 'cdn.site.localhost', prefix + file)
        expect(body).not.toContain('PRIVATE KEY')
      }
    }
  })

  test('are outside the project by default', () => {
    const before = process.env['XDG_DATA_HOME']
    process.env['XDG_DATA_HOME'] = '/data'
    expect(certificateDir({}, 'site.localhost', '/project')).toBe('/data/kovu/site.localhost')
    if (before === undefined) delete process.env['XDG_DATA_HOME']
    else process.env['XDG_DATA_HOME'] = before
  })

  test('can be the own ones of the user', async () => {
    const ca = makeAuthority('site.localhost', 30, new Date())
    const authority = { key: createPrivateKey(ca.key), domain: 'site.localhost' }
    const leaf = makeLeaf(authority, names, 20, new Date())
    const files = { 'own.key': leaf.key, 'own.pem': leaf.cert, 'index.html': 'own' }
    const certificates = { key: 'own.key', cert: 'own.pem' }
    const site = await startSite({ cdn: 'vite' }, files, {}, { certificates })
    expect((await ask({ ...site, ca: ca.cert }, 'cdn.site.localhost', '/')).status).toBe(200)
    await expect(
      startSite({ cdn: 'vite' }, files, {}, { certificates: { key: 'own.key', cert: 'none.pem' } }),
    ).rejects.toThrow('VHOST_DEV_CERTIFICATE')
    expect(new X509Certificate(leaf.cert).subjectAltName).toContain('*.site.localhost')
  })

  test('are renewed while the front runs, for new connections; open ones go on', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'Date'] })
    afterwards(() => void vi.useRealTimers())
    const site = await startSite({ cdn: 'vite' }, { 'a.js': 'export {}' })
    const connectTo = (): Promise<TLSSocket> =>
      new Promise((done, fail) => {
        // The clock of the certificate is not that of OpenSSL here.
        const socket = connect({
          host: '127.0.0.1',
          port: site.port,
          servername: 'cdn.site.localhost',
          rejectUnauthorized: false,
        })
        socket.on('error', fail)
        socket.on('secureConnect', () => done(socket))
      })
    const [first] = [await connectTo()]
    const before = first.getPeerCertificate().serialNumber
    await vi.advanceTimersByTimeAsync(30 * day)
    const same = await connectTo()
    expect(same.getPeerCertificate().serialNumber).toBe(before)
    await vi.advanceTimersByTimeAsync(15 * day)
    const second = await connectTo()
    const renewed = second.getPeerCertificate()
    expect(renewed.serialNumber).not.toBe(before)
    expect(Date.parse(renewed.valid_to) - Date.now()).toBeGreaterThan(45 * day)
    expect(first.readyState).toBe('open')
    for (const socket of [first, same, second]) socket.destroy()
  })

  test('of the user that do not fit the hosts are used, with a warning that names them', async () => {
    const ca = makeAuthority('site.localhost', 30, new Date())
    const authority = { key: createPrivateKey(ca.key), domain: 'site.localhost' }
    const leaf = makeLeaf(authority, ['cdn.site.localhost'], 20, new Date())
    const files = { 'own.key': leaf.key, 'own.pem': leaf.cert }
    const certificates = { key: 'own.key', cert: 'own.pem' }
    const site = await startSite({ cdn: 'vite', www: 9 }, files, {}, { certificates })
    expect(site.logged.join('\n')).toContain('is not for')
    expect(site.logged.join('\n')).toContain('www.site.localhost')
    expect(site.logged.join('\n')).not.toContain('cdn.site.localhost,')
  })

  test.runIf(existsSync('/usr/bin/mkcert'))(
    "of mkcert's are accepted, trusted by its authority",
    async () => {
      const root = makeRoot()
      const env = { ...process.env, CAROOT: root }
      const files = ['-key-file', join(root, 'm.key'), '-cert-file', join(root, 'm.pem')]
      execFileSync('mkcert', [...files, 'site.localhost', '*.site.localhost'], {
        env,
        stdio: 'ignore',
      })
      const certificates = { key: join(root, 'm.key'), cert: join(root, 'm.pem') }
      const site = await startSite({ cdn: 'vite' }, { 'index.html': 'own' }, {}, { certificates })
      const ca = readFileSync(join(root, 'rootCA.pem'), 'utf8')
      expect((await ask({ port: site.port, ca }, 'cdn.site.localhost', '/')).body).toContain('own')
      expect(site.logged.join('\n')).not.toContain('is not for')
    },
  )
})
