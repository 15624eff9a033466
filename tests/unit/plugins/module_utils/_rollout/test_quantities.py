# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from decimal import Decimal

import pytest

from ansible_collections.steady.rollout.plugins.module_utils._rollout import quantities


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3", "3"),
        (3, "3"),
        ("0.5", "0.5"),
        ("100m", "0.1"),
        ("1k", "1000"),
        ("1Ki", "1024"),
        ("1.5Gi", "1610612736"),
        ("2e3", "2000"),
        ("2E", "2000000000000000000"),
        ("1E2", "100"),
        ("-1", "-1"),
        ("5n", "5E-9"),
    ],
)
def test_every_form_of_a_quantity_is_a_number_of_its_base_unit(text: str, number: str) -> None:
    assert quantities.parse(text) == Decimal(number)


def test_half_a_core_is_500_millicores() -> None:
    assert quantities.parse("500m") == quantities.parse("0.5")


def test_what_is_no_quantity_counts_nothing() -> None:
    assert quantities.parse("plenty") == 0


@pytest.mark.parametrize(
    ("value", "of", "up", "share"), [(2, 10, True, 2), ("2", 10, False, 2), ("25%", 3, True, 1), ("25%", 3, False, 0)]
)
def test_a_share_is_a_number_or_a_percentage(value: object, of: int, up: bool, share: int) -> None:
    assert quantities.share(value, of, up=up) == share
