// @ts-check
/**
 * Makes sure that there is what the browser tests need beyond npm and pip: Chromium (or one that KOVU_CHROMIUM names), certutil to trust
 * a test's certificate authority in it, and GNU m4, with which the playground's Makefile of 2012 makes its settings. Root on Debian gets
 * them installed now.
 */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const browsers = [
  process.env.KOVU_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const tools = [
  {
    found: () => browsers.some((path) => path !== undefined && path !== '' && existsSync(path)),
    debian: 'chromium',
    missing:
      'No Chromium was found. Install one (Debian: apt-get install chromium) or name it in KOVU_CHROMIUM.',
  },
  {
    found: () => spawnSync('certutil', ['-H']).error === undefined,
    debian: 'libnss3-tools',
    missing: 'certutil was not found. Install it (Debian: apt-get install libnss3-tools).',
  },
  {
    found: () => spawnSync('m4', ['--version']).error === undefined,
    debian: 'm4',
    missing: 'm4 was not found. Install GNU m4 (Debian: apt-get install m4).',
  },
]

/**
 * @returns {string | undefined} What is missing, as a sentence; undefined when the browser tests can run.
 */
export function ensureBrowserTools() {
  const needed = tools.filter(({ found }) => !found()).map(({ debian }) => debian)
  if (needed.length > 0 && process.getuid?.() === 0 && existsSync('/etc/debian_version')) {
    console.log(`Installing ${needed.join(', ')} for the browser tests (apt-get)…`)
    const options = {
      stdio: /** @type {const} */ ('inherit'),
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }
    spawnSync('apt-get', ['update', '-qq'], options)
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...needed], options)
  }
  return tools.find(({ found }) => !found())?.missing
}
