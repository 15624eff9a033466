// SPDX-License-Identifier: GPL-3.0-or-later

module steady.rollout/lab/notes

go 1.24
