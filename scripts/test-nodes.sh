#!/usr/bin/env bash
# Runs the built project's tests under other major versions of Node than the one at hand.
# Usage: scripts/test-nodes.sh [MAJOR...]   (default: 22 24 26)
set -euo pipefail
cd "$(dirname "$0")/.."
for major in "${@:-22 24 26}"; do
  for version in $major; do
    echo "== Node $version"
    npx --yes --package "node@$version" -- node --version
    # Of the random workload fewer seeds do there: what they find is the same on every version.
    export CALANDRIA_SIMULATION_SEEDS=40
    # Attacks, the fuzzer and the benchmark's harness say the same on every version, and take the longest.
    npx --yes --package "node@$version" -- node node_modules/vitest/vitest.mjs run \
      --exclude 'test/endurance/**' --exclude 'test/fuzz/**' --exclude 'test/bench/**'
  done
done
