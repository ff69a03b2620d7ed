/**
 * The types by which Kovu's plugins know each other. There is no line of run-time code here: a plugin finds its
 * peers by looking for `plugin.api.kovu` in Vite's resolved plugin list, and does its own job when it finds none.
 */
export type { Command, CommandContext } from './command.ts'
export type { Derivation, Derived } from './derivation.ts'
export type { FrontSite, KovuApi, KovuPluginApi, KovuRun } from './api.ts'
export type { StaticAnswer, StaticRequest, Statics } from './statics.ts'
export type { Log, Target, TargetContext } from './target.ts'
