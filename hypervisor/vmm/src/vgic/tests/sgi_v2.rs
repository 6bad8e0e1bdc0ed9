// SPDX-License-Identifier: GPL-2.0-only
//! GICv2: SGIs by source, SPENDSGIR and CPENDSGIR, target lists, and routing by ITARGETSR.

use super::*;

fn v2(vcpus: usize, lrs: usize) -> Rig {
    Rig::new(Version::V2, vcpus, lrs)
}

/// The key that the guest acknowledges: SGI and source.
const fn key(sgi: u16, source: u16) -> u16 {
    sgi | source << 10
}

#[test]
fn sources_are_pending_apart() {
    let rig = v2(3, 4);
    rig.sgi(1, 1, 5);
    rig.sgi(2, 1, 5);
    rig.sgi(1, 1, 5);
    rig.settled(0);
    let first = rig.ack(0).unwrap();
    assert_eq!(first, key(5, 1));
    assert_eq!(rig.ack(0), None, "the same priority does not preempt");
    rig.eoi(0, first);
    assert_eq!(rig.ack(0), Some(key(5, 2)));
    rig.eoi(0, key(5, 2));
    assert_eq!(rig.ack(0), None);
}

#[test]
fn again_from_the_same_source_while_active() {
    let rig = v2(2, 4);
    rig.sgi(1, 1, 5);
    rig.settled(1);
    assert_eq!(rig.ack(0), Some(key(5, 1)));
    rig.sgi(1, 1, 5);
    rig.settled(1);
    rig.run(0);
    assert!(rig.is(0, ISPENDR, 5) && rig.is(0, ISACTIVER, 5));
    rig.eoi(0, key(5, 1));
    assert_eq!(rig.ack(0), Some(key(5, 1)));
}

#[test]
fn target_list_filters() {
    let rig = v2(3, 4);
    let took = |rig: &Rig| {
        rig.settled(1);
        (0..3).filter(|&v| rig.ack(v).inspect(|&k| rig.eoi(v, k)).is_some()).collect::<Vec<_>>()
    };
    rig.run(1);
    rig.write(1, 0xf00, 0b1101 << 16 | 3);
    assert_eq!(took(&rig), [0, 2]);
    rig.run(1);
    rig.write(1, 0xf00, 1 << 24 | 3);
    assert_eq!(took(&rig), [0, 2], "all but the sender");
    rig.run(1);
    rig.write(1, 0xf00, 2 << 24 | 0xff << 16 | 3);
    assert_eq!(took(&rig), [1], "the sender");
    rig.run(1);
    rig.write(1, 0xf00, 3 << 24 | 0xff << 16 | 3);
    assert_eq!(took(&rig), [], "reserved");
    rig.run(1);
    assert_eq!(rig.read(1, 0xf00), 0, "write-only");
}

#[test]
fn pending_sources_are_read_set_and_cleared() {
    let rig = v2(2, 4);
    rig.run(0);
    rig.write(0, 0xf20 + 4, 0x03 << 8);
    assert_eq!(rig.read(0, 0xf14), 0x0300);
    assert_eq!(rig.read(0, 0xf24), 0x0300);
    assert!(rig.is(0, ISPENDR, 5));
    rig.gic.distributor(0, 0xf15, &mut Access::write(Width::B1, 1));
    assert_eq!(rig.read(0, 0xf14), 0x0200);
    rig.settled(0);
    assert_eq!(rig.ack(0), Some(key(5, 1)));
    assert_eq!(rig.read(0, 0xf14), 0);
    rig.eoi(0, key(5, 1));
    rig.write(0, 0xf20, 0xff);
    assert_eq!(rig.read(0, 0xf20), 3, "sources that exist");
    rig.write(0, ISPENDR, 0xffff);
    rig.write(0, ICPENDR, 0xffff);
    assert_eq!((rig.read(0, 0xf10), rig.read(0, 0xf18)), (3, 0), "ISPENDR and ICPENDR do not reach SGIs");
}

