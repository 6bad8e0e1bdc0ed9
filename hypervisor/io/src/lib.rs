// SPDX-License-Identifier: GPL-2.0-only
//! Between back ends and devices: the serial multiplexer.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
