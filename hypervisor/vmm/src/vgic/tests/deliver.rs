// SPDX-License-Identifier: GPL-2.0-only
//! One vCPU: edges, levels, SGIs, enabling, clearing; what costs a maintenance interrupt and what does not.

use super::*;
use arch::vif::Lr;

fn one() -> Rig {
    Rig::new(Version::V3, 1, 4)
}

#[test]
fn edge_is_delivered_once_and_again_while_active() {
    let rig = one();
    rig.edge(0, 40, true);
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    rig.gic.set_spi(40, false);
    assert_eq!(rig.ack(0), Some(40));
    assert_eq!(rig.ack(0), None);
    rig.gic.set_spi(40, true);
    rig.gic.set_spi(40, false);
    rig.gic.set_spi(40, true);
    assert!(rig.is(0, ISPENDR, 40) && rig.is(0, ISACTIVER, 40));
    rig.eoi(0, 40);
    assert_eq!(rig.ack(0), Some(40));
    rig.eoi(0, 40);
    assert_eq!(rig.ack(0), None);
    assert_eq!(rig.gic.info().vcpus[0].counts.maintenance, 0);
}

#[test]
fn level_lowered_in_the_handler_needs_no_maintenance() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    for _ in 0..3 {
        rig.gic.set_spi(40, true);
        assert_eq!(rig.ack(0), Some(40));
        rig.gic.set_spi(40, false);
        assert!(!rig.is(0, ISPENDR, 40) && rig.is(0, ISACTIVER, 40));
        fake::eoi(40);
        assert_eq!(vif::misr(), 0);
        assert_eq!(rig.ack(0), None);
    }
    assert!(!rig.gic.needs_flush(0));
    assert_eq!(rig.gic.info().vcpus[0].counts.maintenance, 0);
}

#[test]
fn level_still_high_is_delivered_again() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    assert_eq!(rig.ack(0), Some(40));
    assert!(rig.is(0, ISPENDR, 40), "the level is still there");
    rig.eoi(0, 40);
    assert_eq!(rig.gic.info().vcpus[0].counts.maintenance, 1);
    assert_eq!(rig.ack(0), Some(40));
    rig.gic.set_spi(40, false);
    rig.gic.set_spi(40, true);
    rig.eoi(0, 40);
    assert_eq!(rig.ack(0), Some(40), "raised again in the handler");
    rig.gic.set_spi(40, false);
    rig.eoi(0, 40);
    assert_eq!(rig.ack(0), None);
}

#[test]
fn level_lowered_before_the_acknowledge_is_gone() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    rig.gic.set_spi(40, false);
    assert_eq!(rig.ack(0), None);
}

#[test]
fn sgi_to_itself_reuses_its_list_register() {
    let rig = one();
    for _ in 0..10 {
        rig.gic.write_sgi1r(0, 3 << 24 | 1);
        assert!(!rig.gic.needs_flush(0));
        assert_eq!(rig.ack(0), Some(3));
        fake::eoi(3);
    }
    assert_eq!(rig.kicks(), []);
    assert_eq!(rig.gic.info().vcpus[0].counts.maintenance, 0);
}

#[test]
fn disabled_interrupt_leaves_the_list_register() {
    let rig = one();
    rig.edge(0, 40, true);
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    rig.bit(0, ICENABLER, 40);
    assert_eq!(rig.ack(0), None);
    assert!(rig.is(0, ISPENDR, 40));
    rig.bit(0, ISENABLER, 40);
    assert_eq!(rig.ack(0), Some(40));
}

#[test]
fn disabled_while_active_is_ended_but_not_delivered_again() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    assert_eq!(rig.ack(0), Some(40));
    rig.bit(0, ICENABLER, 40);
    rig.eoi(0, 40);
    assert_eq!(rig.ack(0), None);
    assert!(!rig.is(0, ISACTIVER, 40) && rig.is(0, ISPENDR, 40));
    rig.bit(0, ISENABLER, 40);
    assert_eq!(rig.ack(0), Some(40));
}

