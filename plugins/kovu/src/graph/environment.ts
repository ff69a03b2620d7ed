/** Variables that say how a terminal looks, or who called: they change from call to call and mean nothing to a build. */
const volatile =
  /^(?:_|SHLVL|PWD|OLDPWD|TERM.*|COLUMNS|LINES|NODE_(?!ENV$).*|npm_.*|INIT_CWD|VITE_(?:USER_NODE_ENV|CJS_.*)|VITEST.*|SSH_.*|XDG_.*|WINDOWID|TMPDIR|TEMP|TMP|HOME|PATH|Path|USER|LOGNAME|SHELL|FORCE_COLOR|NO_COLOR|COLOR.*|CI|DEBUG|MAKE.*|MFLAGS|JEST_.*|ROLLDOWN_.*|OXC_.*|NAPI_.*|TSX_.*)$/

/**
 * Takes down the names of the environment variables that are read while work is done: a config that reads `process.env.PORT` depends
 * on PORT, without having to say so. Copies of the whole environment, as for child processes, do not count.
 *
 * @param names Receives the names.
 */
export async function noteVariables<Result>(
  names: Set<string>,
  work: () => Promise<Result>,
): Promise<Result> {
  const own = process.env
  // `{ ...process.env }` asks for the names and then for each value in their order.
  let copied: readonly (string | symbol)[] = []
  const note = (name: string | symbol): void => {
    const isCopy = copied[0] === name
    copied = isCopy ? copied.slice(1) : []
    if (!isCopy && typeof name === 'string' && !volatile.test(name)) names.add(name)
  }
  process.env = new Proxy(own, {
    get(target, name) {
      note(name)
      return Reflect.get(target, name) as unknown
    },
    has(target, name) {
      note(name)
      return Reflect.has(target, name)
    },
    // Without this the value would be defined as a property, which Node refuses.
    set: (target, name, value) => Reflect.set(target, name, value),
    ownKeys(target) {
      copied = Reflect.ownKeys(target)
      return [...copied]
    },
  })
  try {
    return await work()
  } finally {
    process.env = own
  }
}
