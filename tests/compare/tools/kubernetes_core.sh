# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
play() { ansible-playbook "$PLAYBOOKS/kubernetes_core/$1.yml" --extra-vars="app_kind=$KIND app_namespace=$NAMESPACE app_timeout=${TIMEOUT%s} $2"; }
upgrade() { play upgrade "app_image=$IMAGE:$1"; }
apply() { play apply "app_definition=$AFTER"; }
rollback() { play rollback; }
