define(['underscore'], function (_) {
  var RULES = [
    { icon: 'star', text: 'Popular', is: { followers: 3 } },
    { icon: 'globe', text: 'Curious', is: { following: 3 } },
    { icon: 'leaf', text: 'Regular', is: {} }
  ]

  return function (user) {
    return _.filter(RULES, function (rule) {
      return _.every(rule.is, function (least, key) {
        return (user.get(key) || 0) >= least
      })
    })
  }
})
