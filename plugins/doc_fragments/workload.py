# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations


class ModuleDocFragment:
    """Options that the workload modules share."""

    DOCUMENTATION = r"""
options:
  kind:
    description: The workload's kind.
    type: str
    choices: [Deployment, StatefulSet, DaemonSet]
    default: Deployment
  namespace:
    description: The workload's namespace.
    type: str
    required: true
  name:
    description: The workload's name.
    type: str
    required: true
"""

    KIND = r"""
options:
  kind:
    description: The workload's kind, also of those in O(workloads) that name none.
    type: str
    choices: [Deployment, StatefulSet, DaemonSet]
    default: Deployment
"""

    MANY = r"""
options:
  namespace:
    description: The workload's namespace, also of those in O(workloads) that name none.
    type: str
  name:
    description: The workload's name. Either this or O(workloads) has to be set.
    type: str
  workloads:
    description:
      - Many workloads in one task, in place of O(name). What an entry does not say is taken from the task.
      - All of them are looked at before the first one is changed; when one of them cannot be done, nothing is changed.
      - "They share the module's watches: one for each resource and namespace. This needs the right to list and watch the workloads of
        these namespaces as a whole."
      - Each has its own result, in C(results).
    type: list
    elements: dict
    suboptions:
      kind:
        description: Its kind.
        type: str
        choices: [Deployment, StatefulSet, DaemonSet]
      namespace:
        description: Its namespace.
        type: str
      name:
        description: Its name.
        type: str
        required: true
  max_parallel:
    description: How many of O(workloads) are rolled at the same time; V(0) is all at once.
    type: int
    default: 10
  stop_on_failure:
    description:
      - Whether no further one of O(workloads) is begun once one has failed. Those under way go on to their end, and each does about a
        failure of its own what it does alone.
      - With V(false) every one is tried. Either way the task fails when one of them has failed.
    type: bool
    default: true
"""

    WAITING = r"""
options:
  container:
    description:
      - The container whose image gives the workload its version, where there are several.
      - Without it, this is the only container, or the one that the pod template marks with the annotation
        C(kubectl.kubernetes.io/default-container), or the one named like the workload.
    type: str
    default: ''
  timeout:
    description:
      - How long the rollout may take. At the end everything is read once more before that counts as a failure.
      - A rollback that follows a failure has the same time again.
      - With the update strategy C(OnDelete) nothing rolls until somebody deletes the old pods. The run says so, waits for that, and fails
        at the end if some are left; as nothing of the new version has failed by that, nothing is undone. Delete them and run the same
        again.
      - Lengths of time are written V(90s), V(5m), V(1h) or V(1h30m).
    type: str
    default: 5m
  image_pull_grace:
    description:
      - How long pulling an image may go on failing for a reason that can pass (registry down, rate limit) before that dooms the pod.
      - An image that does not exist, or that the registry refuses, dooms it at once.
    type: str
    default: 1m
  unschedulable_grace:
    description:
      - How long a pod may wait for a node that takes it; an autoscaler may be on its way with one.
      - Also how long a used-up ResourceQuota may keep new pods out while old ones are leaving, and how long an admission webhook may fail
        to answer.
    type: str
    default: 1m
  volume_grace:
    description:
      - How long a pod may wait for a volume, that is for a claim to be bound, for an attachment or for a mount.
      - A volume that is made of a ConfigMap, Secret or key that does not exist has O(config_grace).
    type: str
    default: 2m
  config_grace:
    description:
      - How long a container may wait for a ConfigMap, Secret or key that does not exist; it may come late.
      - Also how long nodes may go on rejecting one new pod after the other.
    type: str
    default: 15s
  probe_grace:
    description:
      - How long a container may run and fail its readiness probe; where it is set, also how long a pod whose containers are ready may wait
        for its readiness gates.
      - "Without it: as long as its probes themselves allow (delay, period, threshold, timeout; the startup probe's budget comes on top),
        at least three times as long as the running pods of the previous revision took to become ready (their median; 60 seconds where
        there is no such pod), and at least 10 seconds."
    type: str
  crash_restarts:
    description: How many restarts of a crashing container, or of one that fails its liveness or startup probe, doom its pod.
    type: int
    default: 2
  init_restarts:
    description: How many restarts of a failing init container doom its pod.
    type: int
    default: 2
  fail_on:
    description:
      - Whether V(all) pods of the new revision have to be doomed for the rollout to fail early, or V(any) of them is enough.
      - Without it, V(all) for a Deployment, as one bad node is not a bad release, and V(any) for a StatefulSet or DaemonSet, whose
        controllers do not go past a pod that does not become ready.
      - A cause that is about the whole workload always counts.
    type: str
    choices: [all, any]
  ignore_unready_nodes:
    description:
      - Leave the nodes that are not ready out of the rollout of a DaemonSet, with the pods on them, so that a dead node does not keep it
        from being complete. Cordoned nodes are not left out, pods of a DaemonSet run there as elsewhere.
      - The controller counts a dead node only where the pods tolerate its taints. It then counts as unavailable all the same, and with
        C(maxUnavailable) 1 the controller may stop there.
      - Needs the right to list and watch nodes, which is one of the whole cluster.
    type: bool
    default: false
"""

    CHANGING = r"""
options:
  change_cause:
    description:
      - What C(kubectl rollout history) shows as the cause of the new revision; written together with the change.
      - Without it, what the module did.
    type: str
    default: ''
  allow_managed:
    description: Change the workload although Helm, Argo CD or Flux manages it and may put its own version back.
    type: bool
    default: false
  delete_stuck_pods:
    description:
      - Delete the pods that keep a StatefulSet from moving. With C(podManagementPolicy) C(OrderedReady) its controller does not go past a
        pod that is not ready, not even to put a mended template there.
      - Only pods that are not ready and have another template than the wanted one are deleted, once the controller has seen that, the
        highest ordinal first; each is told.
    type: bool
    default: true
"""

    HOLDING = r"""
options:
  take_over:
    description:
      - While a run changes a workload it holds a Lease beside it (C(steady-rollout-<kind>-<name>)), so that two runs never fight.
        Another run that finds it held looks for up to 15 seconds whether its holder lives. A dead one's is taken over; a living one's is
        not, and nothing is changed.
      - With this option it is taken from a living run as well, which stops writing at once and fails.
    type: bool
    default: false
"""

    ZERO_DOWNTIME = r"""
options:
  zero_downtime:
    description:
      - What to do when requests would be lost while the workload rolls. Only a workload that a Service selects is looked at, by one list
        of the namespace's Services; who may not list them is told that nothing was checked.
      - "Looked for are: a missing readiness probe; a C(preStop) hook that is missing, sleeps for less than O(propagation), or does
        something that takes nobody knows how long; a C(terminationGracePeriodSeconds) that leaves nothing after that; an update strategy
        that takes all pods away at once (C(Recreate), C(maxUnavailable)), as the only pod of a StatefulSet; host ports. Each is told with
        its fix, all of them in one message."
      - V(warn) goes on with a warning, V(require) refuses before the first write, V(ignore) does not look.
      - A single pod and a PodDisruptionBudget that allows no disruption are no such points, as they matter when nodes are drained, but are
        told beside them when it is refused.
    type: str
    choices: [require, warn, ignore]
    default: warn
  propagation:
    description:
      - How long load balancers may go on sending requests to a pod that is on its way out.
      - "The default is for Traefik, which takes changes in at most every 2 seconds (C(providersThrottleDuration)). Load balancers of a
        cloud need more: as long as their health checks take to drop a target. V(0s) asks for no C(preStop) hook."
    type: str
    default: 3s
"""

    ALLOWED = r"""
options:
  allowed_registries:
    description:
      - Where images may come from, such as V(registry.example:5000), V(ghcr.io/team) or V(docker.io/library); without any, from anywhere.
      - A change of images is refused before anything is written when a container of the pods, init containers included, would run one from
        elsewhere. C(nginx) counts as C(docker.io/library/nginx).
      - Going back is never refused. A rollback to an image from elsewhere is made with a warning.
    type: list
    elements: str
    default: []
"""

    PINNING = r"""
options:
  pin_digests:
    description:
      - Ask the registry which image the tag stands for at this moment, and write C(image:tag@sha256:...), so that a tag that is moved later
        changes nothing by itself, and a rollback brings back the very image. The version is still called by its tag.
      - A tag that the registry does not have is refused before anything is written, with those that it has.
      - The module asks it from where it runs, with the pull secrets that the pods have (C(imagePullSecrets) of the pod template, else of
        its ServiceAccount), or with O(registries). See C(docs/images.md).
    type: bool
    default: false
  registries:
    description: How to reach registries, for O(pin_digests). One that is not named is asked at C(https://) and its host.
    type: list
    elements: dict
    default: []
    suboptions:
      host:
        description: The registry as images name it, V(registry.example:5000) or V(docker.io).
        type: str
        required: true
      endpoint:
        description: Where its API is, when that is not C(https://) and its host; V(http://10.0.0.5:5000) for one without TLS.
        type: str
      username:
        description: A user of the registry, in place of pull secrets.
        type: str
      password:
        description: The user's password or token.
        type: str
      ca_cert:
        description: A file (PEM) with the certificate of its authority, beside those that the system trusts.
        type: path
      validate_certs:
        description: Whether its certificate has to be valid.
        type: bool
        default: true
"""

    GATES = r"""
options:
  gates:
    description:
      - Conditions that must hold before the rollout counts as good, freely combined; several of one kind are allowed, and all are reported.
      - "Each is a dictionary of one gate and its options, such as V({http: {url: http://shop.example/healthz, for: 10s}}). Where one value
        says it all it stands alone, as in V({stable_for: 10s})."
      - A gate that fails makes the rollout fail like any other cause, with its measurement as evidence. O(timeout) is for the rollout
        until it is complete, gates bring their own time.
      - "V(stable_for): the new pods stay ready, and no container of them is started again, for that long."
      - "V(min_available): never fewer available pods (a number, or a percentage of those wanted), while rolling too."
      - "V(restarts_below): how often containers of the new pods are started again, all together, stays below that, while rolling too."
      - "V(endpoints_ready): the EndpointSlices of a Service, or of every one that selects the pods, hold all new pods as ready and no old
        one."
      - "V(old_pods_gone): the pods of the version before have ended, those on their way out too, and with them their long requests."
      - "V(condition): a JMESPath expression about any object (C(api_version), C(kind), C(name), C(namespace), C(jmespath)) becomes true."
      - "V(http): requests to a C(url) are answered as expected (C(for), C(rate), C(max_error_rate), C(max_p99) in milliseconds, C(text))."
      - "V(job): a Job made from a C(definition) succeeds C(within) a time; it is removed afterwards."
      - "V(prometheus): the values of an instant C(query) stay below C(max) and above C(min); a measurement outside, no data and an error
        are three things, see C(max_failures), C(on_no_data) and C(on_error)."
      - "V(share): of the answers at a C(url), the part that comes from a C(version) fits the C(weight) that a route gives it."
      - "V(compare): in a step of strategy C(canary), the new version answers the same requests at a C(url) as well as the old one beside
        it, and as fast (C(for), C(rate), C(max_error_rate), C(max_latency_ratio))."
      - "V(compare_query): there too, a Prometheus C(query) that names C($service) or C($deployment) gives no worse value for the new
        version (C(max_ratio), C(allowance))."
      - With C(during) set to V(true), V(http), V(prometheus) and V(condition) are judged from the beginning of the rollout on.
      - A gate that can never hold, or that cannot be meant, is refused before the first write. All options are in C(docs/gates.md).
    type: list
    elements: raw
    default: []
"""

    WINDOWS = r"""
options:
  window:
    description:
      - The maintenance windows in which the workload may be changed, several are allowed. Outside them the change is refused before
        anything is written, in check mode as well, and the failure says when it may be made next. Without any, it may always be made.
      - It has to begin within a window, and be over in it by O(estimate). What is under way goes on to its end, and a rollback after a
        failure is made whatever the time. Where there is nothing to change nothing is refused, and pausing is possible at any time.
      - More about them in C(docs/windows.md).
    type: list
    elements: dict
    default: []
    suboptions:
      rrule:
        description:
          - When it opens, a rule of RFC 5545 such as V(FREQ=WEEKLY;BYDAY=TU,TH;BYHOUR=22), in the wall-clock time of O(window[].time_zone).
          - Hour, minute and second are V(0) where nothing says another. C(FREQ) is C(DAILY), C(WEEKLY), C(MONTHLY) or C(YEARLY).
          - A time that does not exist on the day on which the clocks go forward is the same time by the clock of before; one that
            comes twice when they go back is the first.
        type: str
        required: true
      duration:
        description: How long it stays open, V(3h) or V(90m); real time, however the clocks change meanwhile.
        type: str
        required: true
      time_zone:
        description: The zone of its times, as the host on which the module runs knows it.
        type: str
        default: UTC
      starts:
        description:
          - The day, or the day and time, of the first window (V(2026-12-01)). Only rules that count (C(INTERVAL), C(COUNT)) or that do
            not say on which day need it.
        type: str
        default: ''
  freezes:
    description: Times in which nothing is changed, whatever O(window) says.
    type: list
    elements: dict
    default: []
    suboptions:
      from:
        description: Its first day (V(2026-12-20)), or the date and time at which it begins.
        type: str
        required: true
      until:
        description: Its last day, the whole of it, or the date and time at which it ends.
        type: str
        required: true
      time_zone:
        description: The zone of its times.
        type: str
        default: UTC
      reason:
        description: What it is for; shown with the refusal.
        type: str
        default: ''
  estimate:
    description:
      - How long the change takes, such as V(20m). It is refused when the window closes, or a freeze begins, before that.
      - Without it, as long as it may take, which is O(timeout).
    type: str
    default: ''
  break_glass:
    description:
      - Why the change is made outside O(window) or within O(freezes) all the same, in words.
      - The reason, who it was and when are written with the change into the workload's annotation C(steady.rollout/break-glass), and the
        reason into the change's cause. Within a window it has no effect.
    type: str
    default: ''
"""
