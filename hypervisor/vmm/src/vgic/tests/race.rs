// SPDX-License-Identifier: GPL-2.0-only
//! CPUs as threads of the host, at the same time.

use super::*;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

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

/// An SGI that arrives while its target is busy with spilled SPIs must not be lost, though it is kicked for it only once.
#[test]
fn no_sgi_is_lost_among_spills() {
    const ROUNDS: usize = 3_000;
    become_cpu(2);
    let kicked = Arc::new(AtomicBool::new(false));
    let (got, stop) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let flag = kicked.clone();
    let gic = make(
        2,
        Arc::new(move |v| {
            flag.fetch_or(v == 0, SeqCst);
        }),
    );
    let target = {
        let (gic, got, stop, kicked) = (gic.clone(), got.clone(), stop.clone(), kicked.clone());
        thread::spawn(move || {
            become_cpu(2);
            gic.load(0);
            vif::set_vmcr(VMCR_ENG1 | 0xf8 << VMCR_PMR_SHIFT);
            gic.distributor(0, ISENABLER + 4, &mut Access::write(Width::B4, 0xff));
            let mut turn = 0u32;
            while !stop.load(SeqCst) {
                // SPIs spill again and again; each is an exit of its own.
                turn += 1;
                gic.set_spi(32 + turn % 8, turn & 8 == 0);
                let due = kicked.swap(false, SeqCst);
                if due || turn.is_multiple_of(3) || vif::misr() != 0 {
                    if vif::misr() != 0 {
                        gic.maintenance(0);
                    }
                    if gic.needs_flush(0) {
                        gic.flush(0);
                    }
                }
                while let Some(k) = fake::ack() {
                    if k >= 32 {
                        gic.set_spi(k.into(), false);
                    }
                    fake::eoi(k);
                    if k == 1 {
                        got.fetch_add(1, SeqCst);
                    }
                }
            }
            gic.unload(0);
        })
    };
    for round in 1..=ROUNDS {
        gic.write_sgi1r(1, 1 << 24 | 1);
        let start = Instant::now();
        while got.load(SeqCst) < round {
            assert!(start.elapsed() < Duration::from_secs(10), "SGI {round} is lost\n{}", gic.info());
            thread::yield_now();
        }
    }
    stop.store(true, SeqCst);
    target.join().unwrap();
    assert_eq!(got.load(SeqCst), ROUNDS);
}
