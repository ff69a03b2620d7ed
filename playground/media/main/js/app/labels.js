// The words that templates show, in the visitor's language.
define(['gettext'], function (gettext) {
  return {
    like: gettext('Like'),
    liked: gettext('Liked'),
    share: gettext('Share'),
    followers: gettext('followers'),
    following: gettext('following'),
    nobody: gettext('Nothing here yet.'),
    people: gettext('People you may know'),
    tip: gettext('Did you know?'),
    close: gettext('Close'),
    link: gettext('Copy this to share the post:'),
    hello: gettext('Hello from a hand-made page.'),
    from: gettext('from')
  }
})
