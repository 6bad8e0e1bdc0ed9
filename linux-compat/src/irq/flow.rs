// SPDX-License-Identifier: GPL-2.0-only
//! Flow handlers for C.

use super::line::{attach, line_of};
#[cfg(linked)]
use crate::bindings;
use crate::bindings::{irq_desc, irq_domain};
use crate::errno::{Errno, Result, to_c};
use core::ffi::{c_int, c_uint};
use kernel::irq::virq::desc::{self, Desc};
use kernel::irq::virq::flow;

type Handler = Option<unsafe extern "C" fn(*mut irq_desc)>;

crate::exports! {
    family "irq";
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_level_irq(desc: *mut irq_desc) = level;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_edge_irq(desc: *mut irq_desc) = edge;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_edge_eoi_irq(desc: *mut irq_desc) = edge_eoi;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_fasteoi_irq(desc: *mut irq_desc) = fasteoi;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_fasteoi_ack_irq(desc: *mut irq_desc) = fasteoi_ack;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_fasteoi_mask_irq(desc: *mut irq_desc) = fasteoi_mask;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_simple_irq(desc: *mut irq_desc) = simple;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_untracked_irq(desc: *mut irq_desc) = untracked;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_percpu_irq(desc: *mut irq_desc) = percpu;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_bad_irq(desc: *mut irq_desc) = bad;
    [sleeps, supported, "irq::tests::handlers_of_devices"]
    fn handle_nested_irq(irq: c_uint) = nested;
    [any, supported, "irq::tests::flows_of_c"]
    fn handle_irq_desc(desc: *mut irq_desc) -> c_int = handle_desc;
    [any, supported, "irq::tests::flows_of_c"]
    fn generic_handle_irq(irq: c_uint) -> c_int = generic;
    [any, supported, "irq::tests::flows_of_c"]
    fn generic_handle_irq_safe(irq: c_uint) -> c_int = generic;
    [any, supported, "irq::tests::flows_of_c"]
    fn generic_handle_domain_irq(domain: *mut irq_domain, hwirq: c_uint) -> c_int = in_domain;
    [any, supported, "irq::tests::flows_of_c"]
    fn generic_handle_domain_irq_safe(domain: *mut irq_domain, hwirq: c_uint) -> c_int = in_domain;
}

/// The name of flow handlers of drivers.
const DRIVERS_OWN: &str = "driver's own";

/// Flow handlers of C: each is the one of the same name in [`kernel::irq::virq::flow`].
macro_rules! flows {
    ($($(#[$doc:meta])* $name:ident => $call:expr, $exported:ident, $text:literal;)*) => {
        $(
            $(#[$doc])*
            ///
            /// # Safety
            /// `desc` is a line's structure. Interrupts are masked.
            pub(super) unsafe extern "C" fn $name(desc: *mut irq_desc) {
                let run: fn(&Desc) = $call;
                // SAFETY: the caller's line.
                run(unsafe { line_of(desc) });
            }
        )*

        /// Whether a flow handler is one of these, not a driver's.
        pub(super) fn is_ours(handler: unsafe extern "C" fn(*mut irq_desc)) -> bool {
            name(Some(handler)) != DRIVERS_OWN
        }

        /// The name of a flow handler, for reports.
        pub(super) fn name(handler: Handler) -> &'static str {
            let Some(handler) = handler else { return "none" };
            let known: &[(Handler, &'static str)] = &[
                $((Some($name), $text),)*
                $(#[cfg(linked)] (Some(bindings::$exported), $text),)*
            ];
            let is = |(known, _): &&(Handler, &'static str)| known.is_some_and(|k| core::ptr::fn_addr_eq(k, handler));
            known.iter().find(is).map_or(DRIVERS_OWN, |(_, name)| name)
        }
    };
}

flows! {
    /// Level.
    level => |d| flow::level(d), handle_level_irq, "level";
    /// Edge.
    edge => |d| flow::edge(d, false), handle_edge_irq, "edge";
    /// Edge, with an end to be told.
    edge_eoi => |d| flow::edge(d, true), handle_edge_eoi_irq, "edge-eoi";
    /// The controller does the flow.
    fasteoi => |d| flow::fasteoi(d, false, false), handle_fasteoi_irq, "fasteoi";
    /// With an acknowledge first.
    fasteoi_ack => |d| flow::fasteoi(d, true, false), handle_fasteoi_ack_irq, "fasteoi-ack";
    /// Masked meanwhile.
    fasteoi_mask => |d| flow::fasteoi(d, false, true), handle_fasteoi_mask_irq, "fasteoi-mask";
    /// Nothing is done to the controller.
    simple => |d| flow::simple(d, true), handle_simple_irq, "simple";
    /// Nor is it watched.
    untracked => |d| flow::simple(d, false), handle_untracked_irq, "untracked";
    /// Every CPU's own.
    percpu => |d| flow::per_cpu(d), handle_percpu_irq, "percpu";
    /// Nobody expects it.
    bad => |d| flow::bad(d), handle_bad_irq, "bad";
}

/// The flow handler of C that does what the line's own does.
pub(super) fn of(line: &Desc) -> Handler {
    Some(match line.flow_name() {
        "level" => level,
        "edge" => edge,
        "fasteoi" => fasteoi,
        "fasteoi-ack" => fasteoi_ack,
        "fasteoi-mask" => fasteoi_mask,
        "simple" => simple,
        "untracked" => untracked,
        "percpu" => percpu,
        _ => bad,
    })
}

/// Gives a line whose C structure has no flow handler the one that its parent in Rust chose.
pub(super) fn inherit(line: &alloc::sync::Arc<Desc>) {
    let desc = attach(line);
    // SAFETY: the line's structure; a pointer is read whole.
    let now = unsafe { (&raw const (*desc).handle_irq).read_volatile() };
    if now.is_none() || name(now) == "bad" {
        // SAFETY: as above; it is written whole.
        unsafe { (&raw mut (*desc).handle_irq).write_volatile(of(line)) };
    }
}

/// Handles a line behind one that has a thread, in that thread.
pub(super) unsafe fn nested(irq: c_uint) {
    if let Some(line) = desc::get(irq) {
        flow::nested(&line);
    }
}

pub(super) unsafe fn handle_desc(desc: *mut irq_desc) -> c_int {
    if desc.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: a line's structure.
    unsafe { line_of(desc) }.handle();
    0
}

pub(super) unsafe fn generic(irq: c_uint) -> c_int {
    to_c(handle(irq))
}

fn handle(irq: c_uint) -> Result<()> {
    let line = desc::get(irq).ok_or(Errno::EINVAL)?;
    line.handle();
    Ok(())
}

pub(super) unsafe fn in_domain(domain: *mut irq_domain, hwirq: c_uint) -> c_int {
    // SAFETY: the caller's domain.
    let handled = unsafe { super::domain::domain_of(domain) }.is_some_and(|d| d.handle(hwirq.into()));
    if handled { 0 } else { Errno::EINVAL.to_c() }
}

/// Sets the flow handler of a line.
pub(super) fn set(line: &alloc::sync::Arc<Desc>, handler: Handler, name: *const core::ffi::c_char) {
    let desc = attach(line);
    // SAFETY: the line's structure; a pointer is written whole.
    unsafe {
        (&raw mut (*desc).handle_irq).write_volatile(handler);
        (*desc).name = name;
    }
}
