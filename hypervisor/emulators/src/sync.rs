// SPDX-License-Identifier: GPL-2.0-only
//! The lock around a device's state: held for the length of one register access.

pub(crate) use spin::Mutex as Lock;
