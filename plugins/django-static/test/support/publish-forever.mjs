// Publishes two releases in turn until it is killed. Run with the compiled publish.js as its argument.
const [publishModule, root] = process.argv.slice(2)
const { publish } = await import(publishModule)
const release = (letter) => {
  const content = Buffer.from(letter.repeat(2_000))
  const files = []
  const paths = []
  for (let at = 0; at < 40; at += 1) {
    const hashed = `dir/f${at}.${letter.repeat(12)}.txt`
    files.push({ name: `dir/f${at}.txt`, source: { content, from: 'x' }, hashed: false })
    files.push({ name: hashed, source: { content, from: 'x' }, hashed: true })
    paths.push(hashed)
  }
  return [files, JSON.stringify({ letter, paths })]
}
process.stdout.write('ready\n')
for (let turn = 0; ; turn += 1) {
  const [files, manifest] = release('abcdef'[turn % 6])
  publish(root, files, manifest)
}
