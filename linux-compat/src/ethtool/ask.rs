// SPDX-License-Identifier: GPL-2.0-only
//! Answers for `ethtool` that most drivers share.

use crate::bindings::{
    __LINK_STATE_NOCARRIER, SOF_TIMESTAMPING_RX_SOFTWARE, SOF_TIMESTAMPING_SOFTWARE, kernel_ethtool_ts_info, net_device,
};
use core::ffi::c_int;

crate::exports! {
    family "ethtool";
    [any, supported, "ethtool::tests::shared_answers"]
    fn ethtool_op_get_link(dev: *mut net_device) -> u32 = link;
    [any, supported, "ethtool::tests::shared_answers"]
    fn ethtool_op_get_ts_info(dev: *mut net_device, eti: *mut kernel_ethtool_ts_info) -> c_int = ts_info;
}

/// Whether there is a carrier.
pub(super) unsafe fn link(dev: *mut net_device) -> u32 {
    // SAFETY: the caller's network device; its state is one word that is written at once.
    let state = unsafe { (&raw const (*dev).state).read_volatile() };
    u32::from(state >> __LINK_STATE_NOCARRIER & 1 == 0)
}

/// Time stamps of received frames are software's; there is no clock of the device's.
pub(super) unsafe fn ts_info(_dev: *mut net_device, info: *mut kernel_ethtool_ts_info) -> c_int {
    // SAFETY: the caller's answer.
    unsafe {
        (*info).so_timestamping = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
        (*info).phc_index = -1;
    }
    0
}
