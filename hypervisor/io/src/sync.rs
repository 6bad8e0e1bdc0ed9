// SPDX-License-Identifier: GPL-2.0-only
//! The lock of this crate: short critical sections, taken on the exit path as well as by threads.

pub(crate) use spin::Mutex as Lock;
