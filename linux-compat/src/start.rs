// SPDX-License-Identifier: GPL-2.0-only
//! Bringing the drivers up: the device tree, early providers, initcalls by level, devices, and those that had to wait.

#[cfg(linked)]
use core::ffi::c_int;

/// A function that C code wants called at boot.
#[cfg(linked)]
type Initcall = unsafe extern "C" fn() -> c_int;

/// Devices come from the tree where Linux makes them: after the architecture's own initcalls, before those of
/// subsystems.
#[cfg(linked)]
#[used]
#[cfg_attr(target_os = "none", unsafe(link_section = ".initcall.3s"))]
#[cfg_attr(not(target_os = "none"), unsafe(link_section = "fv_initcall_3s"))]
static POPULATE: Initcall = populate;

#[cfg(linked)]
unsafe extern "C" fn populate() -> c_int {
    crate::platform::populate_all();
    0
}

/// Brings the image's Linux drivers up. The first orphan, once; sleeps. Returns when every device has been tried.
pub fn start() {
    crate::work::init();
    crate::context::init();
    kernel::panic::set_hook(crate::printk::panic_begins);
    let Some(tree) = kernel::dt::tree() else { return };
    if let Err(error) = crate::of::init(tree) {
        log::error!("no Linux drivers: the device tree could not be taken over: error {}", error.0);
        return;
    }
    crate::irq::init();
    clocks();
    crate::clocksource::probe();
    initcalls();
    crate::device::settle();
    kernel::device::set_binder(&crate::device::BINDER);
    for (device, why) in crate::device::deferred() {
        log::warn!("{device}: still waits: {why}");
    }
}

/// Sets the clock providers up that drivers declare.
#[cfg(linked)]
fn clocks() {
    use crate::bindings::of_device_id;
    unsafe extern "C" {
        static __clk_of_table_start: [of_device_id; 0];
        static __clk_of_table_end: [of_device_id; 0];
    }
    let (start, end) = (&raw const __clk_of_table_start, &raw const __clk_of_table_end);
    let count = (end.addr() - start.addr()) / size_of::<of_device_id>();
    // SAFETY: between the two marks the linker put entries, which name functions of their kind.
    unsafe { crate::clk::init(core::slice::from_raw_parts(start.cast(), count)) };
}

#[cfg(not(linked))]
fn clocks() {}

/// Calls what the linker collected.
#[cfg(linked)]
fn initcalls() {
    unsafe extern "C" {
        static __initcalls_start: [Initcall; 0];
        static __initcalls_end: [Initcall; 0];
    }
    let (mut call, end) = (&raw const __initcalls_start, &raw const __initcalls_end);
    while call < end {
        // SAFETY: between the two marks the linker put pointers to functions.
        let function = unsafe { call.cast::<Initcall>().read() };
        // SAFETY: each is to be called once, here.
        let result = crate::context::run(
            crate::context::Role::Init,
            core::ptr::null(),
            function as usize,
            crate::errno::Errno::EIO.to_c(),
            || unsafe { function() },
        );
        // A driver without its device is nothing to speak of.
        if result < 0 && result != crate::errno::Errno::ENODEV.to_c() {
            log::error!("an initcall failed: error {}", -result);
        }
        call = call.wrapping_byte_add(size_of::<Initcall>());
    }
}

#[cfg(not(linked))]
fn initcalls() {}