#[test]
fn software_pending_and_clearing() {
    let rig = one();
    for intid in [5, 20, 45] {
        rig.bit(0, ISENABLER, intid);
        rig.bit(0, ISPENDR, intid);
        assert!(rig.is(0, ISPENDR, intid));
        rig.bit(0, ICPENDR, intid);
        assert!(!rig.is(0, ISPENDR, intid));
        assert_eq!(rig.ack(0), None, "{intid}");
        rig.bit(0, ISPENDR, intid);
        assert_eq!(rig.ack(0), Some(intid as u16));
        assert!(
            !rig.is(0, ISPENDR, intid) && rig.is(0, ISACTIVER, intid),
            "the acknowledge clears the latch"
        );
        rig.eoi(0, intid as u16);
        assert!(!rig.is(0, ISACTIVER, intid));
    }
}

#[test]
fn active_state_can_be_set_and_cleared() {
    let rig = one();
    rig.bit(0, ISENABLER, 3);
    rig.sgi(0, 1, 3);
    assert_eq!(rig.ack(0), Some(3));
    rig.bit(0, ICACTIVER, 3);
    assert!(!rig.is(0, ISACTIVER, 3));
    fake::eoi(3);
    rig.sgi(0, 1, 3);
    assert_eq!(rig.ack(0), Some(3), "deactivated, so it can come again");
    rig.eoi(0, 3);
    rig.bit(0, ISACTIVER, 3);
    assert!(rig.is(0, ISACTIVER, 3));
    rig.sgi(0, 1, 3);
    assert_eq!(rig.ack(0), None, "active interrupts are not signalled");
    rig.bit(0, ICACTIVER, 3);
    assert_eq!(rig.ack(0), Some(3));
}

#[test]
fn priority_changes_reach_the_list_register() {
    let rig = one();
    for (intid, priority) in [(40, 0x80), (41, 0xa0)] {
        rig.bit(0, ISENABLER, intid);
        rig.priority(0, intid, priority);
        rig.bit(0, ISPENDR, intid);
    }
    rig.priority(0, 41, 0x40);
    assert_eq!(rig.ack(0), Some(41));
}

#[test]
fn distributor_off_stops_delivery() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    rig.write(0, 0, 0);
    rig.settled(0);
    assert_eq!(rig.ack(0), None);
    rig.write(0, 0, 2);
    rig.settled(0);
    assert_eq!(rig.ack(0), Some(40));
}

#[test]
fn groups_are_enabled_apart() {
    let rig = one();
    rig.write(0, 0, 2);
    rig.settled(0);
    rig.bit(0, ISENABLER, 40);
    rig.write(0, 0x84, !(1 << 8));
    rig.gic.set_spi(40, true);
    assert_eq!(rig.ack(0), None, "group 0 is off");
    rig.write(0, 0, 1);
    rig.settled(0);
    assert_eq!(rig.ack(0), Some(40));
    assert_eq!(vif::read_lr(0).0 & Lr::GROUP1, 0);
}

#[test]
fn an_edge_comes_once_whatever_the_guest_is_at() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    assert!(!rig.gic.edge_spi(40), "level-triggered");
    assert_eq!(rig.ack(0), None);
    rig.edge(0, 40, true);
    for _ in 0..3 {
        assert!(rig.gic.edge_spi(40) && rig.gic.edge_spi(40));
        assert_eq!(rig.ack(0), Some(40));
        assert_eq!(rig.ack(0), None, "active");
        assert!(rig.gic.edge_spi(40), "in the handler");
        fake::eoi(40);
        assert_eq!(rig.ack(0), Some(40));
        fake::eoi(40);
        assert_eq!(rig.ack(0), None);
    }
    assert!(!rig.gic.needs_flush(0));
    assert_eq!(rig.gic.info().vcpus[0].counts.maintenance, 0);
    rig.bit(0, ICENABLER, 40);
    assert!(rig.gic.edge_spi(40));
    assert_eq!(rig.ack(0), None);
    rig.bit(0, ISENABLER, 40);
    assert_eq!(rig.ack(0), Some(40), "it waited");
    assert!(rig.gic.edge_spi(1019) && rig.gic.edge_spi(7), "there is nothing to drive");
}

