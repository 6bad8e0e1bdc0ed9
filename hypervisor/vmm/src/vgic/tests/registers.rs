// SPDX-License-Identifier: GPL-2.0-only
//! What the registers read as, and which accesses they take.

use super::*;

fn v3(vcpus: usize) -> Rig {
    Rig::new(Version::V3, vcpus, 4)
}

fn v2(vcpus: usize) -> Rig {
    Rig::new(Version::V2, vcpus, 4)
}

fn get(rig: &Rig, v: usize, off: u64, width: Width) -> u64 {
    let mut acc = Access::read(width);
    rig.gic.distributor(v, off, &mut acc);
    acc.value
}

fn get_r(rig: &Rig, v: usize, off: u64, width: Width) -> u64 {
    let mut acc = Access::read(width);
    rig.gic.redistributor(v, off, &mut acc);
    acc.value
}

fn put_r(rig: &Rig, v: usize, off: u64, width: Width, value: u64) {
    rig.gic.redistributor(v, off, &mut Access::write(width, value));
}

fn read_only(rig: &Rig, off: u64) {
    let before = rig.read(0, off);
    rig.write(0, off, !before);
    assert_eq!(rig.read(0, off), before, "{off:#x} is read-only");
}

#[test]
fn identification() {
    let rig = v3(2);
    assert_eq!(rig.read(0, 0x4), 3 | 9 << 19 | 1 << 25);
    assert_eq!(rig.read(0, 0x8) & 0xfff, 0x43b);
    assert_eq!(rig.read(0, 0xffe8), 0x3b);
    assert_eq!(rig.read(0, 0), 0x53, "ARE, DS and both groups");
    [0x4, 0x8, 0xffe8].iter().for_each(|&off| read_only(&rig, off));
    let rig = v2(3);
    assert_eq!(rig.read(0, 0x4), 3 | 2 << 5);
    assert_eq!(rig.read(0, 0xfe8), 0x2b);
    assert_eq!(rig.read(0, 0), 3);
    [0x4, 0x8, 0xfe8].iter().for_each(|&off| read_only(&rig, off));
}

#[test]
fn redistributors_name_their_vcpus() {
    let rig = Rig::cold(Version::V3, 18, 4);
    for v in 0..18u64 {
        let typer = get_r(&rig, 0, v * 0x2_0000 + 8, Width::B8);
        assert_eq!(typer >> 32, (v % 16) | (v / 16) << 8);
        assert_eq!(typer >> 8 & 0xffff, v);
        assert_eq!(typer >> 4 & 1 != 0, v == 17);
        assert_eq!(typer & 0xf, 0, "no LPIs");
        assert_eq!(get_r(&rig, 0, v * 0x2_0000 + 8, Width::B4), typer & 0xffff_ffff);
        assert_eq!(get_r(&rig, 0, v * 0x2_0000 + 12, Width::B4), typer >> 32);
    }
    assert_eq!(get_r(&rig, 0, 18 * 0x2_0000 + 8, Width::B8), 0);
    assert_eq!(get_r(&rig, 0, u64::MAX, Width::B4), 0);
}

#[test]
fn waker_wakes() {
    let rig = v3(1);
    assert_eq!(get_r(&rig, 0, 0x14, Width::B4), 6);
    put_r(&rig, 0, 0x14, Width::B4, 0);
    assert_eq!(get_r(&rig, 0, 0x14, Width::B4), 0);
    put_r(&rig, 0, 0x14, Width::B4, 2);
    assert_eq!(get_r(&rig, 0, 0x14, Width::B4), 6);
    assert_eq!(get_r(&rig, 0, 0, Width::B4), 0, "no write is pending");
}

