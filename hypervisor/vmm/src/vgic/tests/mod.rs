// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the vGIC: a rig of fake CPUs on which vCPUs are loaded, their guests acknowledging and ending interrupts.

mod deliver;
mod hardware;
mod model;
mod multi;
pub(super) mod race;
mod registers;
mod sgi_v2;
mod spill;

use super::{Access, GicConfig, HostIrq, NoHostIrq, Version, Vgic};
use crate::device::Width;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arch::vif::{self, VMCR_ENG0, VMCR_ENG1, VMCR_PMR_SHIFT, fake};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// The host's GIC: which interrupts are active on which CPU (SPIs: on CPU 0), and levels of inputs.
#[derive(Default)]
struct Host {
    active: Mutex<BTreeSet<(usize, u32)>>,
    lines: Mutex<BTreeMap<u32, bool>>,
}

impl Host {
    fn key(intid: u32) -> (usize, u32) {
        (if intid < 32 { fake::cpu() } else { 0 }, intid)
    }

    /// The physical interrupt fires here; its priority is dropped.
    fn fire(&self, intid: u32) {
        assert!(self.active.lock().unwrap().insert(Self::key(intid)), "{intid} fires while active");
    }

    /// Takes note of what the guest on this CPU deactivated.
    fn collect(&self) {
        for intid in fake::take_deactivated() {
            assert!(
                self.active.lock().unwrap().remove(&Self::key(intid)),
                "{intid} deactivated while inactive"
            );
        }
    }

    fn is_active(&self, intid: u32) -> bool {
        self.collect();
        self.active.lock().unwrap().contains(&Self::key(intid))
    }

    fn set_line(&self, intid: u32, level: bool) {
        self.lines.lock().unwrap().insert(intid, level);
    }
}

impl HostIrq for Host {
    fn set_active(&self, intid: u32, active: bool) {
        self.collect();
        let mut set = self.active.lock().unwrap();
        if active {
            set.insert(Self::key(intid));
        } else {
            set.remove(&Self::key(intid));
        }
    }

    fn line(&self, intid: u32) -> Option<bool> {
        self.lines.lock().unwrap().get(&intid).copied()
    }
}

/// A guest's GIC on fake CPUs; vCPU n runs on CPU n unless told otherwise.
struct Rig {
    gic: Arc<Vgic>,
    host: Arc<Host>,
    kicks: Arc<Kicks>,
    /// Where vCPUs are loaded.
    on: BTreeMap<usize, usize>,
}

/// A GIC, and where its vCPUs are loaded.
type Instant = (std::sync::Weak<Vgic>, BTreeMap<usize, usize>);

/// What `kick` was called for.
#[derive(Default)]
struct Kicks {
    list: Mutex<Vec<usize>>,
    /// If set, a kicked vCPU passes its exit path at once.
    instant: Mutex<Option<Instant>>,
}

impl Kicks {
    fn kick(&self, v: usize) {
        self.list.lock().unwrap().push(v);
        let instant = self.instant.lock().unwrap().clone();
        if let Some((gic, on)) = instant
            && let (Some(gic), Some(&cpu)) = (gic.upgrade(), on.get(&v))
        {
            let here = fake::cpu();
            fake::set_cpu(cpu);
            gic.flush(v);
            fake::set_cpu(here);
        }
    }
}

impl Rig {
    /// All vCPUs loaded and their CPU interfaces open, the distributor on.
    fn new(version: Version, vcpus: usize, lrs: usize) -> Self {
        let mut rig = Self::cold(version, vcpus, lrs);
        for v in 0..vcpus {
            rig.load(v, v);
            vif::set_vmcr(VMCR_ENG0 | VMCR_ENG1 | 0xf8 << VMCR_PMR_SHIFT);
        }
        rig.write(0, 0, 3);
        rig.settled(0);
        rig
    }

    /// As after reset, nothing loaded.
    fn cold(version: Version, vcpus: usize, lrs: usize) -> Self {
        arch::irq::mask();
        fake::reset(lrs);
        match version {
            Version::V3 => vif::init_v3(),
            // SAFETY: on the host the address is not used.
            Version::V2 => unsafe { vif::init_v2(arch::VirtAddr(0)) },
        }
        for c in 0..fake::CPUS {
            fake::set_cpu(c);
            vif::init_cpu();
        }
        let host = Arc::new(Host::default());
        let kicks = Arc::new(Kicks::default());
        let kick = kicks.clone();
        let cfg = GicConfig { version, spis: 96, host: host.clone() };
        let gic = Vgic::new(&cfg, vcpus, Arc::new(move |v| kick.kick(v))).unwrap();
        Self { gic: Arc::new(gic), host, kicks, on: BTreeMap::new() }
    }

