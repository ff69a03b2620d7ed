import { DebReleaseError } from './error.ts'

/**
 * The suite that a branch is published to.
 *
 * @param channels The option: branches, in which `*` stands for any characters, and suites.
 * @param branch As packages are named after it.
 * @param env KOVU_CHANNEL asks for a suite, whatever the branch.
 * @returns Undefined when the branch is not published.
 * @throws {DebReleaseError} `DEB_RELEASE_CHANNEL` when KOVU_CHANNEL is no suite's name.
 */
export function channelOf(
  channels: Readonly<Record<string, string>>,
  branch: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const asked = env.KOVU_CHANNEL
  if (asked !== undefined && asked !== '') {
    if (/^[a-z0-9][a-z0-9.+-]*$/.test(asked)) return asked
    throw new DebReleaseError(
      'DEB_RELEASE_CHANNEL',
      `KOVU_CHANNEL is ${JSON.stringify(asked)}: a suite is called by lower-case letters, digits, \`.\`, \`+\` and \`-\`.`,
    )
  }
  return Object.entries(channels).find(([pattern]) => matches(pattern, branch))?.[1]
}

function matches(pattern: string, branch: string): boolean {
  const parts = pattern.split('*').map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*')}$`).test(branch)
}
