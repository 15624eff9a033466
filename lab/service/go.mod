// SPDX-License-Identifier: GPL-3.0-or-later

module steady.rollout/lab/service

go 1.24
