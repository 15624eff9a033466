# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What is there before a tool begins. Not measured; Helm makes its own release instead.
install() { kubectl apply --filename="$BEFORE" && kubectl rollout status "$KIND/app" --timeout="$PATIENCE"; }
advance() { spoil "$1" && kubectl rollout status "$KIND/app" --timeout="$PATIENCE"; }
spoil() { kubectl set image "$KIND/app" "app=$IMAGE:$1"; }
deadline() { kubectl patch "$KIND/app" --patch="{\"spec\": {\"progressDeadlineSeconds\": $1}}"; }
quota() {
    kubectl create quota tight --hard="pods=$1"
    until [ "$(kubectl get quota tight --output=jsonpath='{.status.used.pods}')" = "$1" ]; do sleep 0.2; done
}
stuck() { until kubectl get "pod/$1" --output=jsonpath='{.status.containerStatuses[*].state.waiting.reason}' | grep -q ImagePull; do sleep 0.2; done; }