/// What kvm-unit-tests checks of IPRIORITYR: 5 bits, all bytes alike, bytes accessible, nothing beyond the last.
#[test]
fn priorities_have_five_bits() {
    for rig in [v2(2), v3(2)] {
        rig.write(0, 0x420, u32::MAX);
        assert_eq!(rig.read(0, 0x420), 0xf8f8_f8f8);
        rig.write(0, 0x420, 0);
        assert_eq!(rig.read(0, 0x420), 0);
        rig.write(0, 0x400 + 128 - 4, 0xff7f_bf3f);
        assert_eq!(rig.read(0, 0x400 + 128 - 4), 0xf878_b838);
        rig.write(0, 0x400 + 128, u32::MAX);
        assert_eq!(rig.read(0, 0x400 + 128), 0);
        rig.priority(0, 33, 0x58);
        assert_eq!(rig.read(0, 0x420), 0x5800);
        assert_eq!(get(&rig, 0, 0x421, Width::B1), 0x58);
        assert_eq!(get(&rig, 0, 0x420, Width::B2), 0, "no half words");
        assert_eq!(rig.gic.info().ignored, 1);
    }
}

#[test]
fn targets_hold_existing_vcpus() {
    for (vcpus, mask) in [(1, 0x0101_0101u32), (3, 0x0707_0707), (8, 0xffff_ffff)] {
        let rig = v2(vcpus);
        rig.write(0, 0x820, 0x0103_020f);
        assert_eq!(rig.read(0, 0x820), 0x0103_020f & mask);
        rig.gic.distributor(0, 0x822, &mut Access::write(Width::B1, 0x1f));
        assert_eq!(get(&rig, 0, 0x822, Width::B1), 0x1f & u64::from(mask) & 0xff);
        rig.write(0, 0x800 + 128, u32::MAX);
        assert_eq!(rig.read(0, 0x800 + 128), 0);
        for v in 0..vcpus {
            rig.run(v);
            assert_eq!(rig.read(v, 0x800), 0x0101_0101 << v, "the banked ones name the reader");
            rig.write(v, 0x800, 0);
            assert_eq!(rig.read(v, 0x81c), 0x0101_0101 << v);
        }
    }
}

#[test]
fn enables_and_beyond() {
    let rig = v3(1);
    rig.write(0, 0x104, 0xf0);
    rig.write(0, 0x184, 0x30);
    assert_eq!((rig.read(0, 0x104), rig.read(0, 0x184)), (0xc0, 0xc0));
    rig.write(0, 0x100, u32::MAX);
    assert_eq!(rig.read(0, 0x100), 0, "a GICv3's banked interrupts are in the redistributor");
    for base in [0x80u64, 0x100, 0x200, 0x300] {
        rig.write(0, base + 0x10, u32::MAX);
        assert_eq!(rig.read(0, base + 0x10), 0, "word 4 is beyond the last SPI");
    }
    assert_eq!(rig.read_private(0, ISENABLER), 0xffff);
    rig.write_private(0, ICENABLER, 0xff);
    rig.write_private(0, ISENABLER, 1 << 27);
    assert_eq!(rig.read_private(0, ISENABLER), 0x0800_ff00);
}

#[test]
fn groups_after_reset() {
    let rig = Rig::cold(Version::V3, 1, 4);
    assert_eq!((rig.read(0, 0x84), rig.read_private(0, 0x80)), (u32::MAX, u32::MAX));
    let rig = Rig::cold(Version::V2, 1, 4);
    assert_eq!((rig.read(0, 0x84), rig.read(0, 0x80)), (0, 0));
    rig.write(0, 0x84, 5);
    assert_eq!(rig.read(0, 0x84), 5);
}

#[test]
fn configuration() {
    let rig = v3(1);
    assert_eq!(rig.read_private(0, 0xc00), 0xaaaa_aaaa, "SGIs are edge-triggered");
    rig.write_private(0, 0xc00, 0);
    assert_eq!(rig.read_private(0, 0xc00), 0xaaaa_aaaa);
    rig.write_private(0, 0xc04, 0xffff_0000);
    assert_eq!(rig.read_private(0, 0xc04), 0xaaaa_0000);
    rig.write(0, 0xc08, u32::MAX);
    rig.write(0, 0xc0c, 2);
    assert_eq!((rig.read(0, 0xc08), rig.read(0, 0xc0c)), (0xaaaa_aaaa, 2));
    assert!(rig.gic.spis.lock()[0].w.edge == 0x1_ffff);
}

