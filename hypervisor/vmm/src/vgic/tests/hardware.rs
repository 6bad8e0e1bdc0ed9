// SPDX-License-Identifier: GPL-2.0-only
//! Forwarded physical interrupts: the guest's end deactivates them, and no other way out leaves them active.

use super::*;
use arch::vif::Lr;

const PPI: u32 = 27;
const SPI: u32 = 50;

fn rig(vcpus: usize) -> Rig {
    let rig = Rig::new(Version::V3, vcpus, 4);
    for v in 0..vcpus {
        rig.bit(v, ISENABLER, PPI);
    }
    rig.bit(0, ISENABLER, SPI);
    rig.run(0);
    rig
}

fn fire(rig: &Rig, v: usize, intid: u32) {
    rig.run(v);
    rig.host.fire(intid);
    rig.gic.inject_forwarded(v, intid, intid);
}

#[test]
fn the_guests_end_deactivates() {
    let rig = rig(1);
    for intid in [PPI, SPI, PPI] {
        fire(&rig, 0, intid);
        assert!(rig.is(0, ISPENDR, intid));
        assert_eq!(rig.ack(0), Some(intid as u16));
        assert!(rig.host.is_active(intid));
        rig.eoi(0, intid as u16);
        assert!(!rig.host.is_active(intid));
        assert_eq!(rig.ack(0), None);
    }
    assert_eq!(rig.gic.info().vcpus[0].counts.maintenance, 0);
    assert_eq!(rig.kicks(), []);
}

#[test]
fn the_active_state_moves_with_the_vcpu() {
    let mut rig = rig(2);
    fire(&rig, 0, PPI);
    rig.unload(0);
    fake::set_cpu(0);
    assert!(!rig.host.is_active(PPI), "another vCPU's timer may fire here");
    rig.load(0, 3);
    assert!(rig.host.is_active(PPI));
    rig.exit_path(0);
    assert_eq!(rig.ack(0), Some(27));
    rig.load(0, 4);
    rig.exit_path(0);
    fake::set_cpu(3);
    assert!(!rig.host.is_active(PPI));
    rig.eoi(0, 27);
    assert!(!rig.host.is_active(PPI));
    rig.load(0, 3);
    assert!(!rig.host.is_active(PPI), "ended, so nothing moves");
}

#[test]
fn an_spi_stays_active_while_the_vcpu_moves() {
    let mut rig = rig(1);
    fire(&rig, 0, SPI);
    rig.unload(0);
    assert!(rig.host.is_active(SPI));
    rig.load(0, 2);
    assert_eq!(rig.ack(0), Some(50));
    rig.eoi(0, 50);
    assert!(!rig.host.is_active(SPI));
}

#[test]
fn a_disabled_one_waits_and_follows_its_line() {
    let rig = rig(1);
    rig.bit(0, ICENABLER, PPI);
    rig.host.set_line(PPI, true);
    fire(&rig, 0, PPI);
    assert!(rig.is(0, ISPENDR, PPI) && !rig.is(0, ISACTIVER, PPI));
    assert!(rig.host.is_active(PPI));
    rig.host.set_line(PPI, false);
    assert!(!rig.is(0, ISPENDR, PPI), "the timer was switched off");
    assert!(!rig.host.is_active(PPI));
    rig.bit(0, ISENABLER, PPI);
    assert_eq!(rig.ack(0), None);
}

#[test]
fn enabling_looks_at_the_line() {
    let rig = rig(1);
    rig.bit(0, ICENABLER, PPI);
    fire(&rig, 0, PPI);
    rig.host.set_line(PPI, false);
    rig.bit(0, ISENABLER, PPI);
    assert_eq!(rig.ack(0), None, "it went low meanwhile");
    assert!(!rig.host.is_active(PPI));
    rig.host.set_line(PPI, true);
    fire(&rig, 0, PPI);
    rig.bit(0, ICENABLER, PPI);
    assert_eq!(rig.ack(0), None);
    assert!(rig.host.is_active(PPI));
    rig.bit(0, ISENABLER, PPI);
    assert_eq!(rig.ack(0), Some(27));
    rig.eoi(0, 27);
    assert!(!rig.host.is_active(PPI));
}

