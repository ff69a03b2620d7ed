import type { Log, TargetContext } from '@kovu/protocol'

/**
 * What a target is given that runs by itself: nobody takes down what it reads and writes.
 *
 * @param root The project's folder.
 */
export function contextIn(root: string, log: Partial<Log> = {}): TargetContext {
  return {
    root,
    mode: 'production',
    force: false,
    signal: new AbortController().signal,
    log: { info: () => {}, warn: () => {}, error: () => {}, ...log },
    input: () => {},
    output: () => {},
    build: () => Promise.resolve(true),
  }
}
