// SPDX-License-Identifier: GPL-2.0-only
//! The lock of this crate: short critical sections, taken on the exit path and in interrupts as well as by threads.

pub(crate) use kernel::sync::SpinLock as Lock;
