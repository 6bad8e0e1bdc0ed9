// SPDX-License-Identifier: GPL-2.0-only
//! GICv2: distributor, memory-mapped CPU interface, and the virtual interfaces for guests (IHI 0048).

use super::distributor::{Control, Registers as Distributor};
use alloc::boxed::Box;
use core::sync::atomic::{AtomicU8, Ordering::Relaxed};
use kernel::boot::IrqChipDriver;
use kernel::dt::{Interrupt, Node, Reg};
use kernel::error::{Error, Result};
use kernel::irq::soft::ALL;
use kernel::irq::{GicVersion, IrqChip, Trigger, Virtualization};
use kernel::mm::space::{self, Mmio};
use kernel::percpu::{CpuId, MAX_CPUS, PerCpu};
use kernel::sync::SpinLock;
use tock_registers::interfaces::{Readable, Writeable};
use tock_registers::registers::{ReadOnly, ReadWrite, WriteOnly};
use tock_registers::{register_bitfields, register_structs};

/// The driver.
pub const DRIVER: IrqChipDriver = IrqChipDriver {
    name: "gicv2",
    compatible: &["arm,gic-400", "arm,cortex-a15-gic", "arm,cortex-a7-gic"],
    probe,
};

register_bitfields! { u32,
    /// CPU interface control (4.4.1).
    Interface [
        /// Signal interrupts.
        ENABLE 0,
        /// EOIR drops the priority only, DIR deactivates: as a non-secure access sees it.
        EOI_MODE_NS 9
    ]
}

register_structs! {
    /// CPU interface (4.1.3).
    CpuInterface {
        /// GICC_CTLR.
        (0x0000 => ctlr: ReadWrite<u32, Interface::Register>),
        /// GICC_PMR: only lower priority values are signalled.
        (0x0004 => pmr: ReadWrite<u32>),
        /// GICC_BPR: how priorities split for preemption.
        (0x0008 => bpr: ReadWrite<u32>),
        /// GICC_IAR: acknowledges. INTID in 9:0, the sender of an SGI in 12:10.
        (0x000c => iar: ReadOnly<u32>),
        /// GICC_EOIR: drops the running priority.
        (0x0010 => eoir: WriteOnly<u32>),
        (0x0014 => _reserved0),
        /// GICC_DIR: deactivates.
        (0x1000 => dir: WriteOnly<u32>),
        (0x1004 => @END),
    }
}

/// GICH_VTR, offset 4: list registers - 1 in bits 5:0.
const GICH_VTR: usize = 4;

/// A GICv2 in use.
pub struct GicV2 {
    distributor: Mmio,
    interface: Mmio,
    /// Which CPU interface each CPU has, as a mask; 0 if it is not up.
    targets: PerCpu<AtomicU8>,
    /// Serialises changes of registers that several interrupts share.
    change: SpinLock<()>,
    lines: u32,
    virtualization: Virtualization,
}

fn invalid(why: &str) -> Error {
    Error::Invalid { what: "GICv2", why: why.into() }
}

impl GicV2 {
    fn new(distributor: Mmio, interface: Mmio, virtualization: Virtualization) -> Result<Self> {
        let mut gic = GicV2 {
            distributor,
            interface,
            targets: PerCpu::new([const { AtomicU8::new(0) }; MAX_CPUS]),
            change: SpinLock::new(()),
            lines: 0,
            virtualization,
        };
        if gic.try_distributor().is_none() || gic.try_interface().is_none() {
            return Err(invalid(
                "the reg property gives less than 4 KiB for the distributor or 8 KiB for the CPU interface",
            ));
        }
        let d = gic.distributor();
        d.control(Control::ENABLE_GRP0::CLEAR);
        let lines = d.lines();
        d.reset_shared(lines, false);
        gic.lines = lines;
        Ok(gic)
    }

    fn try_distributor(&self) -> Option<&Distributor> {
        // SAFETY: the structure describes a distributor, which does not touch memory.
        unsafe { self.distributor.registers(0) }
    }

    fn try_interface(&self) -> Option<&CpuInterface> {
        // SAFETY: the structure describes a CPU interface, which does not touch memory.
        unsafe { self.interface.registers(0) }
    }

    #[inline]
    fn distributor(&self) -> &Distributor {
        // SAFETY: as in `try_distributor`; `new` checked the size, and mappings are page aligned or the reg's.
        unsafe { &*self.distributor.base().as_ptr() }
    }

