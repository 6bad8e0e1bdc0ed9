// SPDX-License-Identifier: GPL-2.0-only
//! The lock around a device's state, held for the length of one register access. It masks interrupts: besides the
//! exit path, timers and the management terminal take it.

pub(crate) use kernel::sync::SpinLock as Lock;
