// SPDX-License-Identifier: GPL-2.0-only
//! What debug builds see.

use super::*;
use crate::machine::machine;
use std::panic::{catch_unwind, resume_unwind};

#[test]
fn masking_nests() {
    let outer = save();
    let inner = save();
    assert_eq!((outer, inner), (0, 1));
    restore(inner);
    assert!(masked());
    restore(outer);
    assert!(!masked());
}

#[test]
fn reports_name_the_driver() {
    let text = run(Role::Probe, c"sunxi-mmc".as_ptr(), 0x1234, String::new(), || {
        run(Role::Operation, core::ptr::null(), 0x5678, String::new(), || format!("{}", describe()))
    });
    assert_eq!(text, "the operation (0x5678)");
    let text = run(Role::Probe, c"sunxi-mmc".as_ptr(), 0x1234, String::new(), || format!("{}", describe()));
    assert_eq!(text, "the probe of sunxi-mmc (0x1234)");
}

#[test]
#[cfg(debug_assertions)]
#[should_panic(expected = "returns with a spinlock held or preemption disabled")]
fn a_lock_left_behind_is_caught() {
    machine().run(|| {
        let result = catch_unwind(|| run(Role::Work, c"driver".as_ptr(), 0, (), percpu::preempt_disable));
        percpu::preempt_enable();
        result.unwrap_or_else(|panic| resume_unwind(panic));
    });
}

#[test]
#[should_panic(expected = "msleep may sleep, but was called in atomic context, in the timer of driver")]
fn sleeping_is_refused_where_it_must_be() {
    machine().run(|| {
        run(Role::Timer, c"driver".as_ptr(), 0, (), || {
            percpu::preempt_disable();
            let result = catch_unwind(|| might_sleep("msleep"));
            percpu::preempt_enable();
            result.unwrap_or_else(|panic| resume_unwind(panic));
        });
    });
}

#[test]
#[cfg(debug_assertions)]
fn what_a_probe_leaves_behind_is_counted() {
    let mut held = core::ptr::null_mut();
    // SAFETY: zeroes are a device without anything, which nobody else has.
    let mut dev: crate::bindings::device = unsafe { core::mem::zeroed() };
    let probe = |f: &mut dyn FnMut()| run_for(&raw const dev, Role::Probe, c"driver".as_ptr(), 0, (), f);
    probe(&mut || {
        held = crate::slab::kmalloc(100, crate::slab::GFP_ATOMIC);
        let given_back = crate::slab::kmalloc(200, crate::slab::GFP_ATOMIC);
        // SAFETY: of `kmalloc`, and used by nobody.
        unsafe { crate::slab::kfree(given_back) };
        ledger::took(ledger::Kind::Interrupt, 7, 7);
    });
    // Not of the probe, and so not of the device.
    ledger::took(ledger::Kind::Interrupt, 8, 8);
    // SAFETY: the device is there; its memory is used by nobody.
    unsafe {
        assert_eq!(ledger::settle(&raw mut dev), 2);
        assert_eq!(ledger::settle(&raw mut dev), 0, "it is said once");
        crate::slab::kfree(held);
    }
}

#[test]
fn what_lies_in_a_device_s_memory_is_the_device_s() {
    use crate::device::{devm_kmalloc, owns};
    let (dev, other) = (crate::testing::device_at("owner", None), crate::testing::device_at("owner-of-else", None));
    // SAFETY: devices of the test.
    unsafe {
        let memory = devm_kmalloc(dev, 100, crate::slab::GFP_ATOMIC).addr();
        let theirs = devm_kmalloc(other, 8, crate::slab::GFP_ATOMIC).addr();
        assert!(owns(dev, memory) && owns(dev, memory + 99) && owns(other, theirs + 7));
        assert!(!owns(dev, memory - 1) && !owns(dev, memory + 100) && !owns(dev, theirs) && !owns(dev, 0));
        assert!(!owns(other, memory));
        crate::testing::release_managed(dev);
        assert!(!owns(dev, memory) && owns(other, theirs));
        crate::testing::release_managed(other);
    }
}
