// SPDX-License-Identifier: GPL-2.0-only
//! GPIO lines that are interrupts of the controller above: tests.

use super::tests::{Wires, new};
use super::{chip, consumer, hierarchy};
use crate::bindings::{self, gpio_chip, irq_chip, irq_data};
use crate::errno::Errno;
use crate::irq::c_domain;
use crate::testing::node;
use core::ffi::{c_int, c_uint};
use core::ptr;
use kernel::error::Result;
use kernel::irq::virq::{self, Data, Domain, DomainOps, Flags, Outcome, Request, Sense, Spec, Virq};
use std::sync::{Arc, Mutex};

static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn happened() -> Vec<String> {
    core::mem::take(&mut *LOG.lock().unwrap())
}

/// The controller above: its specifiers are those of the GIC without the first cell.
struct Above;

impl DomainOps for Above {
    fn translate(&self, _: &Domain, spec: &Spec) -> Result<(u64, Sense)> {
        Ok((spec.cells()[0].into(), Sense::from_bits_truncate(spec.cells()[1])))
    }
    fn alloc(&self, domain: &Arc<Domain>, virq: Virq, _: u32, spec: &Spec) -> Result<()> {
        let line = virq::desc::require(virq)?;
        let index = line.data_in(domain).unwrap().index;
        line.set_level(index, self.translate(domain, spec)?.0, Arc::new(Noting));
        line.set_flow(virq::Flow::FastEoi);
        Ok(())
    }
}

struct Noting;

impl virq::Chip for Noting {
    fn name(&self) -> &str {
        "above"
    }
    fn mask(&self, _: &Data<'_>) {}
    fn unmask(&self, d: &Data<'_>) {
        LOG.lock().unwrap().push(format!("unmask {}", d.hwirq()));
    }
    fn eoi(&self, d: &Data<'_>) {
        LOG.lock().unwrap().push(format!("eoi {}", d.hwirq()));
    }
}

macro_rules! to_parent {
    ($($name:ident = $call:path;)*) => {$(
        unsafe extern "C" fn $name(data: *mut irq_data) {
            // SAFETY: called for a line of the test.
            unsafe { $call(data) }
        }
    )*};
}

to_parent! {
    mask = crate::irq::in_domain::mask_parent;
    unmask = crate::irq::in_domain::unmask_parent;
    eoi = crate::irq::in_domain::eoi_parent;
}

/// Lines from 4 on are interrupts from 104 on; the others have none.
unsafe extern "C" fn to_parent(_: *mut gpio_chip, line: c_uint, kind: c_uint, hwirq: *mut c_uint, out: *mut c_uint) -> c_int {
    if line < 4 {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: places for the answer.
    unsafe { (*hwirq, *out) = (line + 100, kind) };
    0
}

fn button() -> Request<'static> {
    Request {
        name: "button",
        flags: Flags::empty(),
        handler: Some(Box::new(|_| {
            LOG.lock().unwrap().push("handler".into());
            Outcome::Handled
        })),
        thread: None,
        id: 1,
    }
}

#[test]
fn interrupts_of_the_controller_above() {
    crate::testing::tree();
    let above = virq::domain::create(virq::Info {
        name: "above".into(),
        node: Some("/lines/bank-a".into()),
        token: 0,
        purpose: 0,
        size: 0,
        limit: u64::MAX,
        parent: None,
        ops: Arc::new(Above),
    });
    // SAFETY: all fields may be zero.
    let mut own: irq_chip = unsafe { core::mem::zeroed() };
    own.name = c"gpio-below".as_ptr();
    own.flags = 1 << 11;
    own.irq_mask = Some(mask);
    own.irq_unmask = Some(unmask);
    own.irq_eoi = Some(eoi);
    let gc = new(c"chip-below", None);
    // SAFETY: the test's own chip, domain and lines.
    unsafe {
        (*gc).irq.chip = Box::into_raw(Box::new(own));
        (*gc).irq.parent_domain = c_domain(&above);
        let data: *mut Wires = Box::into_raw(Box::default());
        // Neither a node nor where its lines are above.
        assert_eq!(chip::add(gc, data.cast(), ptr::null_mut(), ptr::null_mut()), Errno::EINVAL.to_c());
        (*gc).irq.child_to_parent_hwirq = Some(to_parent);
        (*gc).irq.fwnode = &raw mut (*node("/lines/bank-b").as_raw()).fwnode;
        assert_eq!(chip::add(gc, data.cast(), ptr::null_mut(), ptr::null_mut()), 0);
        let domain = crate::irq::domain_of((*gc).irq.domain).unwrap();
        let d = chip::request_own(gc, 5, c"button".as_ptr(), 0, bindings::GPIOD_IN);
        let irq = consumer::to_irq(d);
        assert!(irq > 0 && consumer::to_irq(d) == irq);
        assert_eq!(domain.line(5).map(|l| l.virq()), above.line(105).map(|l| l.virq()));
        happened();
        virq::request(irq as u32, button()).unwrap();
        assert_eq!(happened(), ["unmask 105"]);
        // In use as an interrupt, it is no output.
        assert!(chip::is_irq(gc, 5) && consumer::set_output(d, 1) < 0);
        assert!(above.handle(105));
        assert_eq!(happened(), ["handler", "eoi 105"]);
        virq::release(irq as u32, 1).unwrap();
        // A line that is none above.
        let low = chip::request_own(gc, 2, c"low".as_ptr(), 0, bindings::GPIOD_IN);
        assert!(consumer::to_irq(low) <= 0);
        chip::free_own(low);
        chip::free_own(d);
        let mut spec: bindings::gpio_irq_fwspec = core::mem::zeroed();
        assert_eq!(hierarchy::four_cells(gc, &mut spec, 7, 4), 0);
        assert_eq!((spec.fwspec.param_count, spec.fwspec.param[1], spec.fwspec.param[3]), (4, 7, 4));
        chip::remove(gc);
        assert!((*gc).irq.domain.is_null() && above.line(105).is_none());
    }
    virq::domain::remove(&above);
}
