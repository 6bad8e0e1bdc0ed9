// SPDX-License-Identifier: GPL-2.0-only
//! Timings by the device tree, bus recovery, look-ups by node, buffers for DMA.

use core::ffi::{c_char, c_int, c_uint};
use core::ptr::null_mut;

use io::Fault;
use io::i2c::recovery::{Lines, pulse};

use super::{adapter, client};
use crate::bindings::{self, device, fwnode_handle, i2c_adapter, i2c_client, i2c_msg, i2c_timings};
use crate::errno::{Errno, to_c};
use crate::of::Node;

crate::exports! {
    family "i2c";
    [any, supported, "i2c::tests::timings_of_the_tree"]
    fn i2c_parse_fw_timings(dev: *mut device, t: *mut i2c_timings, use_defaults: bool) -> () = parse_timings;
    [any, supported, "i2c::tests::timings_of_the_tree"]
    fn i2c_freq_mode_string(bus_freq_hz: u32) -> *const c_char = mode_name;
    [any, supported, "i2c::tests::adapters_have_numbers"]
    fn i2c_recover_bus(adap: *mut i2c_adapter) -> c_int = recover_bus;
    [any, partial, "i2c::tests::a_bus_that_is_held_is_freed"]
    fn i2c_generic_scl_recovery(adap: *mut i2c_adapter) -> c_int = scl_recovery;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_mark_adapter_suspended(adap: *mut i2c_adapter) -> () = mark_suspended;
    [sleeps, supported, "i2c::tests::transfers_reach_the_algorithm"]
    fn i2c_mark_adapter_resumed(adap: *mut i2c_adapter) -> () = mark_resumed;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_find_device_by_fwnode(fwnode: *mut fwnode_handle) -> *mut i2c_client = find_device;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_find_adapter_by_fwnode(fwnode: *mut fwnode_handle) -> *mut i2c_adapter = find_adapter;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_get_adapter_by_fwnode(fwnode: *mut fwnode_handle) -> *mut i2c_adapter = find_adapter;
    [any, supported, "i2c::tests::timings_of_the_tree"]
    fn i2c_get_dma_safe_msg_buf(msg: *mut i2c_msg, threshold: c_uint) -> *mut u8 = dma_buffer;
    [any, supported, "i2c::tests::timings_of_the_tree"]
    fn i2c_put_dma_safe_msg_buf(buf: *mut u8, msg: *mut i2c_msg, xferred: bool) -> () = put_dma_buffer;
}

/// What the tree says about the bus's edges; without `use_defaults`, what it does not say stays.
pub(super) unsafe fn parse_timings(dev: *mut device, t: *mut i2c_timings, use_defaults: bool) {
    // SAFETY: the C caller's device and variable.
    let (node, t) = unsafe { (Node::from_raw((*dev).of_node), &mut *t) };
    let read = |name: &[u8], old: u32, default: u32| {
        let said = node.and_then(|n| n.u32(name));
        said.unwrap_or(if use_defaults { default } else { old })
    };
    t.bus_freq_hz = read(b"clock-frequency", t.bus_freq_hz, bindings::I2C_MAX_STANDARD_MODE_FREQ);
    let (rise, fall) = match t.bus_freq_hz {
        hz if hz <= bindings::I2C_MAX_STANDARD_MODE_FREQ => (1000, 300),
        hz if hz <= bindings::I2C_MAX_FAST_MODE_FREQ => (300, 300),
        _ => (120, 120),
    };
    t.scl_rise_ns = read(b"i2c-scl-rising-time-ns", t.scl_rise_ns, rise);
    t.scl_fall_ns = read(b"i2c-scl-falling-time-ns", t.scl_fall_ns, fall);
    t.scl_int_delay_ns = read(b"i2c-scl-internal-delay-ns", t.scl_int_delay_ns, 0);
    t.sda_fall_ns = read(b"i2c-sda-falling-time-ns", t.sda_fall_ns, t.scl_fall_ns);
    t.sda_hold_ns = read(b"i2c-sda-hold-time-ns", t.sda_hold_ns, 0);
    t.digital_filter_width_ns = read(b"i2c-digital-filter-width-ns", t.digital_filter_width_ns, 0);
    t.analog_filter_cutoff_freq_hz =
        read(b"i2c-analog-filter-cutoff-frequency", t.analog_filter_cutoff_freq_hz, 0);
}