    #[inline]
    fn interface(&self) -> &CpuInterface {
        // SAFETY: as in `try_interface`; `new` checked the size.
        unsafe { &*self.interface.base().as_ptr() }
    }
}

impl IrqChip for GicV2 {
    fn init_cpu(&self, cpu: CpuId) -> Result<()> {
        let d = self.distributor();
        // The target fields of private interrupts read as the reader's own interface (4.3.12).
        let mask = (0..32).filter_map(|i| d.targets.get(i)).map(|r| r.get()).find(|&m| m != 0);
        // With a single CPU these fields are read-as-zero.
        self.targets.of(cpu).store(mask.unwrap_or(1), Relaxed);
        d.reset_private(false);
        let c = self.interface();
        c.pmr.set(ALL.into());
        c.bpr.set(0);
        c.ctlr.write(Interface::ENABLE::SET + Interface::EOI_MODE_NS::SET);
        if cpu.0 == 0 {
            d.control(Control::ENABLE_GRP0::SET);
        }
        Ok(())
    }

    #[inline]
    fn ack(&self) -> u32 {
        self.interface().iar.get()
    }

    #[inline]
    fn complete(&self, ack: u32, deactivate: bool) {
        let c = self.interface();
        c.eoir.set(ack);
        if deactivate {
            c.dir.set(ack);
        }
    }

    fn deactivate(&self, ack: u32) {
        self.interface().dir.set(ack);
    }

    fn mask(&self, intid: u32) {
        self.distributor().set_enabled(intid, false);
    }

    fn unmask(&self, intid: u32) {
        self.distributor().set_enabled(intid, true);
    }

    fn set_type(&self, intid: u32, trigger: Trigger) {
        let _change = self.change.lock();
        self.distributor().set_trigger(intid, trigger);
    }

    fn set_threshold(&self, below: u8) {
        self.interface().pmr.set(below.into());
    }

    fn set_priority(&self, intid: u32, priority: u8) {
        self.distributor().set_priority(intid, priority);
    }

    fn set_affinity(&self, intid: u32, cpu: CpuId) {
        let mask = if cpu.index() < MAX_CPUS { self.targets.of(cpu).load(Relaxed) } else { 0 };
        if mask != 0
            && intid >= 32
            && let Some(target) = self.distributor().targets.get(intid as usize)
        {
            target.set(mask);
        }
    }

    fn send_sgi(&self, cpu: CpuId, sgi: u32) {
        if cpu.index() < MAX_CPUS {
            let mask = u32::from(self.targets.of(cpu).load(Relaxed));
            // What the other CPU shall find must be in memory before the interrupt is.
            core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
            self.distributor().sgi.set(mask << 16 | (sgi & 0xf));
        }
    }

    fn set_active(&self, intid: u32, active: bool) {
        self.distributor().set_active_state(intid, active);
    }

    fn is_active(&self, intid: u32) -> bool {
        self.distributor().is_active(intid)
    }

    fn set_pending(&self, intid: u32, pending: bool) {
        self.distributor().set_pending_state(intid, pending);
    }

    fn is_pending(&self, intid: u32) -> bool {
        self.distributor().is_pending(intid)
    }

    fn lines(&self) -> u32 {
        self.lines
    }

    fn virtualization(&self) -> Virtualization {
        self.virtualization.clone()
    }

    fn name(&self) -> &str {
        "GICv2"
    }
}

fn map(reg: Reg) -> Result<Mmio> {
    space::map_device(reg.base, reg.size)
}

/// Size of an interface whose 4 KiB pages show sixteen times each, to be 64 KiB apart for systems with such pages.
const ALIASED: u64 = 0x2_0000;
/// Where the last copy of the first page lies, which is followed by the second page.
const LAST_COPY: u64 = 0xf000;
/// GICC_IIDR, and GICV_IIDR.
const IIDR: u64 = 0xfc;

/// Where the registers of an interface lie as the manual has them, page after page.
fn contiguous(reg: Reg, aliased: bool) -> Reg {
    if !aliased {
        return reg;
    }
    Reg { base: reg.base + LAST_COPY, size: reg.size - LAST_COPY }
}

