# SPDX-License-Identifier: GPL-3.0-or-later
"""The only place that makes an AnsibleModule and ends it: arguments in, result or one clear sentence out."""

from __future__ import annotations

import gc
import signal
import typing as t
from importlib.util import find_spec

from ansible.module_utils.basic import AnsibleModule, missing_required_lib
from ansible.module_utils.common.parameters import remove_values

from ansible_collections.steady.rollout.plugins.module_utils._ansible import concealed
from ansible_collections.steady.rollout.plugins.module_utils._rollout import errors

try:
    from ansible.module_utils.secrets import register_secrets  # type: ignore[import-not-found]
except ImportError:
    # Before ansible-core 2.22 a module masks its result itself, by its no_log_values alone.
    register_secrets = None

Json = dict[str, t.Any]

_SELDOM = 20_000
"""So many objects come to be before garbage is looked for; a page of a list alone has more than Python's own number."""


def run(
    arguments: Json,
    operate: t.Callable[[Json, bool], Json],
    *,
    libraries: t.Callable[[Json], t.Iterable[str]],
    secrets: t.Callable[[Json], t.Iterable[str]] = lambda _params: (),
    **constraints: t.Any,
) -> None:
    """Run one operation, given the module's parameters and whether nothing may be changed, and report its result.

    A result that says ``failed`` fails the module with everything in it; a RolloutError fails it with its sentence. ``libraries``
    names the packages that these parameters need, ``secrets`` the values in them that must not be shown.
    """
    spare()
    module = _Module(secrets, argument_spec=arguments, supports_check_mode=True, **constraints)
    params = dict(module.params)
    module.no_log_values.difference_update(concealed.everything(params.get(concealed.OPTION)))
    module.conceal(params)
    module.params.update(concealed.shown(params))
    for library in libraries(params):
        if find_spec(library) is None:
            module.fail_json(msg=missing_required_lib(library))
    listen()
    try:
        result = operate(params, module.check_mode)
    except errors.RolloutError as error:
        module.fail_json(msg=str(error))
    except errors.Interrupted as reason:
        module.fail_json(msg=str(reason))
    spare()
    if result.pop("failed", False):
        module.fail_json(**result)
    module.exit_json(**result)


class _Module(AnsibleModule):
    """Keeps the values that only we know to be secret out of the system's log, too, to which a module writes its options at once."""

    def __init__(self, secrets: t.Callable[[Json], t.Iterable[str]], **options: t.Any) -> None:
        self._secrets = secrets
        super().__init__(**options)

    def conceal(self, params: Json) -> None:
        """Have what these parameters hold in secret masked, by whoever masks."""
        values = list(self._secrets(params))
        self.no_log_values.update(values)
        if register_secrets:
            register_secrets(values)

    def log(self, msg: str, log_args: Json | None = None) -> None:
        """Write a line to the system's log."""
        self.conceal(self.params)
        super().log(msg, log_args if register_secrets else remove_values(log_args, self.no_log_values))


def spare() -> None:
    """Look for garbage seldom, and never in what is there already: that stays to the end, where looking costs more than the result."""
    gc.set_threshold(_SELDOM)
    gc.freeze()


def listen() -> None:
    """Turn the first SIGTERM or SIGINT into an orderly end; the ones after it are ignored, so that the end can be reached."""

    def stop(number: int, _frame: t.Any) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_IGN)
        raise errors.Interrupted(
            f"Stopped by {signal.Signals(number).name}. Run the same again to go on, with the same consequences when it fails."
        )

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
