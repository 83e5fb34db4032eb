#!/usr/bin/env bash
# Measures, writes perf/results/<date>-<machine>.{json,md}, prints a summary, and fails when perf/budgets.json is broken.
#   ./run-bench.sh [micro|load|peers|all] [--smoke] [--native] [--rounds N]
# micro: BenchmarkDotNet over the library, compiled just in time and ahead of time. load: npfast under load, each part a
# process of its own, native if it can be published here. peers: the same beside haproxy, nginx, socat, stunnel and redis,
# those of them that are installed. --smoke: short and coarse, to see that all of it works. --native: micro ahead of time
# in a smoke run too, which leaves that out otherwise: publishing takes minutes. --rounds: how often each of load and
# peers is measured; 5.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }

what=all
options=()
while (($# > 0)); do
    case "$1" in
        micro | load | peers | all) what=$1 ;;
        --smoke | --native) options+=("$1") ;;
        --rounds)
            (($# > 1)) && [[ $2 =~ ^[1-9][0-9]*$ ]] || usage
            options+=(--rounds "$2")
            shift
            ;;
        *) usage ;;
    esac
    shift
done

build() { dotnet build --nologo -v quiet -c Release "$1"; }

# publish PROJECT NAME: leaves the path of its executable in 'executable'. The native one is what is measured; where it
# cannot be published the managed one stands in, and the report says so.
publish() {
    executable=artifacts/$2/$2
    if ! dotnet publish --nologo -v quiet -c Release "$1" -o "artifacts/$2"; then
        echo "run-bench.sh: native publishing of $2 failed, taking the managed executable (clang and zlib1g-dev are needed)" >&2
        build "$1"
        executable=$1/bin/Release/net10.0/$2
    fi
}

programs=()
if [[ $what != micro ]]; then
    executable=${NPFAST_BINARY:-}
    [[ -n $executable ]] || publish src/NetworkProtocol.Fast.Relay npfast
    programs=(--npfast "$executable")
    publish perf/NetworkProtocol.Fast.Load npfast-load
    programs+=(--npfast-load "$executable")
fi

build perf/NetworkProtocol.Fast.Benchmarks
commit=$(git rev-parse --short HEAD 2>/dev/null || echo unknown)
exec dotnet perf/NetworkProtocol.Fast.Benchmarks/bin/Release/net10.0/NetworkProtocol.Fast.Benchmarks.dll \
    "$what" "${options[@]}" "${programs[@]}" --commit "$commit"
