// SPDX-License-Identifier: GPL-2.0-only
//! `struct pinctrl_dev`, as `include/drivers/pinctrl/core.h` lays it out for drivers of controllers.

use crate::bindings::{device, module, pinctrl_desc, xarray};
use core::ffi::{c_uint, c_void};

/// The structure. Its first fields are those that drivers see.
#[repr(C)]
pub(super) struct Dev {
    pub desc: *mut pinctrl_desc,
    pub dev: *mut device,
    pub owner: *mut module,
    pub driver_data: *mut c_void,
    pub num_groups: c_uint,
    pub num_functions: c_uint,
    pub pin_group_tree: xarray,
    pub pin_function_tree: xarray,
    pub p: *mut c_void,
}
