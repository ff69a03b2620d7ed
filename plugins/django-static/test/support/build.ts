import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build, type InlineConfig, type PluginOption } from 'vite'
import { djangoStatic, type DjangoStaticOptions } from '../../src/index.ts'
import { recordingLogger } from './dev.ts'
import { djangoPython } from './venv.ts'

/**
 * Runs a real `vite build` over a project.
 *
 * @param root The project's folder.
 * @param options The plugin's options.
 * @param config More of Vite's configuration.
 * @returns What was logged.
 */
export async function runBuild(
  root: string,
  options: DjangoStaticOptions = {},
  config: InlineConfig = {},
): Promise<string[]> {
  const { logger, logged } = recordingLogger()
  const plugins: PluginOption[] = [
    djangoStatic({ python: djangoPython(), ...options }),
    config.plugins ?? [],
  ]
  await build({ configFile: false, root, customLogger: logger, ...config, plugins })
  return logged
}

/** Every file below a folder with its content, by name; but for the kept releases. */
export function readTree(dir: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    if (path.includes('/.kovu/')) continue
    if (path.includes('\uFFFD') && !existsSync(path)) {
      files.set(path.slice(dir.length + 1), '(its name is not UTF-8)')
      continue
    }
    files.set(path.slice(dir.length + 1), readFileSync(path, 'latin1'))
  }
  return files
}

/** `paths` and `hash` of a staticfiles.json. */
export function readManifest(dir: string): {
  paths: Record<string, string>
  hash?: string
  version: string
} {
  return JSON.parse(readFileSync(join(dir, 'staticfiles.json'), 'utf8')) as never
}

/** Runs Python in the project with its settings and gives what it printed. */
export function runPython(
  root: string,
  code: string,
  env: Record<string, string> = {},
  version = '5.2',
): string {
  return execFileSync(djangoPython(version), ['-c', code], {
    cwd: root,
    env: {
      ...process.env,
      DJANGO_SETTINGS_MODULE: 'site_.settings',
      PYTHONDONTWRITEBYTECODE: '1',
      ...env,
    },
    encoding: 'utf8',
  }).trim()
}
