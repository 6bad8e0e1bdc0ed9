// SPDX-License-Identifier: GPL-2.0-only
//! Several vCPUs: SGIs by affinity, routing, changes to what another CPU holds, moving, and readers of remote state.

use super::*;

fn rig(vcpus: usize) -> Rig {
    Rig::new(Version::V3, vcpus, 4)
}

fn takers(rig: &Rig, sgi: u16) -> Vec<usize> {
    rig.settled(0);
    let mut takers = Vec::new();
    for v in 0..rig.on.len() {
        if let Some(k) = rig.ack(v) {
            assert_eq!(k, sgi);
            rig.eoi(v, k);
            takers.push(v);
        }
    }
    takers
}

#[test]
fn sgi_affinity_lists() {
    let rig = rig(4);
    let send = |value: u64| {
        rig.run(1);
        rig.gic.write_sgi1r(1, value);
        takers(&rig, (value >> 24 & 0xf) as u16)
    };
    assert_eq!(send(2 << 24 | 0b1010), [1, 3]);
    assert_eq!(send(2 << 24 | 0xfff0), [], "vCPUs that do not exist");
    assert_eq!(send(15 << 24 | 1 << 40), [0, 2, 3], "all but the sender");
    assert_eq!(send(3 << 24 | 1 << 16 | 0xf), [], "another Aff1");
    assert_eq!(send(3 << 24 | 1 << 32 | 0xf), [], "another Aff2");
    assert_eq!(send(3 << 24 | 1 << 48 | 0xf), [], "another Aff3");
    assert_eq!(send(3 << 24 | 1 << 44 | 0xf), [], "another range");
}

#[test]
fn second_cluster_has_aff1() {
    let rig = Rig::cold(Version::V3, 20, 4);
    rig.write(0, 0, 2);
    rig.gic.write_sgi1r(0, 4 << 24 | 1 << 16 | 0b1001);
    let pending: Vec<usize> = (0..20)
        .filter(|&v| {
            let mut acc = Access::read(Width::B4);
            rig.gic.redistributor(v, v as u64 * 0x2_0000 + 0x1_0200, &mut acc);
            acc.value != 0
        })
        .collect();
    assert_eq!(pending, [16, 19]);
}

#[test]
fn group_zero_sgis_need_the_group() {
    let rig = rig(1);
    rig.gic.write_sgi0r(0, 5 << 24 | 1);
    rig.gic.write_asgi1r(0, 5 << 24 | 1);
    assert_eq!(takers(&rig, 5), [], "SGI 5 is in group 1");
    rig.write_private(0, 0x80, !(1 << 5));
    rig.gic.write_sgi0r(0, 5 << 24 | 1);
    assert_eq!(takers(&rig, 5), [0]);
    rig.gic.write_sgi1r(0, 5 << 24 | 1);
    assert_eq!(takers(&rig, 5), [0]);
}

#[test]
fn an_interrupt_for_another_cpu_is_a_request_and_a_kick() {
    let rig = rig(2);
    rig.run(0);
    rig.gic.write_sgi1r(0, 1 << 24 | 2);
    assert_eq!(rig.kicks(), [1]);
    assert!(rig.gic.needs_flush(1) && !rig.gic.needs_flush(0));
    rig.run(1);
    assert_eq!(rig.ack(1), None, "not before its exit path");
    rig.gic.flush(1);
    assert!(!rig.gic.needs_flush(1));
    assert_eq!(rig.ack(1), Some(1));
}

#[test]
fn flushing_on_the_wrong_cpu_keeps_the_request() {
    let rig = rig(2);
    rig.run(0);
    rig.gic.write_sgi1r(0, 1 << 24 | 2);
    rig.gic.flush(1);
    assert!(rig.gic.needs_flush(1));
    rig.exit_path(1);
    assert_eq!(rig.ack(1), Some(1));
}

#[test]
fn an_unloaded_vcpu_collects_and_is_kicked() {
    let mut rig = rig(2);
    rig.unload(1);
    rig.run(0);
    rig.gic.write_sgi1r(0, 1 << 24 | 2);
    assert_eq!(rig.kicks(), [1]);
    assert!(rig.gic.pending(1), "seen before it is loaded");
    rig.load(1, 5);
    rig.exit_path(1);
    assert_eq!(rig.ack(1), Some(1));
}

#[test]
fn routing_follows_the_register() {
    let rig = rig(3);
    rig.bit(0, ISENABLER, 40);
    for to in [2, 1, 0, 1] {
        rig.route(0, 40, to);
        rig.run(0);
        rig.gic.set_spi(40, true);
        rig.settled(0);
        for v in 0..3 {
            assert_eq!(rig.ack(v), (v == to).then_some(40), "for {to}");
        }
        rig.gic.set_spi(40, false);
        rig.settled(to);
        rig.eoi(to, 40);
    }
}

#[test]
fn a_pending_spi_moves_with_its_route_and_an_active_one_does_not() {
    let rig = rig(2);
    rig.bit(0, ISENABLER, 40);
    rig.edge(0, 40, true);
    rig.gic.set_spi(40, true);
    rig.route(0, 40, 1);
    rig.settled(0);
    assert_eq!(rig.ack(0), None);
    assert_eq!(rig.ack(1), Some(40));
    rig.gic.set_spi(40, false);
    rig.gic.set_spi(40, true);
    rig.route(0, 40, 0);
    rig.settled(0);
    assert_eq!(rig.ack(0), None, "active on the other");
    rig.eoi(1, 40);
    assert_eq!((rig.ack(1), rig.ack(0)), (None, Some(40)));
}

