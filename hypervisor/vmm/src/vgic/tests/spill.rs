// SPDX-License-Identifier: GPL-2.0-only
//! More interrupts than list registers.

use super::*;

/// SPIs 32 to 95 pending, at 8 priorities, on a GIC with `lrs` list registers.
fn flood(lrs: usize) -> Rig {
    let rig = Rig::new(Version::V3, 1, lrs);
    for intid in 32..96 {
        rig.bit(0, ISENABLER, intid);
        rig.priority(0, intid, level(intid));
        rig.bit(0, ISPENDR, intid);
    }
    rig.settled(0);
    rig
}

fn level(intid: u32) -> u8 {
    (intid * 7 % 8) as u8 * 0x10 + 0x40
}

#[test]
fn all_are_delivered_by_priority() {
    for lrs in [1, 2, 3, 4, 16] {
        let rig = flood(lrs);
        let mut last = 0;
        let mut seen = BTreeSet::new();
        while let Some(k) = rig.ack(0) {
            assert!(level(k.into()) >= last, "{k} of {:#x} after {last:#x} with {lrs}", level(k.into()));
            last = level(k.into());
            assert!(seen.insert(k));
            rig.eoi(0, k);
        }
        assert_eq!(seen.len(), 64, "with {lrs} list registers");
        assert!(!rig.gic.needs_flush(0));
        assert_eq!(vif::hcr(), vif::HCR_EN, "maintenance interrupts are off again");
    }
}

#[test]
fn a_late_but_higher_one_goes_first() {
    let rig = flood(4);
    rig.sgi(0, 1, 1);
    rig.settled(0);
    assert_eq!(rig.ack(0), Some(1));
    rig.priority(0, 77, 0x38);
    rig.settled(0);
    rig.eoi(0, 1);
    assert_eq!(rig.ack(0), Some(77));
}

#[test]
fn nesting_deeper_than_the_list_registers() {
    for lrs in [1, 2, 4] {
        let rig = Rig::new(Version::V3, 1, lrs);
        for n in 0..16u32 {
            rig.bit(0, ISENABLER, 40 + n);
            rig.priority(0, 40 + n, 0xf0 - 8 * n as u8);
        }
        for n in 0..16 {
            rig.bit(0, ISPENDR, 40 + n);
            rig.settled(0);
            assert_eq!(rig.ack(0), Some(40 + n as u16), "with {lrs}");
        }
        for n in 0..16 {
            assert!(rig.is(0, ISACTIVER, 40 + n), "{n} is active");
        }
        for n in (0..16).rev() {
            rig.eoi(0, 40 + n as u16);
            assert!(!rig.is(0, ISACTIVER, 40 + n), "{n} has ended, with {lrs}");
            assert!(n == 0 || rig.is(0, ISACTIVER, 39 + n), "{} has not", n - 1);
        }
        assert_eq!(vif::hcr(), vif::HCR_EN);
    }
}

#[test]
fn maintenance_interrupts_stay_rare() {
    let rig = flood(4);
    while let Some(k) = rig.ack(0) {
        rig.eoi(0, k);
    }
    let counts = rig.gic.info().vcpus[0].counts;
    assert!(counts.maintenance <= 64, "{counts:?}");
}

#[test]
fn a_spilled_vcpu_moves() {
    let mut rig = flood(4);
    rig.load(0, 3);
    rig.exit_path(0);
    let mut n = 0;
    while let Some(k) = rig.ack(0) {
        rig.eoi(0, k);
        n += 1;
        rig.load(0, n % 8);
        rig.exit_path(0);
    }
    assert_eq!(n, 64);
}

#[test]
fn levels_that_spill_are_not_lost() {
    let rig = Rig::new(Version::V3, 1, 2);
    for intid in 32..48 {
        rig.bit(0, ISENABLER, intid);
        rig.gic.set_spi(intid, true);
    }
    rig.settled(0);
    let mut seen = BTreeSet::new();
    for _ in 0..16 {
        let k = rig.ack(0).expect("one more");
        rig.run(0);
        rig.gic.set_spi(k.into(), false);
        rig.settled(0);
        rig.eoi(0, k);
        assert!(seen.insert(k));
    }
    assert_eq!(rig.ack(0), None);
}
