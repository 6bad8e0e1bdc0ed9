// SPDX-License-Identifier: GPL-2.0-only
//! The driver against registers made of memory.
use super::*;

fn none() -> Virtualization {
    Virtualization { version: GicVersion::V3, gich: None, gicv: None, maintenance_irq: None, list_regs: None }
}

fn peek(at: usize, offset: usize) -> u32 {
    // SAFETY: inside fake registers, which stay for good.
    unsafe { core::ptr::with_exposed_provenance::<u32>(at + offset).read_volatile() }
}

fn poke(at: usize, offset: usize, value: u32) {
    // SAFETY: inside fake registers, which stay for good.
    unsafe { core::ptr::with_exposed_provenance_mut::<u32>(at + offset).write_volatile(value) }
}

/// A region of redistributors with these affinities and flags (bit 1 VLPIS, bit 4 Last).
fn region(cpus: &[(u32, u32)], stride: usize) -> Mmio {
    let mmio = Mmio::fake(cpus.len() * stride);
    for (i, &(affinity, flags)) in cpus.iter().enumerate() {
        poke(mmio.base().0, i * stride + 8, flags);
        poke(mmio.base().0, i * stride + 12, affinity);
    }
    mmio
}

fn distributor(lines: u32) -> Mmio {
    let mmio = Mmio::fake(FRAME);
    poke(mmio.base().0, 4, lines / 32 - 1);
    mmio
}

#[test]
fn redistributors_are_found_in_several_regions() {
    let first = region(&[(0, 0), (1, 1 << 4)], 2 * FRAME);
    let second = region(&[(0x100, 0), (0x0100_0203, 1 << 4)], 2 * FRAME);
    let (a, b) = (first.base().0, second.base().0);
    let gic = GicV3::new(distributor(64), Vec::from([first, second]), 0, none()).unwrap();
    assert_eq!(gic.find(Mpidr(1)), Some(a + 2 * FRAME));
    assert_eq!(gic.find(Mpidr(0x100)), Some(b));
    assert_eq!(gic.find(Mpidr(0x1_0000_0203)), Some(b + 2 * FRAME));
    assert_eq!(gic.find(Mpidr(2)), None);
}

#[test]
fn the_step_follows_typer_or_the_stride() {
    let four = region(&[(0, 2), (1, 2), (2, 2 | 1 << 4)], 4 * FRAME);
    let base = four.base().0;
    let gic = GicV3::new(distributor(64), Vec::from([four]), 0, none()).unwrap();
    assert_eq!(gic.find(Mpidr(2)), Some(base + 8 * FRAME));
    let strided = region(&[(0, 0), (7, 1 << 4)], 3 * FRAME);
    let base = strided.base().0;
    let gic = GicV3::new(distributor(64), Vec::from([strided]), 3 * FRAME, none()).unwrap();
    assert_eq!(gic.find(Mpidr(7)), Some(base + 3 * FRAME));
}

#[test]
fn a_region_without_a_last_one_ends_with_its_mapping() {
    let region = region(&[(0, 0), (1, 0)], 2 * FRAME);
    let gic = GicV3::new(distributor(64), Vec::from([region]), 0, none()).unwrap();
    assert_eq!(gic.find(Mpidr(9)), None);
}

#[test]
fn programming() {
    let d = distributor(96);
    let r = region(&[(0, 1 << 4)], 2 * FRAME);
    let (da, ra) = (d.base().0, r.base().0);
    poke(ra, 0x14, 1 << 1);
    let gic = GicV3::new(d, Vec::from([r]), 0, none()).unwrap();
    assert_eq!(peek(da, 0), 1 << 4 | 1 << 1);
    assert_eq!((peek(da, 0x84), peek(da, 0x88), peek(da, 0x8c)), (u32::MAX, u32::MAX, 0));
    smp::init_boot();
    gic.init_cpu(CpuId(0)).unwrap();
    assert_eq!(peek(ra, 0x14), 0, "GICR_WAKER.ProcessorSleep is cleared");
    assert_eq!((peek(ra, FRAME + 0x80), peek(ra, FRAME + 0x100)), (u32::MAX, 0xffff));
    // A private interrupt goes to the redistributor, a shared one to the distributor.
    gic.unmask(27);
    gic.unmask(33);
    assert_eq!((peek(ra, FRAME + 0x100), peek(da, 0x100), peek(da, 0x104)), (1 << 27, 0, 2));
    gic.set_active(27, true);
    assert!(gic.is_active(27));
    assert_eq!(peek(ra, FRAME + 0x300), 1 << 27);
    gic.set_affinity(33, CpuId(0));
    assert_eq!(
        (peek(da, IROUTER + 8 * 33), peek(da, IROUTER + 8 * 33 + 4)),
        (arch::cpu::mpidr().0 as u32, 0)
    );
    gic.set_affinity(5000, CpuId(0));
}

#[test]
fn sgi_fields() {
    assert_eq!(sgi1r(Mpidr(0), 2), 2 << 24 | 1);
    assert_eq!(sgi1r(Mpidr(0x12), 0), 1 << 44 | 1 << 2);
    assert_eq!(sgi1r(Mpidr(0x04_0003_0201), 1), 4 << 48 | 3 << 32 | 1 << 24 | 2 << 16 | 1 << 1);
}

#[test]
fn a_small_distributor_is_refused() {
    assert!(GicV3::new(Mmio::fake(0x1000), Vec::new(), 0, none()).is_err());
}
