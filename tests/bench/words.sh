# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What is measured, and what is given before it. Each tool has a namespace of its own.
SURGE='spec={"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}'
chart() { helm template app "$CHART" --set-json="$SURGE" --set-string="version=$1"; }
given() { chart "$1" | kubectl apply --filename=- && kubectl rollout status deployment/app --timeout="$PATIENCE"; }
given_helm() { helm install app "$CHART" --set-json="$SURGE" --set-string="version=$1" --wait --timeout="$PATIENCE"; }
play() { name=$1 && shift && ansible-playbook "$BENCH/playbooks/$name.yml" --extra-vars="app_namespace=$NAMESPACE" "$@"; }

nothing() { play nothing; }
steady_rollout() { ansible-playbook "$PROJECT/playbooks/upgrade.yml" --extra-vars="workload_namespace=$NAMESPACE workload_kubeconfig=$KUBECONFIG version=$1"; }
kubernetes_core() { play kubernetes_core --extra-vars="app_image=$IMAGE:$1 app_sleep=${2:-5}"; }
kubectl_() { kubectl set image deployment/app "app=$IMAGE:$1" && kubectl rollout status deployment/app --timeout=120s; }
helm_() { helm upgrade app "$CHART" --reuse-values --set-string="version=$1" --wait --timeout=120s; }

many() { play many --extra-vars="app_version=$1 app_parallel=$2" --extra-vars="@$FOLDER/workloads"; }
many_kubernetes_core() { play many_kubernetes_core --extra-vars="app_version=$1" --extra-vars="@$FOLDER/workloads"; }
many_kubectl() { kubectl set image deployment --selector=fleet=yes "app=fake.example/app:$1" && kubectl rollout status deployment --selector=fleet=yes --timeout=600s; }
