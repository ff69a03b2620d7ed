import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Derivation, KovuApi, KovuPluginApi, TargetContext } from '@kovu/protocol'
import { createLogger, resolveConfig, type InlineConfig, type Plugin } from 'vite'
import { onTestFinished } from 'vitest'
import { hulkAmd, type HulkAmdOptions } from '../../src/index.ts'

/** Writes files into a new folder that goes away with the test. */
export function site(files: Readonly<Record<string, string>>): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'hulk-amd-')))
  onTestFinished(() => fs.rmSync(root, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) write(root, name, text)
  return root
}

export function write(root: string, name: string, text: string): void {
  const file = path.join(root, name)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(file, text)
}

/** A config for Vite without a file and without talk. */
export function inline(root: string, plugins: Plugin[], more: InlineConfig = {}): InlineConfig {
  return { root, configFile: false, logLevel: 'silent', plugins, ...more }
}

/** What the plugin offers its peers in a resolved config. */
export async function apiOf(
  root: string,
  options: HulkAmdOptions = {},
  peer?: KovuApi,
  warn?: (text: string) => void,
): Promise<KovuApi> {
  const plugins: Plugin[] = hulkAmd(options)
  if (peer) plugins.push({ name: 'peer', api: { kovu: peer } satisfies KovuPluginApi })
  const customLogger = createLogger('silent')
  if (warn) customLogger.warn = warn
  await resolveConfig(inline(root, plugins, { customLogger }), 'build')
  const [main] = plugins as [Plugin, ...Plugin[]]
  return (main.api as KovuPluginApi).kovu
}

/** The derivation that applies to a source. */
export function derivationFor(api: KovuApi, source: string): Derivation {
  const found = api.derives?.find(({ from }) => source.endsWith(from))
  if (!found) throw new Error(`nothing is derived from ${source}`)
  return found
}

/** Runs the `templates` target. */
export async function runTemplates(
  api: KovuApi,
  root: string,
): Promise<{ log: string[]; inputs: string[]; outputs: string[] }> {
  const log: string[] = []
  const inputs: string[] = []
  const outputs: string[] = []
  const say = (line: string) => void log.push(line)
  const context: TargetContext = {
    root,
    mode: 'production',
    force: false,
    signal: new AbortController().signal,
    log: { info: say, warn: say, error: say },
    input: (what) => void inputs.push(what),
    output: (file) => void outputs.push(file),
    build: () => Promise.reject(new Error('the templates target needs no build')),
  }
  await api.targets?.['templates']?.run(context)
  return { log, inputs, outputs }
}
