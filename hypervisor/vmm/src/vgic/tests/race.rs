// SPDX-License-Identifier: GPL-2.0-only
//! CPUs as threads of the host, at the same time.

use super::*;
use alloc::boxed::Box;
use std::cell::RefCell;
use std::sync::Barrier;
use std::thread;

fn become_cpu(lrs: usize) {
    arch::irq::mask();
    fake::reset(lrs);
    vif::init_v3();
    vif::init_cpu();
}

fn make(vcpus: usize, kick: Arc<dyn Fn(usize) + Send + Sync>) -> Arc<Vgic> {
    let cfg = GicConfig { version: Version::V3, spis: 32, host: Arc::new(NoHostIrq) };
    let gic = Arc::new(Vgic::new(&cfg, vcpus, kick).unwrap());
    gic.distributor(0, 0, &mut Access::write(Width::B4, 2));
    gic
}

#[test]
fn two_readers_serve_each_other() {
    become_cpu(4);
    let gic = make(2, Arc::new(|_| ()));
    let barrier = Arc::new(Barrier::new(2));
    let readers: Vec<_> = (0..2usize)
        .map(|me| {
            let (gic, barrier) = (gic.clone(), barrier.clone());
            thread::spawn(move || {
                become_cpu(4);
                gic.load(me);
                vif::set_vmcr(VMCR_ENG1 | 0xf8 << VMCR_PMR_SHIFT);
                barrier.wait();
                for _ in 0..200 {
                    gic.write_sgi1r(me, 1 << 24 | 1 << (1 - me));
                    let mut acc = Access::read(Width::B4);
                    let other = (1 - me) as u64 * super::super::REDISTRIBUTOR_SIZE + 0x1_0000;
                    gic.redistributor(me, other + ISACTIVER, &mut acc);
                    if gic.needs_flush(me) {
                        gic.flush(me);
                    }
                    while let Some(k) = fake::ack() {
                        fake::eoi(k);
                    }
                }
                gic.unload(me);
            })
        })
        .collect();
    readers.into_iter().for_each(|r| r.join().unwrap());
}

thread_local! {
    static BETWEEN: RefCell<Option<Box<dyn FnOnce()>>> = const { RefCell::new(None) };
}

/// Called where a flush has let go of its vCPU's lock for a while.
pub(in crate::vgic) fn between() {
    let f = BETWEEN.take();
    if let Some(f) = f {
        f();
    }
}

/// An SGI that arrives in the middle of a flush for SPIs must not be lost: its target is kicked for it only once.
#[test]
fn no_sgi_is_lost_during_a_flush() {
    let rig = Rig::new(Version::V3, 2, 4);
    rig.bit(0, ISENABLER, 40);
    rig.edge(0, 40, true);
    rig.run(1);
    rig.gic.set_spi(40, true);
    let gic = rig.gic.clone();
    BETWEEN.set(Some(Box::new(move || {
        let here = fake::cpu();
        fake::set_cpu(1);
        gic.write_sgi1r(1, 1 << 24 | 1);
        fake::set_cpu(here);
    })));
    rig.settled(1);
    assert!(BETWEEN.take().is_none(), "there was a flush");
    let first = rig.ack(0).unwrap();
    rig.eoi(0, first);
    let second = rig.ack(0).expect("both");
    assert_eq!([first, second].iter().map(|k| u32::from(*k)).sum::<u32>(), 41);
}
