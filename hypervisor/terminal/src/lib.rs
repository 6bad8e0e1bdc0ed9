// SPDX-License-Identifier: GPL-2.0-only
//! The management terminal: line editor and one file per command.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
