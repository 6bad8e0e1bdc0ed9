// SPDX-License-Identifier: GPL-2.0-only
//! GPIOs of devices that no device tree describes: tables that drivers give.

use crate::bindings::{device, gpio_desc, gpiod_flags, gpiod_lookup, gpiod_lookup_table};
use crate::errno::{Errno, Result};
use alloc::vec::Vec;
use core::ffi::CStr;
use core::ptr;
use kernel::gpio;
use kernel::sync::SpinLock;

crate::exports! {
    family "gpio";
    [sleeps, supported, "gpio::tests::lookup_tables"]
    fn gpiod_add_lookup_table(table: *mut gpiod_lookup_table) = add;
    [sleeps, supported, "gpio::tests::lookup_tables"]
    fn gpiod_add_lookup_tables(tables: *mut *mut gpiod_lookup_table, n: usize) = add_all;
    [sleeps, supported, "gpio::tests::lookup_tables"]
    fn gpiod_remove_lookup_table(table: *mut gpiod_lookup_table) = remove;
}

/// The tables, by address.
static TABLES: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

pub(super) unsafe fn add(table: *mut gpiod_lookup_table) {
    TABLES.lock().push(table.expose_provenance());
}

pub(super) unsafe fn add_all(tables: *mut *mut gpiod_lookup_table, n: usize) {
    // SAFETY: the caller's array of that size.
    (0..n).for_each(|i| unsafe { add(*tables.add(i)) });
}

pub(super) unsafe fn remove(table: *mut gpiod_lookup_table) {
    TABLES.lock().retain(|t| *t != table.addr());
}

/// The line that a table has for a device.
pub(super) unsafe fn find(dev: *mut device, con_id: Option<&str>, index: u32, flags: gpiod_flags) -> Result<*mut gpio_desc> {
    // SAFETY: the caller's device; tables stay until they are removed.
    unsafe {
        let name = if dev.is_null() { c"" } else { crate::device::name(dev) };
        let tables = TABLES.lock().clone();
        for address in tables {
            let table: *const gpiod_lookup_table = ptr::with_exposed_provenance(address);
            let id = (*table).dev_id;
            if if id.is_null() { !dev.is_null() } else { CStr::from_ptr(id) != name } {
                continue;
            }
            let mut entry: *const gpiod_lookup = (&raw const (*table).table).cast();
            while !(*entry).key.is_null() {
                let con = (*entry).con_id;
                let same = con.is_null() || con_id.is_some_and(|c| CStr::from_ptr(con).to_bytes() == c.as_bytes());
                if (*entry).idx == index && same {
                    return take(&*entry, name, con_id, flags);
                }
                entry = entry.add(1);
            }
        }
    }
    Err(Errno::ENOENT)
}

pub(super) unsafe fn take(entry: &gpiod_lookup, device: &CStr, con_id: Option<&str>, dflags: gpiod_flags) -> Result<*mut gpio_desc> {
    // SAFETY: the table's key.
    let key = unsafe { CStr::from_ptr(entry.key) }.to_string_lossy();
    // U16_MAX: the key is a line's name.
    let line = if entry.chip_hwnum == u16::MAX {
        gpio::all().iter().find_map(|b| b.line_named(&key).cloned())
    } else {
        gpio::find(&|b| b.label() == key).and_then(|b| b.line(entry.chip_hwnum.into()).cloned())
    };
    let line = line.ok_or(Errno::EPROBE_DEFER)?;
    let label = con_id.map_or_else(|| device.to_string_lossy(), Into::into);
    line.request(&label, dflags & 16 != 0)?;
    let (flags, init) = super::consumer::wanted(super::consumer::lookup_flags(entry.flags as u32), dflags);
    line.configure(flags, init).inspect_err(|_| line.free())?;
    Ok(super::consumer::to_c_desc(&line))
}
