# SPDX-License-Identifier: GPL-3.0-or-later
"""Drain: let no new pod onto a node and evict those that are there, as fast as their disruption budgets allow."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace

from ansible_collections.steady.rollout.plugins.module_utils._operation import (
    affected,
    checks,
    maintenance,
    permissions,
    writing,
)
from ansible_collections.steady.rollout.plugins.module_utils._operation.journal import Journal
from ansible_collections.steady.rollout.plugins.module_utils._rollout import (
    draining,
    errors,
    nodes,
    objects,
    resources,
    windows,
    wording,
)
from ansible_collections.steady.rollout.plugins.module_utils._rollout.snapshot import Reference

if t.TYPE_CHECKING:
    from ansible_collections.steady.rollout.plugins.module_utils._operation.outcome import Settings
    from ansible_collections.steady.rollout.plugins.module_utils._operation.ports import EvictingCluster, Feed, Ports
    from ansible_collections.steady.rollout.plugins.module_utils._rollout.findings.finding import Finding

Json = dict[str, t.Any]

RETRY = 5.0
"""Seconds after which an eviction that a budget did not allow is asked for again, when no news of the budget came before."""
HEARTBEAT = 15.0
BUDGETS = resources.Scope(resources.POD_DISRUPTION_BUDGET, "")


@dataclass(frozen=True)
class Wanted:
    """Which node, what may be lost for it, and how many seconds its pods get to end (None: their own grace periods)."""

    node: str
    consent: draining.Consent = field(default_factory=draining.Consent)
    grace_period: int | None = None


@dataclass(frozen=True)
class Drained:
    """What came of it. ``note`` is what is noted on the node; ``resumed``: by an earlier run; ``booted``: it has booted since then."""

    message: str
    note: nodes.Note
    changed: bool = True
    failed: bool = False
    resumed: bool = False
    booted: bool = False
    evicted: tuple[str, ...] = ()
    staying: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    diff: Json = field(default_factory=dict)
    timeline: tuple[Json, ...] = ()
    seconds: float = 0.0


def drain(ports: Ports, cluster: EvictingCluster, wanted: Wanted, settings: Settings) -> Drained:
    """Cordon and drain. Raises Refused before the first write for pods that nobody agreed to lose, and outside the windows."""
    reference = Reference(resources.NODE.kind, "", wanted.node)
    permissions.of_nodes(cluster, wanted.node, permissions.DRAIN)
    journal = Journal(ports, reference)
    node = cluster.read(resources.NODE, "", wanted.node)
    pods = _sorted(cluster.list(_on(wanted.node)), wanted, reference)
    earlier = nodes.note_of(node)
    glass = {} if earlier else maintenance.broken_glass(ports, reference, settings, journal)
    note = earlier or _begun(ports, settings, node, pods)
    if note.returned:
        text = f"The maintenance of node {wanted.node} is over but for waiting for its workloads."
        return Drained(text, note, changed=False, resumed=True)
    note = replace(note, workloads=_good(cluster, journal, note, pods.evict))

    def cordon(now: Json) -> Json:
        body = writing.annotation_patch(now, {nodes.MAINTENANCE: note.text})
        return (
            windows.noted({**body, "spec": {"unschedulable": True}}, glass) if body or not nodes.cordoned(now) else {}
        )

    try:
        before, after = writing.change(cluster, nodes, reference, node, cordon, dry_run=settings.dry_run)
        journal.stage = nodes.stays_cordoned(note)
        names = tuple(map(draining.short, pods.evict))
        result = Drained(
            message=f"Node {wanted.node} would be drained: {_counted(pods.evict)} would be evicted.",
            note=note,
            changed=bool(before is not after or pods.left),
            resumed=earlier is not None,
            booted=nodes.boot_id(node) != note.boot_id,
            evicted=names,
            staying=tuple(map(draining.short, pods.staying)),
            diff=_difference(wanted.node, before, names),
        )
        if settings.dry_run:
            return result
        journal.say(f"cordoned; {_counted(pods.evict)} to evict, {len(pods.staying)} stay with the node")
        run = _Run(ports, cluster, wanted, journal, ports.clock.monotonic() + settings.timeout)
        findings = run.until_empty()
    except (errors.Interrupted, errors.Unreachable) as stopped:
        raise type(stopped)(f"{stopped} {journal.left_behind}") from None
    told = replace(result, evicted=tuple(run.evicted), timeline=tuple(journal.entries), seconds=journal.seconds)
    if run.left:
        return replace(told, failed=True, findings=findings, message=_failure(told, wanted, run, findings))
    gone = f"{_counted(run.evicted)} evicted, {len(pods.staying)} stay with it"
    return replace(told, message=f"Node {wanted.node} is drained: {gone}. {nodes.stays_cordoned(note)}")


def _on(node: str) -> resources.Scope:
    return resources.Scope(resources.POD, "", fields=f"spec.nodeName={node}")


def _sorted(pods: t.Iterable[Json], wanted: Wanted, reference: Reference) -> draining.Sorted:
    found = draining.sort(pods, wanted.consent)
    checks.refuse(reference, f"{'; '.join(found.refused)}." if found.refused else "")
    return found


def _begun(ports: Ports, settings: Settings, node: Json, pods: draining.Sorted) -> nodes.Note:
    """What is to be known of the node as it is before anything is done with it."""
    by, at, sick = settings.holder, ports.clock.now(), nodes.starting(pods.staying)
    return nodes.Note(by, at, nodes.boot_id(node), nodes.cordoned(node), sick=sick)


def _good(
    cluster: EvictingCluster, journal: Journal, note: nodes.Note, pods: t.Iterable[Json]
) -> tuple[Reference, ...]:
    """The workloads that were complete before any of their pods went: only those can be complete again."""
    found = list(note.workloads)
    for reference in affected.workloads(cluster, pods):
        verdict = None if reference in found else affected.verdict(cluster, reference)
        if verdict and verdict.phase == "complete":
            found.append(reference)
        elif verdict:
            journal.say(
                f"{reference} is not complete before the drain, and is not waited for after it: {verdict.message}"
            )
    return tuple(found)


def _counted(pods: t.Collection[t.Any]) -> str:
    return f"{len(pods)} pod{'' if len(pods) == 1 else 's'}"


def _difference(name: str, node: Json, pods: t.Sequence[str]) -> Json:
    """What a diff shows: whether the node takes pods, and those that it has."""
    was = f"unschedulable: {str(nodes.cordoned(node)).lower()}\n" + "".join(f"pod: {pod}\n" for pod in pods)
    title = f"Node {name}"
    return {"before": was, "after": "unschedulable: true\n", "before_header": title, "after_header": title}


def _failure(result: Drained, wanted: Wanted, run: _Run, findings: t.Sequence[Finding]) -> str:
    took = f"failed after {wording.seconds(result.seconds)}: {_counted(run.left)} of it did not go"
    following = "Then run the same again: it goes on where this ended."
    done = f"{_counted(run.evicted)} left node {wanted.node}. {nodes.stays_cordoned(result.note)}"
    return wording.failure(f"Draining of node {wanted.node}", took, findings, done, following)


class _Run:
    """Evicts what is on the node until nothing is left or the time is up."""

    def __init__(
        self, ports: Ports, cluster: EvictingCluster, wanted: Wanted, journal: Journal, deadline: float
    ) -> None:
        self._clock, self._cluster = ports.clock, cluster
        self._wanted, self._journal, self._deadline = wanted, journal, deadline
        self._tried: dict[str, tuple[float, list[str]]] = {}
        self._blocked: dict[str, Finding] = {}
        self._counts = ""
        self._trouble = ""
        self.evicted: dict[str, None] = {}
        self.left: tuple[Json, ...] = ()

    def until_empty(self) -> tuple[Finding, ...]:
        """Evict and wait; what keeps the pods that are ``left`` at the end."""
        scope = _on(self._wanted.node)
        feed = self._cluster.open_feed((scope, BUDGETS))
        heartbeat = self._clock.monotonic() + HEARTBEAT
        try:
            while True:
                at = self._clock.monotonic()
                pods = draining.sort(feed.objects(scope), self._wanted.consent)
                self.left = (*pods.evict, *pods.leaving)
                for pod in pods.evict:
                    self._try(pod, feed.objects(BUDGETS), at)
                if self._tell(pods, feed) or at >= heartbeat:
                    heartbeat = at + HEARTBEAT
                if not self.left and not feed.trouble():
                    return ()
                if at >= self._deadline:
                    return self._causes(pods)
                feed.wait(max(0.0, min(self._deadline, at + RETRY if pods.evict else heartbeat) - at))
        finally:
            feed.close()

    def _try(self, pod: Json, budgets: t.Sequence[Json], at: float) -> None:
        """Ask for its eviction, again when a budget that was in the way has changed, or after a while."""
        own = draining.covering(budgets, pod)
        versions = [str(objects.metadata(budget).get("resourceVersion")) for budget in own]
        last, seen = self._tried.get(objects.uid(pod), (float("-inf"), []))
        if at - last < RETRY and (versions == seen or not all(map(draining.allows, own))):
            return
        self._tried[objects.uid(pod)] = (at, versions)
        namespace, name = str(objects.metadata(pod)["namespace"]), objects.name(pod)
        try:
            self._cluster.evict(namespace, name, uid=objects.uid(pod), grace_period=self._wanted.grace_period)
        except errors.BudgetExhausted as reason:
            neighbours = self._cluster.list(resources.Scope(resources.POD, namespace))
            self._block(pod, draining.blocked(pod, own, str(reason), neighbours))
            return
        self.evicted[draining.short(pod)] = None
        self._blocked.pop(objects.uid(pod), None)

    def _block(self, pod: Json, finding: Finding) -> None:
        known = {each.message for each in self._blocked.values()}
        if finding.message not in known:
            self._journal.say(wording.brief(finding))
        self._blocked[objects.uid(pod)] = finding

    def _tell(self, pods: draining.Sorted, feed: Feed) -> bool:
        """Say what changed; whether anything did."""
        if feed.trouble() != self._trouble:
            self._trouble = feed.trouble()
            self._journal.say(
                f"{self._trouble}; going on as soon as it answers" if self._trouble else "it answers again"
            )
        gone = len(self.evicted.keys() - {draining.short(pod) for pod in self.left})
        counts = f"{gone} gone, {len(pods.leaving)} ending, {len(pods.evict)} to evict"
        if counts == self._counts:
            return False
        self._counts = counts
        self._journal.say(counts, passing=bool(self.left))
        return True

    def _causes(self, pods: draining.Sorted) -> tuple[Finding, ...]:
        """The budgets in the way with what the workloads behind them suffer from, and the pods that do not end."""
        node = self._cluster.read(resources.NODE, "", self._wanted.node)
        blocked = {each.message: each for pod in pods.evict if (each := self._blocked.get(objects.uid(pod)))}
        sick = [affected.verdict(self._cluster, each) for each in affected.workloads(self._cluster, pods.evict)]
        behind = (finding for verdict in sick if verdict for finding in verdict.findings)
        ending = (draining.lingering(pod, nodes.unready(node)) for pod in pods.leaving)
        return (*blocked.values(), *behind, *ending)
