/** Where the modules of the runtime are imported from. */
export interface RuntimeNames {
  readonly runtime: string
  readonly compiler: string
  readonly spec: string
  readonly specCompiler: string
}

/** What a template's module imports of us: answered by the plugin, so no path outside the project is asked for. */
export const VIRTUAL: RuntimeNames = {
  runtime: 'virtual:hulk-amd/runtime/index',
  compiler: 'virtual:hulk-amd/runtime/compiler',
  spec: 'virtual:hulk-amd/runtime/spec',
  specCompiler: 'virtual:hulk-amd/runtime/spec-compiler',
}
/** The same in files that leave this build. */
export const PACKAGED: RuntimeNames = {
  runtime: '@kovu/hulk-amd/runtime',
  compiler: '@kovu/hulk-amd/runtime/compiler',
  spec: '@kovu/hulk-amd/runtime/spec',
  specCompiler: '@kovu/hulk-amd/runtime/spec-compiler',
}
