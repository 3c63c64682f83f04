#!/usr/bin/env bash
# Installs the other servers that the benchmark can measure: all that this machine can have. What can't be installed is
# named at the end, and as "not installed" in the benchmark's tables. Usage: install.sh [npm] [debian] [go]; default: all
set -uo pipefail
cd "$(dirname "$0")"
what=("$@")
[ "${#what[@]}" -gt 0 ] || what=(npm debian go)
missing=()

wants() { [[ " ${what[*]} " == *" $1 "* ]]; }

if wants npm; then # Bun and Deno are programs inside npm packages
  npm install --no-audit --no-fund --no-package-lock || missing+=('Hono, Bun, Deno')
fi

if wants debian; then
  packages=(nginx h2o lighttpd haproxy golang-go
    python3-uvloop python3-tornado python3-twisted python3-gevent python3-aiohttp)
  if command -v apt-get >/dev/null; then
    apt-get update -qq
    # Debian starts what it installs; these are to run when the harness says so
    printf '#!/bin/sh\nexit 101\n' >/tmp/policy-rc.$$ && chmod +x /tmp/policy-rc.$$
    policy=/usr/sbin/policy-rc.d
    if [ ! -e "$policy" ]; then mv /tmp/policy-rc.$$ "$policy" && ours=1; fi
    for package in "${packages[@]}"; do
      DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null ||
        missing+=("$package")
    done
    if [ "${ours:-}" = 1 ]; then rm -f "$policy"; fi
    rm -f /tmp/policy-rc.$$
  else
    missing+=("${packages[@]}")
  fi
fi

if wants go; then
  if command -v go >/dev/null; then go build -o build/go-net-http main.go || missing+=('go-net-http'); else missing+=(go); fi
fi

if [ "${#missing[@]}" -gt 0 ]; then printf 'NOT installed: %s\n' "${missing[@]}"; fi