#[test]
fn disabling_and_priority_reach_all_sources() {
    let rig = v2(3, 4);
    rig.sgi(1, 1, 5);
    rig.sgi(2, 1, 5);
    rig.settled(0);
    rig.bit(0, ICENABLER, 5);
    assert_eq!(rig.ack(0), None);
    rig.bit(0, ISENABLER, 33);
    rig.route(0, 33, 0);
    rig.priority(0, 33, 0x40);
    rig.priority(0, 5, 0x20);
    rig.bit(0, ISPENDR, 33);
    rig.bit(0, ISENABLER, 5);
    rig.settled(0);
    assert_eq!(rig.ack(0), Some(key(5, 1)), "its priority changed while it was disabled");
    rig.eoi(0, key(5, 1));
    rig.priority(0, 5, 0x60);
    assert_eq!(rig.ack(0), Some(33));
    rig.eoi(0, 33);
    assert_eq!(rig.ack(0), Some(key(5, 2)));
}

#[test]
fn active_state_of_an_sgi_can_be_cleared() {
    let rig = v2(1, 4);
    rig.sgi(0, 1, 2);
    assert_eq!(rig.ack(0), Some(2));
    rig.bit(0, ICACTIVER, 2);
    assert!(!rig.is(0, ISACTIVER, 2));
    fake::eoi(2);
    rig.sgi(0, 1, 2);
    assert_eq!(rig.ack(0), Some(2));
    rig.eoi(0, 2);
    rig.bit(0, ISACTIVER, 2);
    assert!(rig.is(0, ISACTIVER, 2));
    rig.bit(0, ICACTIVER, 2);
    assert!(!rig.is(0, ISACTIVER, 2));
}

#[test]
fn more_sources_than_list_registers() {
    let rig = v2(8, 2);
    for v in 1..8 {
        rig.sgi(v, 1, 5);
        rig.settled(v);
    }
    let mut seen = BTreeSet::new();
    for _ in 0..7 {
        let k = rig.ack(0).expect("seven sources");
        assert_eq!(k & 0xf, 5);
        assert!(seen.insert(k >> 10));
        rig.eoi(0, k);
    }
    assert_eq!(rig.ack(0), None);
    assert!(rig.gic.info().vcpus[0].counts.spilled > 0);
}

#[test]
fn an_spi_without_target_waits() {
    let rig = v2(2, 4);
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    assert_eq!(rig.gic.info().irqs[0].target, None);
    assert_eq!((rig.ack(0), rig.ack(1)), (None, None));
    rig.route(0, 40, 1);
    rig.settled(0);
    assert_eq!((rig.ack(0), rig.ack(1)), (None, Some(40)));
    let alone = v2(1, 4);
    alone.bit(0, ISENABLER, 40);
    alone.gic.set_spi(40, true);
    assert_eq!(alone.ack(0), Some(40), "one CPU gets them all");
}

#[test]
fn sgis_of_a_vcpu_that_runs_elsewhere_or_nowhere() {
    let mut rig = v2(2, 4);
    rig.sgi(0, 2, 7);
    assert!(rig.gic.needs_flush(1));
    assert_eq!(rig.kicks(), [1]);
    rig.exit_path(1);
    assert_eq!(rig.ack(1), Some(7));
    rig.sgi(0, 2, 7);
    rig.settle();
    rig.unload(1);
    rig.sgi(0, 2, 8);
    rig.load(1, 3);
    rig.exit_path(1);
    rig.eoi(1, 7);
    let mut got = [rig.ack(1).unwrap(), 0];
    rig.eoi(1, got[0]);
    got[1] = rig.ack(1).unwrap();
    rig.eoi(1, got[1]);
    got.sort_unstable();
    assert_eq!((got, rig.ack(1)), ([7, 8], None));
}

#[test]
fn clearing_a_source_reaches_a_remote_vcpu_of_its_own() {
    let rig = v2(2, 4);
    rig.sgi(1, 1, 5);
    rig.settled(1);
    // vCPU 0's registers are banked: only vCPU 0 itself clears its sources, here from a CPU it is not loaded on.
    fake::set_cpu(4);
    rig.write(0, 0xf14, 0x0200);
    rig.settle();
    assert_eq!(rig.ack(0), None);
}

#[test]
fn group_one_of_a_gicv2() {
    let rig = v2(1, 4);
    rig.write(0, 0x80, 1 << 4);
    rig.write(0, 0, 1);
    rig.settled(0);
    rig.sgi(0, 1, 4);
    assert_eq!(rig.ack(0), None);
    rig.write(0, 0, 3);
    rig.settled(0);
    assert_eq!(rig.ack(0), Some(4));
}