#[test]
fn clearing_pays_the_debt() {
    let rig = rig(1);
    for intid in [PPI, SPI] {
        fire(&rig, 0, intid);
        rig.bit(0, ICPENDR, intid);
        assert!(!rig.host.is_active(intid));
        assert_eq!(rig.ack(0), None);
        fire(&rig, 0, intid);
        assert_eq!(rig.ack(0), Some(intid as u16));
        rig.bit(0, ICACTIVER, intid);
        assert!(!rig.host.is_active(intid), "deactivated by ICACTIVER");
        fake::eoi(intid as u16);
    }
}

#[test]
fn software_pending_of_an_active_one_comes_after_it() {
    let rig = rig(1);
    fire(&rig, 0, PPI);
    assert_eq!(rig.ack(0), Some(27));
    rig.bit(0, ISPENDR, PPI);
    assert!(rig.is(0, ISPENDR, PPI) && rig.is(0, ISACTIVER, PPI));
    rig.eoi(0, 27);
    assert!(rig.host.is_active(PPI), "until the second has ended too");
    assert_eq!(rig.ack(0), Some(27));
    rig.eoi(0, 27);
    assert!(!rig.host.is_active(PPI));
    assert_eq!(rig.ack(0), None);
    // And if the guest thinks better of it, the list register is the hardware's again.
    fire(&rig, 0, PPI);
    assert_eq!(rig.ack(0), Some(27));
    rig.bit(0, ISPENDR, PPI);
    rig.bit(0, ICPENDR, PPI);
    assert!((0..4).any(|n| vif::read_lr(n).hw() && vif::read_lr(n).active()));
    rig.eoi(0, 27);
    assert!(!rig.host.is_active(PPI));
}

#[test]
fn fires_while_software_pending() {
    let rig = rig(1);
    rig.bit(0, ISPENDR, PPI);
    assert!(!vif::read_lr(0).hw());
    fire(&rig, 0, PPI);
    assert_eq!(rig.ack(0), Some(27));
    rig.eoi(0, 27);
    assert!(!rig.host.is_active(PPI));
    assert_eq!(rig.ack(0), None);
}

#[test]
fn reset_pays_all_debts() {
    let rig = rig(1);
    fire(&rig, 0, PPI);
    fire(&rig, 0, SPI);
    rig.gic.reset();
    rig.exit_path(0);
    assert!(!rig.host.is_active(PPI) && !rig.host.is_active(SPI));
    let rig = self::rig(1);
    rig.bit(0, ICENABLER, PPI);
    rig.bit(0, ICENABLER, SPI);
    fire(&rig, 0, PPI);
    fire(&rig, 0, SPI);
    rig.gic.reset();
    rig.exit_path(0);
    assert!(!rig.host.is_active(PPI) && !rig.host.is_active(SPI));
}

#[test]
fn reset_from_another_cpu_empties_the_hardware_there() {
    let mut rig = rig(2);
    fire(&rig, 0, PPI);
    fake::set_cpu(5);
    rig.gic.reset();
    fake::set_cpu(0);
    assert!(rig.host.is_active(PPI));
    rig.unload(0);
    fake::set_cpu(0);
    assert!(!rig.host.is_active(PPI));
    assert_eq!(vif::read_lr(0), Lr::EMPTY);
    rig.load(0, 0);
    rig.exit_path(0);
    assert_eq!((rig.ack(0), vif::vmcr()), (None, vif::VMCR_FIQEN));
}

#[test]
fn dropping_the_gic_deactivates_spis() {
    let rig = rig(1);
    fire(&rig, 0, SPI);
    let Rig { gic, host, .. } = rig;
    gic.unload(0);
    drop(gic);
    assert!(!host.is_active(SPI));
}

#[test]
fn a_routed_spi_reaches_the_other_vcpu_with_its_hw_bit() {
    let rig = rig(2);
    rig.route(0, SPI, 1);
    fire(&rig, 0, SPI);
    assert_eq!(rig.ack(0), None);
    rig.settled(0);
    assert_eq!(rig.ack(1), Some(50));
    rig.eoi(1, 50);
    assert!(!rig.host.is_active(SPI));
}

#[test]
fn eoimode_one_deactivates_by_dir() {
    let rig = rig(1);
    vif::set_vmcr(vif::vmcr() | fake::VMCR_EOIM);
    fire(&rig, 0, SPI);
    assert_eq!(rig.ack(0), Some(50));
    rig.eoi(0, 50);
    assert!(rig.host.is_active(SPI) && rig.is(0, ISACTIVER, SPI));
    fake::dir(50);
    assert!(!rig.host.is_active(SPI) && !rig.is(0, ISACTIVER, SPI));
}