#[test]
fn changes_reach_what_another_cpu_holds() {
    let rig = rig(2);
    rig.bit(0, ISENABLER, 40);
    rig.route(0, 40, 1);
    let raise = || {
        rig.run(0);
        rig.gic.set_spi(40, true);
        rig.settled(0);
    };
    raise();
    rig.run(0);
    rig.gic.set_spi(40, false);
    rig.settled(0);
    assert_eq!(rig.ack(1), None, "lowered");
    raise();
    rig.bit(0, ICENABLER, 40);
    rig.settled(0);
    assert_eq!(rig.ack(1), None, "disabled");
    rig.bit(0, ISENABLER, 40);
    rig.settled(0);
    assert_eq!(rig.ack(1), Some(40));
    rig.run(0);
    rig.gic.set_spi(40, false);
    rig.bit(0, ICACTIVER, 40);
    rig.settled(0);
    rig.run(1);
    fake::eoi(40);
    assert!(!rig.is(1, ISACTIVER, 40), "deactivated");
    rig.bit(0, ISACTIVER, 40);
    rig.bit(0, ISPENDR, 40);
    rig.settled(0);
    assert_eq!(rig.ack(1), None, "active");
    rig.bit(0, ICACTIVER, 40);
    rig.bit(0, ICPENDR, 40);
    rig.settled(0);
    assert_eq!(rig.ack(1), None, "neither");
    rig.bit(0, ISPENDR, 40);
    rig.settled(0);
    assert_eq!(rig.ack(1), Some(40));
}

#[test]
fn a_redistributor_is_open_to_other_vcpus() {
    let rig = rig(2);
    rig.sgi(0, 2, 3);
    rig.settled(0);
    rig.run(0);
    let frame = super::super::REDISTRIBUTOR_SIZE + 0x1_0000;
    rig.gic.redistributor(0, frame + ICPENDR, &mut Access::write(Width::B4, 1 << 3));
    rig.settled(0);
    assert_eq!(rig.ack(1), None);
}

#[test]
fn readers_get_the_truth_from_other_cpus() {
    let rig = rig(2);
    rig.bit(0, ISENABLER, 40);
    rig.route(0, 40, 1);
    rig.edge(0, 40, true);
    rig.gic.set_spi(40, true);
    rig.settled(0);
    assert_eq!(rig.ack(1), Some(40));
    rig.instant_kicks(true);
    assert!(rig.is(0, ISACTIVER, 40) && !rig.is(0, ISPENDR, 40));
    rig.run(1);
    fake::eoi(40);
    assert!(!rig.is(0, ISACTIVER, 40));
}

#[test]
fn readers_do_not_wait_forever() {
    let rig = rig(2);
    rig.bit(0, ISENABLER, 40);
    rig.route(0, 40, 1);
    rig.edge(0, 40, true);
    rig.gic.set_spi(40, true);
    rig.settled(0);
    assert_eq!(rig.ack(1), Some(40));
    assert!(!rig.is(0, ISACTIVER, 40), "the last known state");
    assert!(rig.gic.needs_flush(1), "but it was asked for");
    rig.settled(1);
    rig.run(0);
    let before = rig.gic.cpus[1].bank.lock().slots.read(0);
    assert!(before.active(), "and came");
}

#[test]
fn distributor_off_reaches_all_cpus() {
    let mut rig = rig(3);
    for v in 0..3 {
        rig.sgi(v, 1 << v, 2);
    }
    rig.unload(2);
    rig.run(0);
    rig.write(0, 0, 0);
    rig.settled(0);
    rig.load(2, 6);
    rig.exit_path(2);
    assert_eq!((0..3).filter_map(|v| rig.ack(v)).count(), 0);
    rig.run(0);
    rig.write(0, 0, 2);
    rig.settled(0);
    assert_eq!((0..3).filter_map(|v| rig.ack(v)).count(), 3);
}

#[test]
fn loading_another_vcpu_leaves_nothing_behind() {
    let mut rig = rig(2);
    rig.sgi(0, 1, 2);
    rig.unload(1);
    rig.load(1, 0);
    rig.exit_path(1);
    assert_eq!(rig.ack(1), None, "vCPU 0's interrupt is its own");
    rig.load(0, 1);
    rig.exit_path(0);
    assert_eq!(rig.ack(0), Some(2));
    rig.eoi(0, 2);
}

#[test]
fn active_priorities_and_masks_travel() {
    let mut rig = rig(1);
    rig.sgi(0, 1, 2);
    assert_eq!(rig.ack(0), Some(2));
    let (vmcr, active) = (vif::vmcr(), vif::active_priorities());
    rig.load(0, 4);
    assert_eq!((vif::vmcr(), vif::active_priorities()), (vmcr, active));
    rig.sgi(0, 1, 3);
    assert_eq!(rig.ack(0), None, "still running at that priority");
    rig.eoi(0, 2);
    assert_eq!(rig.ack(0), Some(3));
    fake::set_cpu(0);
    assert_eq!((vif::hcr(), vif::read_lr(0).0), (0, 0), "nothing stays behind");
}
