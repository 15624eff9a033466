// SPDX-License-Identifier: GPL-3.0-or-later

module steady.rollout/tests/bench/traffic/load

go 1.24