    /// Loads `v` on CPU `cpu`, whichever vCPU was there before, and goes on as that CPU.
    fn load(&mut self, v: usize, cpu: usize) {
        if let Some(old) = self.on.iter().find(|&(_, &c)| c == cpu).map(|(&v, _)| v) {
            self.unload(old);
        }
        self.unload(v);
        fake::set_cpu(cpu);
        self.gic.load(v);
        self.on.insert(v, cpu);
    }

    fn unload(&mut self, v: usize) {
        if let Some(cpu) = self.on.remove(&v) {
            fake::set_cpu(cpu);
            self.gic.unload(v);
            self.host.collect();
        }
    }

    /// Goes on as the CPU where `v` is loaded.
    fn run(&self, v: usize) {
        fake::set_cpu(self.on[&v]);
    }

    fn kicks(&self) -> Vec<usize> {
        core::mem::take(&mut *self.kicks.list.lock().unwrap())
    }

    /// Lets kicked vCPUs pass their exit path at once, or no longer.
    fn instant_kicks(&self, yes: bool) {
        *self.kicks.instant.lock().unwrap() = yes.then(|| (Arc::downgrade(&self.gic), self.on.clone()));
    }

    /// The exit path of `v`, and its maintenance interrupts.
    fn exit_path(&self, v: usize) {
        if !self.on.contains_key(&v) {
            return;
        }
        self.run(v);
        for turn in 0.. {
            self.host.collect();
            if self.gic.needs_flush(v) {
                self.gic.flush(v);
            } else if vif::misr() != 0 {
                self.gic.maintenance(v);
            } else {
                break;
            }
            assert!(turn < 40, "a storm of maintenance interrupts or requests: {:#x}", vif::misr());
        }
    }

    /// Lets every CPU do what it was asked for or is interrupted for.
    fn settle(&self) {
        for turn in 0.. {
            let kicks = self.kicks();
            kicks.iter().for_each(|&v| self.exit_path(v));
            let mut quiet = kicks.is_empty();
            for &v in self.on.keys() {
                self.run(v);
                if vif::misr() != 0 {
                    self.exit_path(v);
                    quiet = false;
                }
            }
            if quiet {
                break;
            }
            assert!(turn < 40, "no end of kicks");
        }
    }

    /// Also checks that whoever has something to do was told.
    fn settled(&self, actor: usize) {
        // Interrupt handlers on this CPU end in the exit path of whichever vCPU is here.
        let here = self.on.iter().find(|&(_, &c)| c == fake::cpu()).map(|(&v, _)| v);
        self.exit_path(here.unwrap_or(actor));
        self.exit_path(actor);
        self.settle();
        for &v in self.on.keys() {
            assert!(!self.gic.needs_flush(v), "vCPU {v} has a request but was not kicked");
        }
    }

    /// The guest on `v` acknowledges.
    fn ack(&self, v: usize) -> Option<u16> {
        self.run(v);
        fake::ack()
    }

    /// The guest on `v` ends an interrupt.
    fn eoi(&self, v: usize, key: u16) {
        self.run(v);
        fake::eoi(key);
        self.host.collect();
        self.exit_after_guest(v);
    }

    fn exit_after_guest(&self, v: usize) {
        if vif::misr() != 0 {
            self.exit_path(v);
        }
        self.settle();
        self.run(v);
    }

    /// 32-bit write of the distributor by `v`, without the exit path after it.
    fn write(&self, v: usize, off: u64, value: u32) {
        self.gic.distributor(v, off, &mut Access::write(Width::B4, value.into()));
    }

    fn read(&self, v: usize, off: u64) -> u32 {
        let mut acc = Access::read(Width::B4);
        self.gic.distributor(v, off, &mut acc);
        acc.value as u32
    }

    /// The same in the SGI frame (GICv3) or the banked registers (GICv2) of `v`.
    fn write_private(&self, v: usize, off: u64, value: u32) {
        if self.gic.v2 {
            return self.write(v, off, value);
        }
        let off = v as u64 * super::REDISTRIBUTOR_SIZE + 0x1_0000 + off;
        self.gic.redistributor(v, off, &mut Access::write(Width::B4, value.into()));
    }

