// SPDX-License-Identifier: GPL-2.0-only
//! Emulated devices, one file each, chosen by compatible from the guest DTS.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
