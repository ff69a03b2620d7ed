// Older than AMD: makes a global.
var Strftime = {
  MONTHS: 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' '),

  pad: function (number) {
    return number < 10 ? '0' + number : String(number)
  },

  format: function (pattern, date) {
    return pattern.replace(/%([dbYmHM%])/g, function (match, letter) {
      switch (letter) {
        case 'd':
          return Strftime.pad(date.getDate())
        case 'b':
          return Strftime.MONTHS[date.getMonth()]
        case 'Y':
          return String(date.getFullYear())
        case 'm':
          return Strftime.pad(date.getMonth() + 1)
        case 'H':
          return Strftime.pad(date.getHours())
        case 'M':
          return Strftime.pad(date.getMinutes())
        default:
          return '%'
      }
    })
  }
}
