// SPDX-License-Identifier: GPL-2.0-only
//! GICv3 and GICv4: distributor, one redistributor per CPU, CPU interface in system registers (IHI 0069). LPIs are
//! left off. All interrupts are in non-secure group 1.

use super::distributor::{Control, Registers as Distributor, wait_until};
use alloc::boxed::Box;
use alloc::vec::Vec;
use arch::cpu::Mpidr;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use kernel::boot::IrqChipDriver;
use kernel::dt::{DtErrorKind, Interrupt, Node};
use kernel::error::{Error, Result};
use kernel::irq::{GicVersion, IrqChip, Trigger, Virtualization};
use kernel::mm::space::{self, Mmio};
use kernel::percpu::{CpuId, MAX_CPUS, PerCpu};
use kernel::smp;
use kernel::sync::SpinLock;
use tock_registers::interfaces::{ReadWriteable, Readable, Writeable};
use tock_registers::registers::{ReadOnly, ReadWrite};
use tock_registers::{register_bitfields, register_structs};

/// The driver.
pub const DRIVER: IrqChipDriver = IrqChipDriver { name: "gicv3", compatible: &["arm,gic-v3"], probe };

/// Bytes of a frame of registers.
const FRAME: usize = 0x1_0000;
/// Offset of the GICD_IROUTER registers, 64 bits each.
const IROUTER: usize = 0x6000;

register_bitfields! { u32,
    /// GICR_CTLR (12.11).
    RedistributorControl [
        /// A write has not taken effect yet.
        RWP 3
    ],
    /// GICR_WAKER (12.11).
    Waker [
        /// The CPU is said to sleep.
        PROCESSOR_SLEEP 1,
        /// The interface to the CPU sleeps.
        CHILDREN_ASLEEP 2
    ]
}

register_bitfields! { u64,
    /// GICR_TYPER (12.11).
    RedistributorType [
        /// There are two more frames: GICv4's virtual LPIs.
        VLPIS OFFSET(1) NUMBITS(1),
        /// The last redistributor of its region.
        LAST OFFSET(4) NUMBITS(1),
        /// Aff3.Aff2.Aff1.Aff0 of its CPU.
        AFFINITY OFFSET(32) NUMBITS(32)
    ]
}

register_structs! {
    /// The first frame of a redistributor.
    Redistributor {
        /// GICR_CTLR.
        (0x00 => ctlr: ReadWrite<u32, RedistributorControl::Register>),
        (0x04 => _reserved0),
        /// GICR_TYPER.
        (0x08 => typer: ReadOnly<u64, RedistributorType::Register>),
        (0x10 => _reserved1),
        /// GICR_WAKER.
        (0x14 => waker: ReadWrite<u32, Waker::Register>),
        (0x18 => @END),
    }
}

/// A GICv3 in use.
pub struct GicV3 {
    distributor: Mmio,
    regions: Vec<Mmio>,
    /// Bytes from one redistributor to the next; 0 to go by GICR_TYPER.
    stride: usize,
    /// Where each CPU's redistributor is; 0 if it is not up.
    redistributors: PerCpu<AtomicUsize>,
    /// Serialises changes of registers that several interrupts share.
    change: SpinLock<()>,
    lines: u32,
    virtualization: Virtualization,
}

fn invalid(why: alloc::string::String) -> Error {
    Error::Invalid { what: "GICv3", why }
}

/// MPIDR's affinity fields in the order of GICR_TYPER.
fn packed_affinity(mpidr: Mpidr) -> u64 {
    (mpidr.0 & 0xff_ffff) | (mpidr.0 >> 32 & 0xff) << 24
}

/// The value of ICC_SGI1R_EL1 that sends `sgi` to one CPU (12.2.20).
fn sgi1r(mpidr: Mpidr, sgi: u32) -> u64 {
    let field = |shift: u32| mpidr.0 >> shift & 0xff;
    let (aff0, aff1, aff2, aff3) = (field(0), field(8), field(16), field(32));
    aff3 << 48 | (aff0 >> 4) << 44 | aff2 << 32 | u64::from(sgi & 0xf) << 24 | aff1 << 16 | 1 << (aff0 & 0xf)
}

impl GicV3 {
    fn new(
        distributor: Mmio,
        regions: Vec<Mmio>,
        stride: usize,
        virtualization: Virtualization,
    ) -> Result<Self> {
        if distributor.len() < FRAME || !distributor.base().is_aligned(8) {
            return Err(invalid("the distributor in reg is smaller than 64 KiB".into()));
        }
        let gic = GicV3 {
            distributor,
            regions,
            stride,
            redistributors: PerCpu::new([const { AtomicUsize::new(0) }; MAX_CPUS]),
            change: SpinLock::new(()),
            lines: 0,
            virtualization,
        };
        let d = gic.distributor();
        let lines = d.lines();
        d.control(Control::ENABLE_GRP0::CLEAR);
        d.settle()?;
        d.reset_shared(lines, true);
        d.settle()?;
        d.control(Control::ARE::SET + Control::ENABLE_GRP1A::SET);
        d.settle()?;
        Ok(GicV3 { lines, ..gic })
    }

