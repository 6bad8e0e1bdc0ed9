// SPDX-License-Identifier: GPL-2.0-only
//! AArch64: entry, vectors, system registers, translation tables, caches, and a fake of the same surface for host tests.
#![cfg_attr(not(test), no_std)]
