# shellcheck shell=bash
# What scripts/demo and scripts/test share: finding and installing what they need, and a place to raise labs.
# To be sourced from the root of the repository.

readonly script=${0##*/}

# Debian keeps ip and bridge in folders that a user's PATH lacks.
PATH="$PATH:/usr/sbin:/sbin"

# Programs, each with the Debian package that holds it: those of a lab, and those that tests use inside labs.
# shellcheck disable=SC2034 # used by the scripts
readonly lab_programs=(etcd=etcd-server ip=iproute2 bridge=iproute2 ping=iputils-ping setpriv=util-linux)
# shellcheck disable=SC2034
readonly test_programs=(nft=nftables iptables=iptables strace=strace 'cc=gcc libc6-dev' chromium=chromium
  promtool=prometheus)

say() {
  printf '%s: %s\n' "$script" "$*"
}

complain() {
  printf '%s: %s\n' "$script" "$*" >&2
}

require_node() {
  if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    complain 'Node.js: not installed; allowed: version 20 or later with npm, see https://nodejs.org/en/download'
    return 1
  fi
  if [ "$(node -p 'process.versions.node.split(".")[0] >= 20')" != true ]; then
    complain "Node.js: $(node --version); allowed: version 20 or later, see https://nodejs.org/en/download"
    return 1
  fi
}

# npm writes node_modules/.package-lock.json at the end of an installation, so it dates it.
install_node_modules() {
  local installed=node_modules/.package-lock.json
  if [ ! -e "$installed" ] || [ package-lock.json -nt "$installed" ]; then
    say 'installing the packages of package-lock.json into node_modules (npm ci)'
    npm ci --loglevel=error && touch "$installed"
  fi
}

# Prints the Debian packages whose programs are absent, each once. Takes pairs as above.
missing_packages() {
  local pair
  for pair in "$@"; do
    command -v "${pair%%=*}" >/dev/null || printf '%s\n' "${pair#*=}"
  done | sort -u
}

# Installs what is absent; without root or apt-get it names the packages and the command, and fails. Takes pairs.
install_programs() {
  local packages
  packages=$(missing_packages "$@" | tr '\n' ' ')
  packages=${packages% }
  [ -n "$packages" ] || return 0
  if ! command -v apt-get >/dev/null; then
    complain "programs of Debian's packages $packages: not installed; allowed: a machine that has them"
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    complain "Debian packages missing: $packages; install them with: sudo apt-get install --no-install-recommends $packages"
    return 1
  fi
  say "installing Debian packages: $packages (services among them are neither started nor enabled)"
  # shellcheck disable=SC2086 # a list of package names
  install_without_services $packages
}

# In a subshell, so that its trap puts policy-rc.d back however apt-get ends.
install_without_services() (
  policy=/usr/sbin/policy-rc.d
  saved=''
  # shellcheck disable=SC2317 # called by the trap
  restore() {
    rm -f "$policy"
    [ -z "$saved" ] || mv "$saved" "$policy"
  }
  if [ -e "$policy" ] || [ -L "$policy" ]; then
    saved="$policy.saved-by-l3missd"
    mv "$policy" "$saved"
  fi
  trap restore EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  # Status 101 forbids every action on a service (policy-rc.d of Debian's invoke-rc.d).
  printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy" || exit 1
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq && apt-get install -qq -y --no-install-recommends "$@" >/dev/null || exit 1
  if [[ " $* " == *' etcd-server '* ]] && command -v systemctl >/dev/null; then
    systemctl --quiet disable etcd.service
  fi
)

build() {
  say 'building (npm run build)'
  npm run --silent build
}

may_add_namespaces() {
  unshare --net --mount true 2>/dev/null && [ -w /run ]
}

may_add_user_namespaces() {
  unshare --user --map-root-user --net --mount true 2>/dev/null
}

# Succeeds when labs can be raised here, with root or in a user namespace; otherwise it says why not.
require_namespaces() {
  if ! may_add_namespaces && ! may_add_user_namespaces; then
    complain 'network namespaces: refused by this machine; allowed: root with CAP_SYS_ADMIN, or user namespaces' \
      '(sysctls user.max_user_namespaces above 0, kernel.apparmor_restrict_unprivileged_userns 0)'
    return 1
  fi
}

# Becomes the command, in a user namespace of its own when labs cannot be raised otherwise. There the caller is
# root over new network and mount namespaces only, with loopback up and a private /run for the named namespaces.
exec_where_labs_rise() {
  if may_add_namespaces || ! may_add_user_namespaces; then
    exec "$@"
  fi
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare --user --map-root-user --net --mount -- \
    bash -c 'mount -t tmpfs tmpfs /run && ip link set lo up && exec "$@"' bash "$@"
}
