// SPDX-License-Identifier: GPL-2.0-only
//! What drivers set up in their probes and Linux has no upkeep for: domains and chained handlers. Some drivers of Linux,
//! built in for ever there, leave them when they let go of their device; here the next interrupt would go astray.

use crate::bindings::{device, irq_domain};
use crate::context::ledger;
use alloc::vec::Vec;
use core::ptr;
use kernel::irq::virq::{self, Virq, domain};
use kernel::sync::SpinLock;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Thing {
    Chained(Virq),
    /// A domain's address.
    Domain(usize),
}

/// With the device in whose probe it was set up, as a number.
static OWNED: SpinLock<Vec<(usize, Thing)>> = SpinLock::new(Vec::new());

fn note(thing: Thing) {
    if let Some(device) = ledger::probed() {
        OWNED.lock().push((device, thing));
    }
}

fn forget(thing: Thing) {
    OWNED.lock().retain(|(_, t)| *t != thing);
}

pub(super) fn chained(virq: Virq) {
    forget(Thing::Chained(virq));
    note(Thing::Chained(virq));
}

pub(super) fn unchained(virq: Virq) {
    forget(Thing::Chained(virq));
}

pub(super) fn made(domain: *mut irq_domain) {
    note(Thing::Domain(domain.expose_provenance()));
}

pub(super) fn removed(domain: *mut irq_domain) {
    forget(Thing::Domain(domain.addr()));
}

/// Takes one that a device's driver has left and that is meant.
fn left(dev: *mut device, meant: fn(&Thing) -> bool) -> Option<Thing> {
    let mut owned = OWNED.lock();
    let at = owned.iter().position(|(device, thing)| *device == dev.addr() && meant(thing))?;
    Some(owned.swap_remove(at).1)
}

/// Chained handlers end with their driver: what they use is given back next.
pub(crate) fn unchain_all(dev: *mut device) {
    while let Some(Thing::Chained(virq)) = left(dev, |t| matches!(t, Thing::Chained(_))) {
        if virq::desc::get(virq).is_some_and(|line| line.is_chained()) {
            log::warn!("the chained handler of interrupt {virq} was left behind, and is taken away");
            let _ = virq::control::unchain(virq);
        }
    }
}

/// Domains go with their driver, once what is managed is given back.
pub(crate) fn remove_domains(dev: *mut device) {
    while let Some(Thing::Domain(address)) = left(dev, |t| matches!(t, Thing::Domain(_))) {
        let domain: *mut irq_domain = ptr::with_exposed_provenance_mut(address);
        // SAFETY: made in the device's probe and not removed; nobody else does it, now that the driver is gone.
        unsafe {
            let Some(ours) = super::domain_of(domain).cloned() else { continue };
            log::warn!("{}: an interrupt domain was left behind, and is taken away", ours.name());
            for hwirq in 0..(*domain).hwirq_max.min(4096) {
                if let Some(line) = ours.line(hwirq)
                    && let Err(error) = domain::dispose(line.virq())
                {
                    log::error!("{error}");
                }
            }
            super::remove_domain(domain);
        }
    }
}
