export { kovu as default, kovu } from './preset.ts'
export type { KovuOptions, OwnTarget } from './options.ts'
