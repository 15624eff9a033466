# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Shows the module's progress while it runs."""

from __future__ import annotations

from ansible_collections.steady.rollout.plugins.plugin_utils._live import LiveAction


class ActionModule(LiveAction):
    """The action of the module of the same name."""
