// SPDX-License-Identifier: GPL-2.0-only
//! Native drivers for host devices, one folder per kind.
#![cfg_attr(not(test), no_std)]
