# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# kubectl, as https://kubernetes.io/docs/concepts/workloads/controllers/deployment/ uses it.
settled() { kubectl rollout status "$KIND/app" --timeout="$TIMEOUT"; }
upgrade() { { kubectl set image "$KIND/app" "app=$IMAGE:$1" && settled; } || undo; }
apply() { { kubectl apply --filename="$AFTER" && settled; } || undo; }
rollback() { kubectl rollout undo "$KIND/app" && settled; }
undo() { rollback; return 1; }
