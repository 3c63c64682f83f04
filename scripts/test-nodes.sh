#!/usr/bin/env bash
# Runs the built project's tests under other major versions of Node than the one at hand.
# Usage: scripts/test-nodes.sh [MAJOR...]   (default: 22 24 26)
set -euo pipefail
cd "$(dirname "$0")/.."
# What asks nothing of Node but to run JavaScript says the same on every version, and takes the longest: HTTP and its parsers in
# memory, the fuzzer, the conformance table, the simulation, traces and recordings, attacks, and the benchmark's harness. It runs
# on the version at hand. Here runs what stands on Node: the loop, sockets, TLS, threads, real clients.
same=' http tracing replay conformance fuzz simulation testing endurance bench generator '
folders=()
for folder in test/*/; do
  name=$(basename "$folder")
  [[ $same == *" $name "* ]] || folders+=("test/$name/")
done
for major in "${@:-22 24 26}"; do
  for version in $major; do
    echo "== Node $version"
    npx --yes --package "node@$version" -- node --version
    npx --yes --package "node@$version" -- node node_modules/vitest/vitest.mjs run "${folders[@]}"
  done
done
