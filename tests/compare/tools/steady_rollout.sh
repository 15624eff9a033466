# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
play() { ansible-playbook "$PLAYBOOKS/steady_rollout/$1.yml" --extra-vars="app_kind=$KIND app_namespace=$NAMESPACE app_timeout=$TIMEOUT $2"; }
upgrade() { play upgrade "app_version='$1'"; }
apply() { play apply "app_definition=$AFTER"; }
rollback() { play rollback; }
