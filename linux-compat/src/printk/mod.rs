// SPDX-License-Identifier: GPL-2.0-only
//! The log and text from values: `printk` and its kin, `snprintf`, `sscanf`, hex dumps, rate limits.
//!
//! `c/*.c` holds the entry points with any number of arguments; they hand what they got to `va::Va`, and Rust draws
//! and formats: `format` knows the conversions, `pointer` the many of `%p`, `scan` reads.

mod emit;
mod format;
mod hexdump;
mod pointer;
mod ratelimit;
mod scan;
#[cfg(test)]
mod tests;
mod va;

pub use emit::log_line;
pub(crate) use emit::panic_begins;
pub use format::Out;
pub use pointer::bits;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[C, hexdump::EXPORTS, hexdump::DATA, ratelimit::EXPORTS, emit::EXPORTS, emit::DATA];

crate::exports_c! {
    family "printk";
    [any, supported, "ported_drivers_are_heard"]
    fn _printk;
    [any, supported, "ported_drivers_are_heard"]
    fn vprintk;
    [any, supported, "ported_drivers_are_heard"]
    fn _dev_printk;
    [any, supported, "ported_drivers_are_heard"]
    fn _dev_emerg;
    [any, supported, "ported_drivers_are_heard"]
    fn _dev_alert;
    [any, supported, "ported_drivers_are_heard"]
    fn _dev_crit;
    [any, supported, "ported_drivers_are_heard"]
    fn _dev_err;
    [any, supported, "ported_drivers_are_heard"]
    fn _dev_warn;
    [any, supported, "ported_drivers_are_heard"]
    fn _dev_notice;
    [any, supported, "ported_drivers_are_heard"]
    fn _dev_info;
    [any, supported, "ported_drivers_are_heard"]
    fn dev_err_probe;
    [any, supported, "printk::tests::integers"]
    fn snprintf;
    [any, supported, "printk::tests::integers"]
    fn vsnprintf;
    [any, supported, "printk::tests::cut_text_is_ended"]
    fn scnprintf;
    [any, supported, "printk::tests::cut_text_is_ended"]
    fn vscnprintf;
    [any, supported, "printk::tests::integers"]
    fn sprintf;
    [any, supported, "printk::tests::integers"]
    fn vsprintf;
    [any, supported, "printk::tests::allocated_text"]
    fn kasprintf;
    [any, supported, "printk::tests::allocated_text"]
    fn kvasprintf;
    [any, supported, "printk::tests::allocated_text"]
    fn kvasprintf_const;
    [atomic, supported, "printk::tests::allocated_text"]
    fn devm_kasprintf;
    [atomic, supported, "printk::tests::allocated_text"]
    fn devm_kvasprintf;
    [atomic, supported, "device::tests::names"]
    fn dev_set_name;
    [any, supported, "printk::tests::scanning"]
    fn sscanf;
    [any, supported, "printk::tests::scanning"]
    fn vsscanf;
    [any, supported, "printk::tests::cut_text_is_ended"]
    fn sysfs_emit;
    [any, supported, "printk::tests::cut_text_is_ended"]
    fn sysfs_emit_at;
    [any, supported, "ported_drivers_are_heard"]
    fn warn_slowpath_fmt;
    [any, supported, "ported_drivers_are_heard"]
    fn panic;
    [any, supported, "printk::tests::integers"]
    fn seq_printf;
    [any, supported, "printk::tests::integers"]
    fn seq_vprintf;
}
