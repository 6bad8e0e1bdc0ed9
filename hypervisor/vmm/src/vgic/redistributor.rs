// SPDX-License-Identifier: GPL-2.0-only
//! GICv3's redistributors (IHI 0069, 12.10, 12.11): a control frame and an SGI frame of 64 KiB each per vCPU, one vCPU
//! after the other. There are no LPIs.

use super::distributor::{IIDR, Owner};
use super::{Access, REDISTRIBUTOR_SIZE, Vgic};
use crate::device::Width;

impl Vgic {
    /// An access of `vcpu` at `off` into the redistributors, which lie one after the other, [`REDISTRIBUTOR_SIZE`]
    /// each, in the order of the vCPUs. Never fails. Context: interrupts masked.
    #[inline(always)]
    pub fn redistributor(&self, vcpu: usize, off: u64, acc: &mut Access) {
        let frame = (off / REDISTRIBUTOR_SIZE).min(u64::from(u32::MAX)) as usize;
        let off = (off % REDISTRIBUTOR_SIZE) as usize;
        if off & !0x80 == 0x1_0100 && acc.width == Width::B4 && !self.v2 {
            // ISENABLER0 and ICENABLER0, which guests use most.
            let owner = Owner::Private(frame);
            if acc.write {
                self.write_enables(vcpu, owner, acc.value as u32, off & 0x80 == 0);
            } else {
                acc.value = u64::from(self.look(owner, |w| w.enabled));
            }
            return;
        }
        acc.value = self.redistributor_other(vcpu, frame, off, *acc);
    }

    #[inline(never)]
    fn redistributor_other(&self, vcpu: usize, frame: usize, off: usize, acc: Access) -> u64 {
        if self.v2 || frame >= self.cpus.len() {
            return self.ignore();
        }
        let Access { width, value, .. } = acc;
        match (off >= 0x1_0000, acc.write) {
            (true, false) => return self.sgi_frame_read(vcpu, frame, off - 0x1_0000, width),
            (true, true) => self.sgi_frame_write(vcpu, frame, off - 0x1_0000, width, value as u32),
            (false, false) => return self.control_frame_read(frame, off, width),
            (false, true) => self.control_frame_write(frame, off, width, value as u32),
        }
        0
    }

    fn control_frame_read(&self, frame: usize, off: usize, width: Width) -> u64 {
        match (off, width) {
            (0x4, Width::B4) => u64::from(IIDR),
            (0x8, Width::B8) => self.redistributor_typer(frame),
            (0x8, Width::B4) => self.redistributor_typer(frame) & 0xffff_ffff,
            (0xc, Width::B4) => self.redistributor_typer(frame) >> 32,
            (0x14, Width::B4) => self.cpus.get(frame).map_or(0, |c| c.bank.lock().waker.into()),
            (0xffe8, Width::B4) => 0x3b,
            // GICR_CTLR: no LPIs, no write pending; PROPBASER and PENDBASER (64 bits); reserved ones.
            (_, Width::B4) | (0x70 | 0x78, Width::B8) => 0,
            _ => self.ignore(),
        }
    }

    /// GICR_TYPER: affinity, processor number, whether it is the last of the region.
    fn redistributor_typer(&self, frame: usize) -> u64 {
        let last = u64::from(frame + 1 == self.cpus.len());
        Self::typer_affinity(frame) | (frame as u64) << 8 | last << 4
    }

    fn control_frame_write(&self, frame: usize, off: usize, width: Width, value: u32) {
        match (off, width) {
            (0x14, Width::B4) => {
                if let Some(cpu) = self.cpus.get(frame) {
                    // ChildrenAsleep follows ProcessorSleep at once.
                    cpu.bank.lock().waker = value & 2 | (value & 2) << 1;
                }
            }
            (_, Width::B4) | (0x70 | 0x78, Width::B8) => {}
            _ => {
                self.ignore();
            }
        }
    }

    fn sgi_frame_read(&self, me: usize, frame: usize, off: usize, width: Width) -> u64 {
        let owner = Owner::Private(frame);
        let page = off >> 7;
        match (page, width) {
            (1..=7, Width::B4) if off & 0x7c == 0 => u64::from(self.bits_read(me, owner, page)),
            (8, Width::B4 | Width::B1) if off < 0x420 => self.priority_read(owner, off & 31, width),
            (24, Width::B4) if off < 0xc08 => u64::from(self.config_read(owner, off >> 2 & 1)),
            (_, Width::B4) => 0,
            _ => self.ignore(),
        }
    }

    fn sgi_frame_write(&self, me: usize, frame: usize, off: usize, width: Width, value: u32) {
        let owner = Owner::Private(frame);
        let page = off >> 7;
        match (page, width) {
            (1..=7, Width::B4) if off & 0x7c == 0 => self.bits_write(me, owner, page, value),
            (8, Width::B4 | Width::B1) if off < 0x420 => self.priority_write(owner, off & 31, width, value),
            (24, Width::B4) if off < 0xc08 => self.config_write(owner, off >> 2 & 1, value),
            (_, Width::B4) => {}
            _ => {
                self.ignore();
            }
        }
    }
}
