// SPDX-License-Identifier: GPL-2.0-only
//! Real-time clocks of the host; they register with [`io::rtc`], where the time of day comes from.

mod pl031;

use kernel::device::Driver;

/// All drivers of this kind, for [`kernel::device::probe_all`].
pub const DRIVERS: &[Driver] = &[pl031::DRIVER];
