// SPDX-License-Identifier: GPL-2.0-only
//! Pin control.
use crate::export::Export;
/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[];
/// The controller behind a C structure.
pub(crate) unsafe fn controller_of<'a>(_: *mut crate::bindings::pinctrl_dev) -> Option<&'a alloc::sync::Arc<kernel::pinctrl::Controller>> { None }
