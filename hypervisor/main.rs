// SPDX-License-Identifier: GPL-2.0-only
//! The image: entry and wiring of the crates.
#![no_std]
#![no_main]
