#!/usr/bin/env bash
# Name servers, a browser and other tools for the tests: what is missing is installed from Debian's or Ubuntu's packages, where that is allowed.
# Where it is not, this says what is missing, and the tests that need it fail.
set -euo pipefail
PATH="$PATH:/usr/sbin" # where servers are; the PATH of an ordinary user is without it

has() { command -v "$1" >/dev/null; }

has_module() { { [ -x /usr/bin/python3 ] && /usr/bin/python3 -c "import $1" || python3 -c "import $1"; } 2>/dev/null; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

may_install() { has apt-get && { [ "$(id -u)" -eq 0 ] || { has sudo && sudo -n true 2>/dev/null; }; }; }

# Debian starts a server when it installs it, these on port 53. The tests start their own; 101 forbids the others (invoke-rc.d(8)).
without_their_services() {
  local policy=/usr/sbin/policy-rc.d code=0
  if [ -e "$policy" ]; then
    "$@"
    return
  fi
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
  as_root chmod 755 "$policy"
  "$@" || code=$?
  as_root rm "$policy"
  return "$code"
}

missing=()
has named && has dig && has nsupdate || missing+=(bind9 bind9-dnsutils)
has knotd || missing+=(knot)
has pdns_server && has sqlite3 && [ -d /usr/share/pdns-backend-sqlite3 ] || missing+=(pdns-server pdns-backend-sqlite3 sqlite3)
has_module dns.tsig || missing+=(python3-dnspython)
has_module prometheus_client || missing+=(python3-prometheus-client)
has xmllint || missing+=(libxml2-utils)
has chromium || has chromium-browser || has google-chrome || missing+=(chromium)
[ "${#missing[@]}" -eq 0 ] && exit 0

if ! may_install; then
  echo "The tests need these too: apt-get install ${missing[*]} (or what your system calls them)." >&2
  exit 0
fi
echo "Installing ${missing[*]} for the tests."
as_root apt-get update -q
without_their_services as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
