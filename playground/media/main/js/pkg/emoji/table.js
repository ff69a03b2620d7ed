define({
  anchor: '\u2693',
  coffee: '\u2615',
  heart: '\u2665',
  leaf: '\u2618',
  music: '\u266B',
  smile: '\u263A',
  star: '\u2605',
  sun: '\u2600'
})
