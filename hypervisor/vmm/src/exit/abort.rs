// SPDX-License-Identifier: GPL-2.0-only
//! Stage-2 aborts: accesses to emulated devices, and to nothing.

use super::inject::{self, Abort};
use crate::bus::Target;
use crate::device::Width;
use crate::guest::Fault;
use crate::vcpu::{ExitKind, Vcpu};
use crate::vgic::Access;
use arch::GuestPhysAddr;
use arch::esr::Esr;
use arch::frame::GuestFrame;
use core::sync::atomic::Ordering::Relaxed;

/// A data abort. Context: exit path.
#[inline]
pub fn data(vcpu: &Vcpu, frame: &mut GuestFrame, esr: Esr) {
    // A valid syndrome excludes table walks.
    if !(esr.is_translation_fault() && esr.has_access()) {
        return other(vcpu, frame, esr);
    }
    let ipa = arch::guest::fault_ipa();
    let guest = vcpu.guest();
    let Some((index, block)) = guest.bus().find(ipa.0, vcpu.hint.load(Relaxed)) else {
        return unmapped(vcpu, frame, esr, ipa);
    };
    let width = Width::from_sas(u64::from(esr.access_size_log2()));
    let bytes = width.bytes();
    if ipa.0 & (bytes - 1) != 0 {
        return unmapped(vcpu, frame, esr, ipa);
    }
    vcpu.hint.store(index, Relaxed);
    vcpu.exits.bump(ExitKind::Device);
    block.count();
    let offset = ipa.0 - block.start();
    let register = esr.access_register();
    if esr.is_write() {
        let value = frame.reg(register) & width.mask();
        match &block.target {
            Target::Device(device) => device.write(offset, width, value),
            Target::Distributor => {
                guest.vgic().distributor(vcpu.index(), offset, &mut Access { write: true, width, value });
            }
            Target::Redistributors => {
                guest.vgic().redistributor(vcpu.index(), offset, &mut Access { write: true, width, value });
            }
        }
    } else {
        let mut access = Access { write: false, width, value: 0 };
        let value = match &block.target {
            Target::Device(device) => device.read(offset, width),
            Target::Distributor => {
                guest.vgic().distributor(vcpu.index(), offset, &mut access);
                access.value
            }
            Target::Redistributors => {
                guest.vgic().redistributor(vcpu.index(), offset, &mut access);
                access.value
            }
        };
        frame.set_reg(register, extend(value & width.mask(), bytes, esr));
    }
    frame.skip(4);
}

/// The register's new value for what a load has read.
#[inline]
fn extend(value: u64, bytes: u64, esr: Esr) -> u64 {
    if !esr.sign_extends() {
        return value;
    }
    let shift = 64 - 8 * bytes as u32;
    let value = ((value << shift) as i64 >> shift) as u64;
    if esr.is_64bit_register() { value } else { value & 0xffff_ffff }
}

/// A data abort without a decoded access, on a table walk, or by permission.
#[cold]
fn other(vcpu: &Vcpu, frame: &mut GuestFrame, esr: Esr) {
    let ipa = arch::guest::fault_ipa();
    if esr.is_cache_maintenance() && esr.is_translation_fault() && !esr.is_table_walk() {
        // Nothing of a device is in a cache.
        vcpu.exits.bump(ExitKind::Device);
        frame.skip(esr.length());
        return;
    }
    unmapped(vcpu, frame, esr, ipa);
}

/// An access to nothing, or one that no device answers (several registers, misaligned): a synchronous external abort,
/// as from a bus.
#[cold]
fn unmapped(vcpu: &Vcpu, frame: &mut GuestFrame, esr: Esr, ipa: GuestPhysAddr) {
    vcpu.exits.bump(ExitKind::Unmapped);
    let write = esr.is_write() && !esr.is_cache_maintenance();
    let fault = Fault {
        vcpu: vcpu.index(),
        pc: frame.elr,
        ipa: ipa.0,
        kind: if esr.is_table_walk() {
            "page table walk"
        } else if !esr.has_access() {
            "access by an instruction that devices cannot take"
        } else if write {
            "write"
        } else {
            "read"
        },
        bytes: if esr.has_access() { 1 << esr.access_size_log2() } else { 0 },
    };
    vcpu.guest().note_fault(fault);
    inject::external_abort(frame, Abort::Data { write }, arch::guest::fault_address(), esr.is_table_walk());
}

/// An instruction abort: the guest fetches from a hole or a device.
#[cold]
pub fn instruction(vcpu: &Vcpu, frame: &mut GuestFrame, esr: Esr) {
    vcpu.exits.bump(ExitKind::Unmapped);
    let ipa = arch::guest::fault_ipa();
    let far = arch::guest::fault_address();
    let fault = Fault {
        vcpu: vcpu.index(),
        pc: frame.elr,
        ipa: ipa.0,
        kind: if esr.is_table_walk() { "page table walk for a fetch" } else { "instruction fetch" },
        bytes: 4,
    };
    let (vbar, _) = arch::guest::exception_base();
    if far & !0x7ff == vbar {
        // Its own vectors are not there: it would fault for ever.
        let why =
            alloc::format!("cannot fetch from its exception vectors: {}", vcpu.guest().describe(&fault));
        vcpu.guest().note_fault(fault);
        return vcpu.guest().fail(vcpu, frame, &why);
    }
    vcpu.guest().note_fault(fault);
    inject::external_abort(frame, Abort::Instruction, far, esr.is_table_walk());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loads_extend_as_the_instruction_says() {
        const SSE: u64 = 1 << 21;
        const SF: u64 = 1 << 15;
        assert_eq!(extend(0x80, 1, Esr(0)), 0x80);
        assert_eq!(extend(0x80, 1, Esr(SSE | SF)), 0xffff_ffff_ffff_ff80);
        assert_eq!(extend(0x80, 1, Esr(SSE)), 0xffff_ff80);
        assert_eq!(extend(0x7fff, 2, Esr(SSE | SF)), 0x7fff);
        assert_eq!(extend(0x8000_0000, 4, Esr(SSE | SF)), 0xffff_ffff_8000_0000);
        assert_eq!(extend(u64::MAX, 8, Esr(SSE | SF)), u64::MAX);
    }
}
