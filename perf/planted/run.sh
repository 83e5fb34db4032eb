#!/usr/bin/env bash
# Plants each loss of this folder into a copy of the commit that is checked out, measures it there, and fails unless the
# budgets (perf/budgets.json) see it: run-bench.sh has to end with exit code 1 and to name the budget.
#   perf/planted/run.sh [allocation|flush]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

usage() { sed -n '2,4s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }

# What a broken budget says, as an extended regular expression.
declare -rA expected=(
    [allocation]='^- plain echo, 64 B, 16 connections: [0-9.]+ B allocated for a message, [0-9.]+ allowed$'
    [flush]="^- plain echo, 64 B, 16 x 64: messages/s of the raw echo's: [0-9.]+, [0-9.]+ asked for\$"
)

case "$#,${1:-}" in
    0,) losses=(allocation flush) ;;
    1,allocation | 1,flush) losses=("$1") ;;
    *) usage ;;
esac

work=$(mktemp -d)
remove() {
    git worktree remove --force "$work/tree" 2>/dev/null || true
    git worktree prune
    rm -rf "$work"
}
trap remove EXIT

# A relay that was published elsewhere has no loss in it.
unset NPFAST_BINARY

unseen=0
for loss in "${losses[@]}"; do
    git worktree add --quiet --force --detach "$work/tree" HEAD
    patch=$PWD/perf/planted/$loss.patch
    git -C "$work/tree" apply "$patch"
    echo "== $loss: measuring"
    code=0
    "$work/tree/run-bench.sh" load --smoke >"$work/log" 2>&1 || code=$?
    if ((code == 1)) && line=$(grep -Em1 "${expected[$loss]}" "$work/log"); then
        echo "$loss: seen: ${line#- }"
    else
        unseen=1
        tail -40 "$work/log" >&2
        echo "$loss: not seen: run-bench.sh ended with exit code $code, and no line fits '${expected[$loss]}'" >&2
    fi
    git worktree remove --force "$work/tree"
done
exit "$unseen"