    #[inline]
    fn distributor(&self) -> &Distributor {
        // SAFETY: the structure describes a distributor, which does not touch memory; `new` checked size and alignment.
        unsafe { &*self.distributor.base().as_ptr() }
    }

    /// Searches the regions for this CPU's redistributor.
    fn find(&self, mpidr: Mpidr) -> Option<usize> {
        for region in &self.regions {
            let mut offset = 0;
            // SAFETY: the structure describes a redistributor, which does not touch memory with LPIs off.
            while let Some(r) = unsafe { region.registers::<Redistributor>(offset) } {
                if r.typer.read(RedistributorType::AFFINITY) == packed_affinity(mpidr) {
                    return (offset + 2 * FRAME <= region.len()).then_some(region.base().0 + offset);
                }
                if r.typer.is_set(RedistributorType::LAST) {
                    break;
                }
                let frames = if r.typer.is_set(RedistributorType::VLPIS) { 4 } else { 2 };
                offset += if self.stride > 0 { self.stride } else { frames * FRAME };
            }
        }
        None
    }

    /// The registers for private interrupts of a CPU, or the distributor's for shared ones.
    #[inline]
    fn of(&self, intid: u32) -> Option<&Distributor> {
        if intid >= 32 {
            return Some(self.distributor());
        }
        match self.redistributors.here().load(Relaxed) {
            0 => None,
            // SAFETY: `find` found this CPU's redistributor with its second frame mapped there, for as long as `self`
            // lives; the registers used of it are at the same offsets as in a distributor.
            base => Some(unsafe { &*core::ptr::with_exposed_provenance::<Distributor>(base + FRAME) }),
        }
    }

    fn wake(&self, base: usize) -> Result<()> {
        // SAFETY: `find` found a redistributor mapped there.
        let r = unsafe { &*core::ptr::with_exposed_provenance::<Redistributor>(base) };
        r.waker.modify(Waker::PROCESSOR_SLEEP::CLEAR);
        wait_until("the redistributor", || !r.waker.is_set(Waker::CHILDREN_ASLEEP))?;
        // SAFETY: the redistributor's second frame, as in `of`.
        unsafe { &*core::ptr::with_exposed_provenance::<Distributor>(base + FRAME) }.reset_private(true);
        wait_until("the redistributor", || !r.ctlr.is_set(RedistributorControl::RWP))
    }
}

impl IrqChip for GicV3 {
    fn init_cpu(&self, cpu: CpuId) -> Result<()> {
        let mpidr = arch::cpu::mpidr();
        let base = self.find(mpidr).ok_or_else(|| {
            invalid(alloc::format!("no redistributor is for the CPU with MPIDR {:#x}", mpidr.0))
        })?;
        self.wake(base)?;
        self.redistributors.of(cpu).store(base, Relaxed);
        icc::enable()
    }

    #[inline]
    fn ack(&self) -> u32 {
        icc::ack()
    }

    #[inline]
    fn complete(&self, ack: u32, deactivate: bool) {
        icc::complete(ack, deactivate);
    }

    fn deactivate(&self, ack: u32) {
        icc::deactivate(ack);
    }

    fn mask(&self, intid: u32) {
        if let Some(r) = self.of(intid) {
            r.set_enabled(intid, false);
        }
    }

    fn unmask(&self, intid: u32) {
        if let Some(r) = self.of(intid) {
            r.set_enabled(intid, true);
        }
    }

    fn set_type(&self, intid: u32, trigger: Trigger) {
        let _change = self.change.lock();
        if let Some(r) = self.of(intid) {
            r.set_trigger(intid, trigger);
        }
    }

    fn set_threshold(&self, below: u8) {
        icc::set_threshold(below);
    }

    fn set_priority(&self, intid: u32, priority: u8) {
        if let Some(r) = self.of(intid) {
            r.set_priority(intid, priority);
        }
    }

    fn set_affinity(&self, intid: u32, cpu: CpuId) {
        let offset = IROUTER + 8 * intid as usize;
        if let Some(mpidr) = smp::mpidr(cpu).filter(|_| (32..1020).contains(&intid))
            // SAFETY: GICD_IROUTER is a 64-bit register that takes an affinity.
            && let Some(router) = unsafe { self.distributor.registers::<ReadWrite<u64>>(offset) }
        {
            router.set(mpidr.0);
        }
    }