    fn read_private(&self, v: usize, off: u64) -> u32 {
        if self.gic.v2 {
            return self.read(v, off);
        }
        let mut acc = Access::read(Width::B4);
        let off = v as u64 * super::REDISTRIBUTOR_SIZE + 0x1_0000 + off;
        self.gic.redistributor(v, off, &mut acc);
        acc.value as u32
    }

    /// Writes the bit of `intid` in the register group at `base` (ISENABLER 0x100 ...).
    fn bit(&self, v: usize, base: u64, intid: u32) {
        self.run(v);
        if intid < 32 {
            self.write_private(v, base, 1 << intid);
        } else {
            self.write(v, base + u64::from(intid / 32) * 4, 1 << (intid % 32));
        }
    }

    fn is(&self, v: usize, base: u64, intid: u32) -> bool {
        self.run(v);
        let word = if intid < 32 {
            self.read_private(v, base)
        } else {
            self.read(v, base + u64::from(intid / 32) * 4)
        };
        word >> (intid % 32) & 1 != 0
    }

    fn priority(&self, v: usize, intid: u32, priority: u8) {
        self.run(v);
        let mut acc = Access::write(Width::B1, priority.into());
        if intid >= 32 || self.gic.v2 {
            self.gic.distributor(v, 0x400 + u64::from(intid), &mut acc);
        } else {
            let off = v as u64 * super::REDISTRIBUTOR_SIZE + 0x1_0400 + u64::from(intid);
            self.gic.redistributor(v, off, &mut acc);
        }
    }

    /// Makes `intid` edge-triggered or level-sensitive.
    fn edge(&self, v: usize, intid: u32, edge: bool) {
        self.run(v);
        let off = 0xc00 + u64::from(intid / 16) * 4;
        let shift = 2 * (intid % 16) + 1;
        let old = if intid < 32 { self.read_private(v, off) } else { self.read(v, off) };
        let new = old & !(1 << shift) | u32::from(edge) << shift;
        if intid < 32 { self.write_private(v, off, new) } else { self.write(v, off, new) }
    }

    /// Routes an SPI.
    fn route(&self, v: usize, spi: u32, to: usize) {
        self.run(v);
        if self.gic.v2 {
            let mut acc = Access::write(Width::B1, 1 << to);
            self.gic.distributor(v, 0x800 + u64::from(spi), &mut acc);
        } else {
            let mut acc = Access::write(Width::B8, super::affinity(to).into());
            self.gic.distributor(v, 0x6000 + 8 * u64::from(spi), &mut acc);
        }
    }

    fn sgi(&self, v: usize, to: u16, sgi: u32) {
        self.run(v);
        if self.gic.v2 {
            self.write(v, 0xf00, u32::from(to) << 16 | sgi);
        } else {
            self.gic.write_sgi1r(v, u64::from(sgi) << 24 | u64::from(to));
        }
    }
}

const ISENABLER: u64 = 0x100;
const ICENABLER: u64 = 0x180;
const ISPENDR: u64 = 0x200;
const ICPENDR: u64 = 0x280;
const ISACTIVER: u64 = 0x300;
const ICACTIVER: u64 = 0x380;

#[test]
fn creation_checks_what_it_is_asked_for() {
    use super::Error;
    fake::reset(4);
    let make = |version, spis, vcpus| {
        let cfg = GicConfig { version, spis, host: Arc::new(NoHostIrq) };
        Vgic::new(&cfg, vcpus, Arc::new(|_| ())).map(|g| g.info())
    };
    assert_eq!(make(Version::V3, 32, 1), Err(Error::Unsupported(Version::V3)), "not probed");
    vif::init_v3();
    assert_eq!(make(Version::V2, 32, 1), Err(Error::Unsupported(Version::V2)));
    assert_eq!(make(Version::V3, 32, 0), Err(Error::Vcpus { asked: 0, max: 32 }));
    assert_eq!(make(Version::V3, 32, 33), Err(Error::Vcpus { asked: 33, max: 32 }));
    assert_eq!(make(Version::V3, 989, 1), Err(Error::Spis(989)));
    assert_eq!(make(Version::V3, 988, 32).unwrap().spis, 992);
    // SAFETY: on the host the address is not used.
    unsafe { vif::init_v2(arch::VirtAddr(0)) };
    assert_eq!(make(Version::V2, 32, 9), Err(Error::Vcpus { asked: 9, max: 8 }));
    assert!(make(Version::V2, 0, 8).is_ok());
}