#[test]
fn level_to_edge_and_back() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    rig.edge(0, 40, true);
    assert_eq!(rig.ack(0), None, "no edge since");
    rig.edge(0, 40, false);
    assert_eq!(rig.ack(0), Some(40));
}

#[test]
fn wfi_waits_for_what_gets_through() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.priority(0, 40, 0x80);
    assert!(!rig.gic.pending(0));
    rig.gic.set_spi(40, true);
    assert_eq!(rig.kicks(), [0], "it said it would wait");
    assert!(rig.gic.pending(0));
    vif::set_vmcr(VMCR_ENG1 | 0x80 << VMCR_PMR_SHIFT);
    assert!(!rig.gic.pending(0), "masked");
    vif::set_vmcr(VMCR_ENG0 | 0xf0 << VMCR_PMR_SHIFT);
    assert!(!rig.gic.pending(0), "group off");
    vif::set_vmcr(VMCR_ENG1 | 0xf0 << VMCR_PMR_SHIFT);
    assert!(rig.gic.pending(0));
    assert_eq!(rig.ack(0), Some(40));
    assert!(!rig.gic.pending(0), "active, not pending");
    rig.kicks();
    rig.bit(0, ISENABLER, 41);
    rig.priority(0, 41, 0x90);
    rig.gic.set_spi(41, true);
    assert!(!rig.gic.pending(0), "does not preempt");
    fake::eoi(40);
    assert!(rig.gic.pending(0));
}

#[test]
fn wfi_sees_a_level_whose_end_was_not_yet_noticed() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    assert_eq!(rig.ack(0), Some(40));
    fake::eoi(40);
    assert!(rig.gic.pending(0), "the maintenance interrupt was still to come");
}

#[test]
fn no_kick_while_the_guest_runs_here() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    rig.gic.write_sgi1r(0, 1);
    assert_eq!(rig.kicks(), []);
}

#[test]
fn wrong_numbers_are_ignored() {
    let rig = one();
    for intid in [0, 15, 128, 1019, 1020, 1023, 5000, u32::MAX] {
        rig.gic.set_spi(intid, true);
        rig.gic.inject_forwarded(9, intid, 60);
    }
    rig.gic.set_ppi(0, 3, true);
    rig.gic.set_ppi(0, 40, true);
    rig.gic.set_ppi(7, 27, true);
    rig.gic.load(7);
    rig.gic.unload(7);
    rig.gic.flush(7);
    rig.gic.maintenance(7);
    assert!(!rig.gic.pending(7) && !rig.gic.needs_flush(7));
    assert_eq!(rig.ack(0), None);
}

#[test]
fn reset_forgets_everything() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    rig.sgi(0, 1, 4);
    rig.gic.reset();
    rig.exit_path(0);
    assert_eq!((0..4).map(|n| vif::read_lr(n).0).sum::<u64>(), 0);
    assert_eq!(vif::vmcr(), vif::VMCR_FIQEN);
    assert_eq!(rig.read(0, 0) & 3, 0);
    assert!(!rig.is(0, ISENABLER, 40) && !rig.is(0, ISPENDR, 40));
}

#[test]
fn info_shows_what_is_where() {
    let rig = one();
    rig.bit(0, ISENABLER, 40);
    rig.gic.set_spi(40, true);
    let info = rig.gic.info();
    let irq = info.irqs.iter().find(|i| i.intid == 40).unwrap();
    assert!(irq.enabled && irq.pending && !irq.active && irq.line);
    assert_eq!((irq.target, irq.list_register), (Some(0), Some((0, 0))));
    let text = std::format!("{info}");
    assert!(text.contains("GICv3, 96 SPIs") && text.contains("40 level group 1"), "{text}");
}
