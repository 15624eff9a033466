# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=sh
# What the rows are made of. The machine that runs Ansible is no node of the cluster where it matters, so a playbook gives way.
play() {
    playbook=$1 && shift
    nice -n 10 ansible-playbook "$playbook" --extra-vars="@$BENCH/application.yml" "$@"
}
deploy() { play "$PLAYBOOKS/deploy.yml" --extra-vars="version='$1'"; }
upgrade() { play "$PLAYBOOKS/upgrade.yml" --extra-vars="version='$1'"; }
rollback() { play "$PLAYBOOKS/rollback.yml"; }
scale() { play "$PLAYBOOKS/scale.yml" --extra-vars="replicas=$1"; }
canary() { play "$BENCH/playbooks/canary.yml" --extra-vars="version='$1' pause_at='${2:-0}'"; }
blue_green() { play "$BENCH/playbooks/blue_green.yml" --extra-vars="version='$1' pause='${2:-no}' back='${3:-no}'"; }
compared() { play "$BENCH/playbooks/compared.yml" --extra-vars="version='$1'"; }

settled() { kubectl rollout status deployment/app --timeout=120s && gone; }
gone() { until [ -z "$(kubectl get pods --output=jsonpath='{.items[?(@.metadata.deletionTimestamp)].metadata.name}')" ]; do sleep 0.5; done; }
set_image() { kubectl set image deployment/app "app=$IMAGE:$1" && kubectl rollout status deployment/app --timeout=120s; }
# Only while nothing is measured: back to where a row begins.
at() { [ "$(kubectl get deployment/app --output=jsonpath='{.spec.template.spec.containers[0].image}')" = "$IMAGE:$1" ] || set_image "$1"; settled; }
# The Deployment as the role makes it, each answer of which takes so long at least.
fresh() {
    export APP_LATENCY="$1"
    kubectl delete deployment/app --ignore-not-found --cascade=foreground
    deploy 1.0 && settled
}

# Nothing brings load balancers apart again that a drained node has sent to another one.
spread() {
    [ -n "$(kubectl get pods --namespace=traefik --field-selector="spec.nodeName=$NODE" --output=name)" ] && return
    kubectl rollout restart deployment/traefik --namespace=traefik &&
        kubectl rollout status deployment/traefik --namespace=traefik --timeout=120s
}

# The node with its pods of the application and of the load balancer: a shared lab's other pods stay.
drained() {
    kubectl label pods --all "$MARK" && kubectl label pods --all "$MARK" --namespace=traefik || return 1
    kubectl drain "$NODE" --ignore-daemonsets --pod-selector="$MARK" --timeout=120s
    drain=$?
    kubectl rollout status deployment/app --timeout=120s
    kubectl uncordon "$NODE" && return $drain
}

# What services are like that nobody thought about: no preStop, and an end at once when told to.
careless() {
    container='/spec/template/spec/containers/0'
    kubectl patch deployment/app --type=json --patch="[
        {\"op\": \"remove\", \"path\": \"$container/lifecycle\"},
        {\"op\": \"add\", \"path\": \"$container/env/-\", \"value\": {\"name\": \"LAME_DUCK\", \"value\": \"0s\"}}]" &&
        settled
}

argo_given() {
    kubectl apply --filename="$BENCH/argo.yml" &&
        kubectl wait rollout.argoproj.io/app --for=jsonpath='{.status.phase}'=Healthy --timeout=120s &&
        kubectl scale deployment/app --replicas=0 && gone
}
argo_upgrade() {
    kubectl set image deployment/app "app=$IMAGE:$1" &&
        kubectl wait rollout.argoproj.io/app --for=jsonpath='{.status.abort}'=true --timeout=120s || return 1
    while kubectl get pods --output=jsonpath='{.items[*].spec.containers[*].image}' | grep -q ":$1"; do sleep 0.5; done
}
