# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What is measured, and what is given before it. Each tool has a namespace of its own.
SURGE='spec={"strategy":{"rollingUpdate":{"maxSurge":1,"maxUnavailable":0}}}'
chart() { helm template app "$CHART" --set-json="$SURGE" --set-string="version=$1"; }
given() { chart "$1" | kubectl apply --filename=- && kubectl rollout status deployment/app --timeout="$PATIENCE"; }
given_helm() { helm install app "$CHART" --set-json="$SURGE" --set-string="version=$1" --wait --timeout="$PATIENCE"; }
play() { name=$1 && shift && ansible-playbook "$BENCH/playbooks/$name.yml" --extra-vars="app_namespace=$NAMESPACE" "$@"; }
given_twenty() {
    for number in $(seq 10 29); do
        echo --- && chart "$1" | sed "s/name: app}/name: app-$number}/; s/app: app}/app: app-$number}/g; s/replicas: 3/replicas: 1/"
    done | kubectl apply --filename=- && kubectl wait deployments --all --for=condition=Available --timeout="$PATIENCE"
}

nothing() { play nothing; }
steady_rollout() { ansible-playbook "$PROJECT/playbooks/upgrade.yml" --extra-vars="workload_namespace=$NAMESPACE workload_kubeconfig=$KUBECONFIG version=$1"; }
kubernetes_core() { play kubernetes_core --extra-vars="app_image=$IMAGE:$1 app_sleep=${2:-5}"; }
kubectl_() { kubectl set image deployment/app "app=$IMAGE:$1" && kubectl rollout status deployment/app --timeout=120s; }
helm_() { helm upgrade app "$CHART" --reuse-values --set-string="version=$1" --wait --timeout=120s; }

many() { play many --extra-vars="app_version=$1 app_parallel=$2" --extra-vars="@$FOLDER/workloads"; }
many_kubernetes_core() { play many_kubernetes_core --extra-vars="app_version=$1" --extra-vars="@$FOLDER/workloads"; }
many_kubectl() { kubectl set image deployment --selector=fleet=yes "app=fake.example/app:$1" && kubectl rollout status deployment --selector=fleet=yes --timeout=600s; }

twenty_steady_rollout() { play twenty_steady_rollout --extra-vars="version=$1"; }
twenty_kubernetes_core() { play twenty_kubernetes_core --extra-vars="app_image=$IMAGE:$1"; }
twenty_kubectl() {
    for number in $(seq 10 29); do kubectl set image "deployment/app-$number" "app=$IMAGE:$1" || return; done
    for number in $(seq 10 29); do kubectl rollout status "deployment/app-$number" --timeout=120s || return; done
}
cause_steady_rollout() { play cause_steady_rollout --extra-vars="app_definition=$FOLDER/object.json"; }
cause_kubernetes_core() { play cause_kubernetes_core --extra-vars="app_definition=$FOLDER/object.json"; }
cause_kubectl() { kubectl apply --filename="$FOLDER/object.json" && kubectl rollout status deployment/app --timeout=120s; }
cause_helm() { helm install app "$BENCH/chart" --values="$FOLDER/object.values" --wait --timeout=120s; }
given_fleet() { kubectl create --filename="$FOLDER/fleet.json" && until [ "$(kubectl get pods --output=name | wc -l)" = "$1" ]; do sleep 1; done; }
kubectl_get() { kubectl get deployments,replicasets,pods --output="${1:-}"; }
