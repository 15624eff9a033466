# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# Helm, with the flags that its help offers for this; the workload is a chart's only object.
install() { helm install app "$CHART" --values="$BEFORE_VALUES" --wait --timeout="$PATIENCE"; }
advance() { helm upgrade app "$CHART" --reuse-values --set-string="version=$1" --wait --timeout="$PATIENCE"; }
spoil() { helm upgrade app "$CHART" --reuse-values --set-string="version=$1"; }
upgrade() { helm upgrade app "$CHART" --reuse-values --set-string="version=$1" --wait --rollback-on-failure --timeout="$TIMEOUT"; }
apply() { helm upgrade app "$CHART" --values="$AFTER_VALUES" --wait --rollback-on-failure --timeout="$TIMEOUT"; }
rollback() { helm rollback app --wait --timeout="$TIMEOUT"; }
