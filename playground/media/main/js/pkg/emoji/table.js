define({
  boat: '\u26F5',
  bread: '\uD83C\uDF5E',
  heart: '\u2764\uFE0F',
  leaf: '\uD83C\uDF3F',
  music: '\uD83C\uDFB5',
  smile: '\uD83D\uDE42',
  tada: '\uD83C\uDF89'
})