#[test]
fn routes_take_both_widths() {
    let rig = v3(2);
    let off = 0x6000 + 8 * 40;
    rig.gic.distributor(0, off, &mut Access::write(Width::B8, 1 << 31 | 0xab_0000_0001));
    assert_eq!(get(&rig, 0, off, Width::B8), 0xab_0000_0001, "no 1 of N");
    assert_eq!(rig.gic.info().irqs.iter().find(|i| i.intid == 40), None);
    rig.write(0, off + 4, 0);
    assert_eq!(get(&rig, 0, off, Width::B8), 1);
    rig.write(0, off, 0x10203);
    assert_eq!((rig.read(0, off), rig.read(0, off + 4)), (0x10203, 0));
    assert_eq!(get(&rig, 0, 0x6000 + 8 * 31, Width::B8), 0);
    rig.gic.distributor(0, 0x6000 + 8 * 200, &mut Access::write(Width::B8, 1));
    assert_eq!(get(&rig, 0, 0x6000 + 8 * 200, Width::B8), 0);
}

#[test]
fn wrong_sizes_are_counted_and_ignored() {
    let rig = v3(1);
    let wrong =
        [(0x4, Width::B1), (0x104, Width::B8), (0x104, Width::B1), (0xc08, Width::B2), (0x420, Width::B8)];
    for (off, width) in wrong {
        rig.gic.distributor(0, off, &mut Access::write(width, u64::MAX));
        assert_eq!(get(&rig, 0, off, width), 0);
    }
    assert_eq!(rig.gic.info().ignored, 2 * wrong.len() as u64);
    put_r(&rig, 0, 0x1_0100, Width::B1, 0xff);
    assert_eq!(get_r(&rig, 0, 0x14, Width::B8), 0);
    assert_eq!(rig.gic.info().ignored, 2 * wrong.len() as u64 + 2);
}

/// No offset, size or value does harm, and reserved words read as zero.
#[test]
fn every_offset_takes_every_access() {
    for rig in [v3(2), v2(2)] {
        let mut seed = 1u64;
        for off in 0..0x1_0008u64 {
            for width in [Width::B1, Width::B2, Width::B4, Width::B8] {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                rig.gic.distributor((off & 1) as usize, off, &mut Access::write(width, seed));
                get(&rig, 0, off, width);
            }
        }
        for off in (0..0x6_0000u64).step_by(3).chain([u64::MAX, 1 << 40]) {
            for width in [Width::B1, Width::B2, Width::B4, Width::B8] {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                put_r(&rig, 1, off, width, seed);
                get_r(&rig, 1, off, width);
            }
        }
        rig.instant_kicks(false);
        rig.settle();
        for off in [0xcu64, 0x10, 0x40, 0xd00, 0xe00, 0x2000, 0xff00] {
            assert_eq!(rig.read(0, off), 0, "{off:#x}");
        }
    }
}

#[test]
fn special_intids_do_not_exist() {
    fake::reset(4);
    vif::init_v3();
    let cfg = GicConfig { version: Version::V3, spis: 988, host: Arc::new(NoHostIrq) };
    let gic = Vgic::new(&cfg, 1, Arc::new(|_| ())).unwrap();
    for base in [0x80u64, 0x100, 0x200, 0x300] {
        gic.distributor(0, base + 31 * 4, &mut Access::write(Width::B4, 0xffff_ffff));
    }
    let mut acc = Access::read(Width::B4);
    gic.distributor(0, 0x100 + 31 * 4, &mut acc);
    assert_eq!(acc.value, 0x0fff_ffff);
    gic.distributor(0, 4, &mut acc);
    assert_eq!(acc.value & 0x1f, 31);
}
