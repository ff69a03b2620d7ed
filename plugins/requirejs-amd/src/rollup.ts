/** Plain Rollup: what stands in the place of Vite's configuration. */
import { normalizePath, type ResolvedConfig } from 'vite'

/** What this plugin reads of Vite's configuration, as far as a build goes. */
type BuildConfig = Pick<ResolvedConfig, 'root' | 'base' | 'command' | 'publicDir' | 'plugins'> & {
  readonly build: Pick<ResolvedConfig['build'], 'outDir' | 'minify' | 'sourcemap'>
  readonly server: Pick<ResolvedConfig['server'], 'hmr'>
  readonly logger: Pick<ResolvedConfig['logger'], 'warn' | 'error'>
}

/**
 * The configuration of a build by Rollup: static files are those below the working directory.
 *
 * @param plugins Rollup's plugins, in which others of this suite may be.
 * @param warn Rollup's way to tell.
 */
export function rollupConfig(
  plugins: readonly unknown[],
  warn: (message: string) => void,
): ResolvedConfig {
  const config: BuildConfig = {
    root: normalizePath(process.cwd()),
    base: './',
    command: 'build',
    publicDir: '',
    plugins: plugins.flat(9).filter(Boolean) as ResolvedConfig['plugins'],
    build: { outDir: 'dist', minify: 'oxc', sourcemap: false },
    server: { hmr: false },
    logger: { warn, error: warn },
  }
  // Nothing else is read in a build.
  return config as unknown as ResolvedConfig
}