pub(super) fn mode_name(hz: u32) -> *const c_char {
    let name = match hz {
        bindings::I2C_MAX_ULTRA_FAST_MODE_FREQ => c"Ultra Fast Mode (5.0 MHz)",
        bindings::I2C_MAX_HIGH_SPEED_MODE_FREQ => c"High Speed Mode (3.4 MHz)",
        bindings::I2C_MAX_TURBO_MODE_FREQ => c"Turbo Mode (1.4 MHz)",
        bindings::I2C_MAX_FAST_MODE_PLUS_FREQ => c"Fast Mode Plus (1.0 MHz)",
        bindings::I2C_MAX_FAST_MODE_FREQ => c"Fast Mode (400 kHz)",
        bindings::I2C_MAX_STANDARD_MODE_FREQ => c"Standard Mode (100 kHz)",
        _ => c"Unknown Mode",
    };
    name.as_ptr()
}

/// `-EBUSY` if the adapter has no means.
pub(super) unsafe fn recover_bus(adap: *mut i2c_adapter) -> c_int {
    // SAFETY: the C caller's adapter.
    unsafe {
        let recover = (*adap).bus_recovery_info.as_ref().and_then(|info| info.recover_bus);
        recover.map_or(Errno::EBUSY.to_c(), |recover| recover(adap))
    }
}

/// An adapter's lines, moved by its driver.
struct Pins {
    adap: *mut i2c_adapter,
    info: bindings::i2c_bus_recovery_info,
}

impl Lines for Pins {
    fn scl(&mut self) -> bool {
        // SAFETY: the driver's operation.
        self.info.get_scl.is_none_or(|get| unsafe { get(self.adap) } != 0)
    }
    fn set_scl(&mut self, high: bool) {
        if let Some(set) = self.info.set_scl {
            // SAFETY: the driver's operation.
            unsafe { set(self.adap, high.into()) };
        }
    }
    fn sda(&mut self) -> Option<bool> {
        let get = self.info.get_bus_free.or(self.info.get_sda)?;
        // SAFETY: the driver's operation.
        Some(unsafe { get(self.adap) } > 0)
    }
    fn set_sda(&mut self, high: bool) {
        if let Some(set) = self.info.set_sda {
            // SAFETY: the driver's operation.
            unsafe { set(self.adap, high.into()) };
        }
    }
}

/// By the driver's own means to move the lines; lines that are GPIOs are refused.
pub(super) unsafe fn scl_recovery(adap: *mut i2c_adapter) -> c_int {
    // SAFETY: the C caller's adapter.
    unsafe {
        let Some(info) = (*adap).bus_recovery_info.as_ref() else { return Errno::EBUSY.to_c() };
        if info.set_scl.is_none() || info.get_scl.is_none() {
            return Errno::EOPNOTSUPP.to_c();
        }
        if let Some(prepare) = info.prepare_recovery {
            prepare(adap);
        }
        let result = pulse(&mut Pins { adap, info: core::ptr::read(info) });
        if let Some(unprepare) = info.unprepare_recovery {
            unprepare(adap);
        }
        to_c(result.map_err(|fault: Fault| fault.into()))
    }
}

pub(super) unsafe fn mark(adap: *mut i2c_adapter, suspended: bool) {
    // SAFETY: the C caller's adapter; the bus is held, so nobody looks meanwhile.
    unsafe {
        let Ok(bus) = adapter::core(adap) else { return };
        bus.lock();
        let bit = 1 << bindings::I2C_ALF_IS_SUSPENDED;
        if suspended {
            (*adap).locked_flags |= bit;
        } else {
            (*adap).locked_flags &= !bit;
        }
        bus.unlock();
    }
}

pub(super) unsafe fn mark_suspended(adap: *mut i2c_adapter) {
    // SAFETY: as the C caller says.
    unsafe { mark(adap, true) };
}

pub(super) unsafe fn mark_resumed(adap: *mut i2c_adapter) {
    // SAFETY: as the C caller says.
    unsafe { mark(adap, false) };
}

pub(super) fn find_device(fwnode: *mut fwnode_handle) -> *mut i2c_client {
    if fwnode.is_null() { null_mut() } else { client::find(|client| client.dev.fwnode == fwnode) }
}

pub(super) fn find_adapter(fwnode: *mut fwnode_handle) -> *mut i2c_adapter {
    let Some(node) = crate::of::from_fwnode(fwnode) else { return null_mut() };
    adapter::find(|adap| adap.dev.of_node == node.as_raw())
}

/// All memory of ours can be reached by DMA, so a message's own buffer will do if it is worth it.
pub(super) unsafe fn dma_buffer(msg: *mut i2c_msg, threshold: c_uint) -> *mut u8 {
    // SAFETY: the C caller's message.
    unsafe {
        let safe = (*msg).flags & bindings::I2C_M_DMA_SAFE as u16 != 0;
        if c_uint::from((*msg).len) < threshold || (*msg).len == 0 || !safe {
            return null_mut();
        }
        (*msg).buf
    }
}

/// Nothing was copied.
pub(super) fn put_dma_buffer(_buf: *mut u8, _msg: *mut i2c_msg, _xferred: bool) {}