    fn send_sgi(&self, cpu: CpuId, sgi: u32) {
        if let Some(mpidr) = smp::mpidr(cpu) {
            // What the other CPU shall find must be in memory before the interrupt is.
            core::sync::atomic::fence(core::sync::atomic::Ordering::SeqCst);
            icc::send(sgi1r(mpidr, sgi));
        }
    }

    fn set_active(&self, intid: u32, active: bool) {
        if let Some(r) = self.of(intid) {
            r.set_active_state(intid, active);
        }
    }

    fn is_active(&self, intid: u32) -> bool {
        self.of(intid).is_some_and(|r| r.is_active(intid))
    }

    fn set_pending(&self, intid: u32, pending: bool) {
        if let Some(r) = self.of(intid) {
            r.set_pending_state(intid, pending);
        }
    }

    fn is_pending(&self, intid: u32) -> bool {
        self.of(intid).is_some_and(|r| r.is_pending(intid))
    }

    fn lines(&self) -> u32 {
        self.lines
    }

    fn virtualization(&self) -> Virtualization {
        self.virtualization.clone()
    }

    fn name(&self) -> &str {
        "GICv3"
    }
}

/// The CPU interface.
#[cfg(target_os = "none")]
mod icc {
    use super::{Result, invalid};
    use arch::gicv3;
    use kernel::irq::soft::ALL;

    /// Opens this CPU's interface: all priorities below 0xf0, group 1, EOImode 1.
    pub fn enable() -> Result<()> {
        if !gicv3::present() {
            return Err(invalid(
                "the CPU has no GICv3 system registers, though the device tree has a GICv3".into(),
            ));
        }
        // SRE, and access for EL1 (guests are held off by HCR_EL2 and ICH_HCR_EL2 instead).
        gicv3::set_sre_el2(gicv3::sre_el2() | 1 | 1 << 3);
        if gicv3::sre_el2() & 1 == 0 {
            return Err(invalid("firmware keeps the system register interface (ICC_SRE_EL2.SRE) off".into()));
        }
        gicv3::set_pmr(ALL.into());
        gicv3::set_bpr1(0);
        gicv3::set_ctlr(1 << 1);
        gicv3::set_igrpen1(1);
        Ok(())
    }

    #[inline]
    pub fn ack() -> u32 {
        gicv3::iar1() as u32
    }

    #[inline]
    pub fn complete(ack: u32, deactivate: bool) {
        gicv3::eoir1(ack.into());
        if deactivate {
            gicv3::dir(ack.into());
        }
    }

    #[inline]
    pub fn deactivate(ack: u32) {
        gicv3::dir(ack.into());
    }

    pub fn set_threshold(below: u8) {
        gicv3::set_pmr(below.into());
    }

    #[inline]
    pub fn send(value: u64) {
        gicv3::sgi1r(value);
    }
}

/// The CPU interface, on the host: there is none.
#[cfg(not(target_os = "none"))]
mod icc {
    use super::Result;

    pub fn enable() -> Result<()> {
        Ok(())
    }
    pub fn ack() -> u32 {
        1023
    }
    pub fn complete(_: u32, _: bool) {}
    pub fn deactivate(_: u32) {}
    pub fn set_threshold(_: u8) {}
    pub fn send(_: u64) {}
}

/// `reg` holds the distributor, the redistributor regions, and possibly GICC, GICH and GICV of a GICv2 mode.
fn probe(node: &Node<'static>) -> Result<&'static dyn IrqChip> {
    let regions = if node.property("#redistributor-regions").is_some() {
        node.u32("#redistributor-regions")? as usize
    } else {
        1
    };
    let stride = if node.property("redistributor-stride").is_some() {
        let stride = node.number("redistributor-stride")?;
        if stride == 0 || !stride.is_multiple_of(FRAME as u64) || stride > 1 << 24 {
            let kind = DtErrorKind::Value { found: stride, expected: "a multiple of 64 KiB up to 16 MiB" };
            return Err(node.error("redistributor-stride", kind).into());
        }
        stride as usize
    } else {
        0
    };
    let distributor = node.reg(0)?;
    let distributor = space::map_device(distributor.base, distributor.size)?;
    let mut mapped = Vec::new();
    for index in 1..=regions.min(64) {
        let reg = node.reg(index)?;
        mapped.push(space::map_device(reg.base, reg.size)?);
    }
    let maintenance_irq: Option<Interrupt> = node.interrupt(0).ok();
    let gicv = node.reg(regions + 3).ok();
    let virtualization =
        Virtualization { version: GicVersion::V3, gich: None, gicv, maintenance_irq, list_regs: None };
    let gic = GicV3::new(distributor, mapped, stride, virtualization)?;
    log::info!("{node}: GICv3, {} lines", gic.lines);
    Ok(Box::leak(Box::new(gic)))
}

#[cfg(test)]
mod tests;