/// Whether the CPU interface's pages show sixteen times each.
fn is_aliased(interface: &Reg) -> Result<bool> {
    if interface.size != ALIASED {
        return Ok(false);
    }
    let mmio = space::map_device(interface.base, ALIASED)?;
    let read = |offset: u64| {
        let at = mmio.base().as_ptr::<u8>().wrapping_add(offset as usize).cast::<u32>();
        // SAFETY: inside the mapping and aligned; reading an identification register has no effect.
        unsafe { at.read_volatile() }
    };
    // Product and revision are the chip's own; the architecture version, 2, tells that there is one at all.
    let (first, last) = (read(IIDR), read(LAST_COPY + IIDR));
    Ok(first == last && first >> 16 & 0xf == 2)
}

/// `reg` holds distributor, CPU interface, and with the virtualization extensions GICH and GICV.
fn probe(node: &Node<'static>) -> Result<&'static dyn IrqChip> {
    let interface = node.reg(1)?;
    if interface.size < 0x2000 {
        return Err(invalid(
            "the CPU interface in reg is smaller than 8 KiB: without GICC_DIR, guests cannot be served",
        ));
    }
    let gich = if node.reg_count()? > 2 { Some(map(node.reg(2)?)?.leak()) } else { None };
    let list_regs = gich.and_then(|g| {
        let at = (g.len() >= 0x200).then(|| g.base().as_ptr::<u8>().wrapping_add(GICH_VTR))?;
        // SAFETY: GICH_VTR lies inside the mapping and is aligned; reading has no effect.
        Some((unsafe { at.cast::<u32>().read_volatile() } & 0x3f) as usize + 1)
    });
    let maintenance_irq: Option<Interrupt> = node.interrupt(0).ok();
    let aliased = is_aliased(&interface)?;
    let interface = contiguous(interface, aliased);
    let gicv = node.reg(3).ok().map(|gicv| contiguous(gicv, aliased && gicv.size == ALIASED));
    let virtualization = Virtualization { version: GicVersion::V2, gich, gicv, maintenance_irq, list_regs };
    let gic = GicV2::new(map(node.reg(0)?)?, map(interface)?, virtualization)?;
    log::info!("{node}: GICv2, {} lines, {} list registers", gic.lines, list_regs.unwrap_or(0));
    Ok(Box::leak(Box::new(gic)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> Virtualization {
        Virtualization {
            version: GicVersion::V2,
            gich: None,
            gicv: None,
            maintenance_irq: None,
            list_regs: None,
        }
    }

    fn peek(at: usize, offset: usize) -> u32 {
        // SAFETY: inside fake registers, which stay for good.
        unsafe { core::ptr::with_exposed_provenance::<u32>(at + offset).read_volatile() }
    }

    fn poke(at: usize, offset: usize, value: u32) {
        // SAFETY: inside fake registers, which stay for good.
        unsafe { core::ptr::with_exposed_provenance_mut::<u32>(at + offset).write_volatile(value) }
    }

    #[test]
    fn programming() {
        let (d, c) = (Mmio::fake(0x1000), Mmio::fake(0x2000));
        let (da, ca) = (d.base().0, c.base().0);
        poke(da, 4, 2); // 96 lines
        poke(da, 0x800, 0x0404_0404); // this CPU is interface 2
        let gic = GicV2::new(d, c, none()).unwrap();
        assert_eq!(gic.lines(), 96);
        gic.init_cpu(CpuId(0)).unwrap();
        assert_eq!(peek(ca, 0), 1 | 1 << 9);
        assert_eq!((peek(ca, 4), peek(da, 0)), (0xf0, 1));
        gic.set_affinity(34, CpuId(0));
        assert_eq!(peek(da, 0x820), 0x04_0000);
        gic.set_affinity(35, CpuId(1));
        assert_eq!(peek(da, 0x820), 0x04_0000, "a CPU that is not up is no target");
        gic.send_sgi(CpuId(0), 1);
        assert_eq!(peek(da, 0xf00), 0x0004_0001);
        poke(ca, 0xc, 0x403);
        assert_eq!(gic.ack(), 0x403);
        gic.complete(0x403, false);
        assert_eq!((peek(ca, 0x10), peek(ca, 0x1000)), (0x403, 0));
        gic.complete(0x403, true);
        assert_eq!(peek(ca, 0x1000), 0x403, "an SGI's sender goes back to GICC_DIR");
        gic.unmask(34);
        assert_eq!(peek(da, 0x104), 4);
    }

    #[test]
    fn small_registers_are_refused() {
        assert!(GicV2::new(Mmio::fake(0x800), Mmio::fake(0x2000), none()).is_err());
        assert!(GicV2::new(Mmio::fake(0x1000), Mmio::fake(0x1000), none()).is_err());
    }
}
