# SPDX-License-Identifier: GPL-3.0-or-later
# Copyright: Contributors to the steady.rollout project
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""How Sphinx makes the site of the Markdown files where they lie, and of the reference that antsibull-docs writes."""

from __future__ import annotations

import pathlib
import zlib

import yaml

COLLECTION = pathlib.Path(__file__).parents[2]
galaxy = yaml.safe_load((COLLECTION / "galaxy.yml").read_text())

project = f"{galaxy['namespace']}.{galaxy['name']}"
version = release = galaxy["version"]
html_title = f"{project} {version}"

extensions = ["myst_parser", "sphinx.ext.intersphinx", "sphinx_antsibull_ext"]
include_patterns = ["*.md", "docs/*.md", "roles/*/README.md", "extensions/*/README.md", "reference/*.rst"]
exclude_patterns = ["README.md"]  # index.md includes it
myst_heading_anchors = 4

html_theme = "furo"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False

# Where Ansible's own documentation has what the reference refers to, so that the build needs nothing from there.
ANSIBLE = "https://docs.ansible.com/ansible/latest/"
ELSEWHERE = {
    "label action_plugins": "plugins/action.html#action-plugins",
    "label ansible_collections.ansible.builtin.default_callback": "collections/ansible/builtin/default_callback.html",
    "label ansible_configuration_settings": "reference_appendices/config.html",
    "label callback_plugins": "plugins/callback.html#callback-plugins",
    "label common_return_values": "reference_appendices/common_return_values.html",
    "envvar ANSIBLE_DISPLAY_SKIPPED_HOSTS": "reference_appendices/config.html#envvar-ANSIBLE_DISPLAY_SKIPPED_HOSTS",
    "envvar ANSIBLE_SHOW_CUSTOM_STATS": "reference_appendices/config.html#envvar-ANSIBLE_SHOW_CUSTOM_STATS",
}


def inventory(path: pathlib.Path) -> str:
    """Write ELSEWHERE as Sphinx reads it (an inventory of version 2), and give its path."""
    names = ((*key.split(), address) for key, address in ELSEWHERE.items())
    lines = "".join(f"{name} std:{kind} -1 {address} -\n" for kind, name, address in names)
    header = "# Sphinx inventory version 2\n# Project: Ansible\n# Version: latest\n"
    header += "# The remainder of this file is compressed using zlib.\n"
    path.write_bytes(header.encode() + zlib.compress(lines.encode()))
    return str(path)


intersphinx_mapping = {"ansible": (ANSIBLE, inventory(COLLECTION / "ansible.inv"))}
