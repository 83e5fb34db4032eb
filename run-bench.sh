#!/usr/bin/env bash
# Measures, writes perf/results/<date>-<machine>.{json,md}, prints a summary, and fails when perf/budgets.json is broken.
#   ./run-bench.sh [micro|load|all] [--smoke]
# micro: BenchmarkDotNet over the library. load: the npfast executable, native if it can be published here.
# --smoke: short and coarse, to see that all of it works.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() { sed -n '2,5s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }

what=all
smoke=()
for argument in "$@"; do
    case "$argument" in
        micro | load | all) what=$argument ;;
        --smoke) smoke=(--smoke) ;;
        *) usage ;;
    esac
done

build() { dotnet build --nologo -v quiet -c Release "$1"; }

# The native executable is what is measured; where it cannot be published the managed one stands in, and the report says so.
npfast=()
if [[ $what != micro ]]; then
    if [[ -n ${NPFAST_BINARY:-} ]]; then
        npfast=(--npfast "$NPFAST_BINARY")
    elif dotnet publish --nologo -v quiet -c Release src/NetworkProtocol.Fast.Relay -o artifacts/npfast; then
        npfast=(--npfast artifacts/npfast/npfast)
    else
        echo "run-bench.sh: native publishing failed, measuring the managed executable (clang and zlib1g-dev are needed)" >&2
        build src/NetworkProtocol.Fast.Relay
        npfast=(--npfast src/NetworkProtocol.Fast.Relay/bin/Release/net10.0/npfast)
    fi
fi

build perf/NetworkProtocol.Fast.Benchmarks
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
exec dotnet perf/NetworkProtocol.Fast.Benchmarks/bin/Release/net10.0/NetworkProtocol.Fast.Benchmarks.dll \
    "$what" "${smoke[@]}" "${npfast[@]}" --commit "$commit"
