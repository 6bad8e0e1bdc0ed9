// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the scheduler on fake CPUs.
