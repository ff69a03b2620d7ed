// @ts-check
/**
 * Makes sure that there is a Chromium, and certutil to trust a test's certificate authority in it: named in KOVU_CHROMIUM, installed, or,
 * for root on Debian, installed now.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const places = [
  process.env.KOVU_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** @returns {boolean} */
function hasChromium() {
  return places.some((path) => path !== undefined && path !== '' && existsSync(path))
}

/** @returns {boolean} */
function hasCertutil() {
  return spawnSync('certutil', ['-H']).error === undefined
}

/**
 * @returns {string | undefined} What is missing, as a sentence; undefined when the browser tests can run.
 */
export function ensureChromium() {
  if (hasChromium() && hasCertutil()) return undefined
  if (process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log('Installing Chromium and certutil for the browser tests (apt-get)…')
    const options = {
      stdio: /** @type {const} */ ('inherit'),
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    spawnSync('apt-get', ['update', '-qq'], options)
    spawnSync(
      'apt-get',
      ['install', '-y', '-qq', '--no-install-recommends', 'chromium', 'libnss3-tools'],
      options,
    )
  }
  if (!hasChromium())
    return 'No Chromium was found. Install one (Debian: apt-get install chromium) or name it in KOVU_CHROMIUM.'
  if (!hasCertutil())
    return 'certutil was not found. Install it (Debian: apt-get install libnss3-tools).'
  return undefined
}
