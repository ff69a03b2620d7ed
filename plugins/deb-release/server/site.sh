# What is known of one site, and how it is switched. Read by kovu-release and by the packages' scripts.
#
#   /opt/NAME/BRANCH/releases/rBUILD   a release, owned by the package NAME-src-BRANCH-rBUILD
#   /opt/NAME/BRANCH/current           link to the release that is live
#   /opt/NAME/BRANCH/previous          link to the one that was live before
#   /opt/NAME/BRANCH/hold              the release that installing another one does not replace
#   /usr/lib/kovu/sites/NAME/BRANCH/   a file for each role: its units, and whether nginx serves it

SITES=/usr/lib/kovu/sites

say() { printf '%s\n' "$*"; }

# fail CODE SENTENCE
fail() {
  printf 'kovu release: %s (%s)\n' "$2" "$1" >&2
  exit 1
}

need_root() { [ "$(id -u)" = 0 ] || fail KOVU_RELEASE_ROOT 'only root can do this: sudo kovu release …'; }

# Everything else works on the site that was chosen.
site='' home='' source=''
use_site() {
  site=$1
  home=/opt/$site
  source=${site%/*}-src-${site#*/}
}

lock() {
  exec 9>"$home/.lock"
  flock -w "${1-30}" 9 || fail KOVU_RELEASE_LOCKED "another kovu release is at work on $site"
}

linked() { basename "$(readlink "$home/$1" 2>/dev/null)" 2>/dev/null || true; }
held() { cat "$home/hold" 2>/dev/null || true; }
installed() { [ -f "$home/releases/$1/.kovu/release" ]; }

# Newest first.
releases() {
  for folder in "$home"/releases/r*; do
    [ -f "$folder/.kovu/release" ] && basename "$folder"
  done | sort -rV
}

# Roles that are installed here: sets role, and units and nginx from its file.
each_role() {
  for file in "$SITES/$site"/*; do
    [ -f "$file" ] || continue
    role=$(basename "$file") units='' sockets='' nginx=''
    # shellcheck source=/dev/null
    . "$file"
    "$@"
  done
}

# --- Before a switch -------------------------------------------------------------------------------------------------

copy=''
# nginx as it would be configured after the switch, in a copy of its configuration.
check_nginx() {
  [ -n "$nginx" ] && command -v nginx >/dev/null && [ -f /etc/nginx/nginx.conf ] || return 0
  candidate=$home/releases/$wanted/.kovu/$role.nginx
  [ -f "$candidate" ] || fail KOVU_RELEASE_CHECK "$wanted has no nginx configuration for the role $role, which is installed here; $site stays at $(linked current)"
  if [ -z "$copy" ]; then
    copy=$(mktemp -d)
    trap 'rm -rf "$copy"' EXIT
    cp -a /etc/nginx/. "$copy"
    find "$copy" -type f -exec sed -i "s#/etc/nginx/#$copy/#g" {} +
  fi
  rm -f "$copy/conf.d/$source-$role.conf"
  sed "s#$home/current/#$home/releases/$wanted/#g" "$candidate" >"$copy/conf.d/$source-$role.conf"
}

test_nginx() {
  [ -n "$copy" ] || return 0
  if ! nginx -t -q -c "$copy/nginx.conf" 2>"$copy/said"; then
    sed "s#$copy#/etc/nginx#g" "$copy/said" >&2
    fail KOVU_RELEASE_CHECK "nginx does not accept the configuration of $wanted; $site stays at $(linked current)"
  fi
}

# The project's own checks: once for a release, so that going back is never held up.
run_checks() {
  folder=$home/releases/$wanted
  [ -s "$folder/.kovu/checks" ] && [ ! -e "$home/.checked-$wanted" ] || return 0
  install -d -o www-data -g www-data "/var/lib/$site"
  while IFS= read -r command <&3; do
    if ! as_user "$folder" "$command"; then
      fail KOVU_RELEASE_CHECK "\`$command\` fails in $wanted; $site stays at $(linked current)"
    fi
  done 3<"$folder/.kovu/checks"
  : >"$home/.checked-$wanted"
}

as_user() (
  cd "$1"
  variables=/etc/default/${site%/*}-${site#*/}
  if [ -f "$variables" ]; then
    while IFS= read -r line; do
      case $line in
        [A-Za-z_]*=\"*\") line=${line%\"} && export "${line%%=*}=${line#*=\"}" ;;
        [A-Za-z_]*=*) export "$line" ;;
      esac
    done <"$variables"
  fi
  export PATH="$1/venv/bin:$1/node_modules/.bin:$PATH" PYTHONDONTWRITEBYTECODE=1
  export HOME="/var/lib/$site" STATE_DIRECTORY="/var/lib/$site"
  exec runuser -u www-data -- sh -c "$2" 3<&- 9<&-
)

# --- The switch ------------------------------------------------------------------------------------------------------

# A link appears under its name at once: readers see the old release or the new one, never none.
point() {
  ln -sfn "releases/$2" "$home/.$1.$$"
  mv -T "$home/.$1.$$" "$home/$1"
}

# Makes $wanted current. The one before stays reachable: pages that are still open ask for its files.
switch() {
  old=$(linked current)
  [ "$old" != "$wanted" ] || return 0
  [ -z "$old" ] || point previous "$old"
  point current "$wanted"
}

# --- After a switch --------------------------------------------------------------------------------------------------

systemd() { [ -d /run/systemd/system ]; }

# policy-rc.d(8): 101 forbids.
allowed() {
  [ -x /usr/sbin/policy-rc.d ] || return 0
  code=0
  /usr/sbin/policy-rc.d "$1" "$2" || code=$?
  [ "$code" = 0 ] || [ "$code" = 104 ]
}

all_units=''
collect_units() { all_units="$all_units $units"; }

# Without waiting: a worker may need minutes to end its task, and going back must not.
restart_units() {
  enabled=''
  for unit in $1; do
    systemd && systemctl -q is-enabled "$unit" 2>/dev/null && allowed "$unit" restart && enabled="$enabled $unit"
  done
  # shellcheck disable=SC2086
  [ -z "$enabled" ] || systemctl --no-block restart $enabled || say "warning: systemctl cannot restart$enabled" >&2
}

reload_nginx() {
  allowed nginx reload || return 0
  if systemd; then
    systemctl -q is-active nginx && systemctl --no-block reload nginx
  elif [ -s /run/nginx.pid ] && kill -0 "$(cat /run/nginx.pid)" 2>/dev/null; then
    nginx -q -s reload
  fi || true
}

nginx_changed=''
compare_nginx() {
  [ -z "$nginx" ] || cmp -s "$home/previous/.kovu/$role.nginx" "$home/current/.kovu/$role.nginx" || nginx_changed=1
}

restart_all() {
  all_units='' nginx_changed=''
  each_role collect_units
  each_role compare_nginx
  restart_units "$all_units" 9<&-
  [ -z "$nginx_changed" ] || reload_nginx 9<&-
}
