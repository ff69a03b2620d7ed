const SECRET = /PASSW|PASSPHRASE|SECRET|TOKEN|CREDENTIAL|PRIVATE|(?:^|_)(?:KEY|PW|PWD|DSN)(?:_|$)/

/** Is a setting a secret by what its name says? */
export function isSecret(name: string): boolean {
  return SECRET.test(name.replaceAll(/^_+|_+$/g, '').toUpperCase())
}

/** Puts `***` for the rest of a line that defines a secret, so that a code frame can be shown in a log. */
export function mask(line: string): string {
  return line.replaceAll(
    /((?:define|pushdef)\(\s*[`[]?(\w+)['\]]?\s*,\s*).*/g,
    (all, head: string, name: string) => (isSecret(name) ? `${head}***` : all),
  )
}
