// SPDX-License-Identifier: GPL-2.0-only
//! What an interrupt controller driver offers.

use crate::dt::{Interrupt, Trigger};
use crate::error::Result;
use crate::mm::space::Mmio;
use crate::percpu::CpuId;

/// A version of the Arm Generic Interrupt Controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GicVersion {
    /// GICv2 (IHI 0048): memory-mapped CPU interface.
    V2,
    /// GICv3 and v4 (IHI 0069): CPU interface in system registers.
    V3,
}

/// What a controller has for guests.
#[derive(Clone, Debug)]
pub struct Virtualization {
    /// The version, and with it the kind of list registers.
    pub version: GicVersion,
    /// Registers of the virtual interface control (GICH), mapped; GICv2 only.
    pub gich: Option<&'static Mmio>,
    /// Physical range of the virtual CPU interface (GICV), to be mapped into guests: GICv2, and GICv3 where a GICv2
    /// guest can run.
    pub gicv: Option<crate::dt::Reg>,
    /// The maintenance interrupt; `None` if the tree names none.
    pub maintenance_irq: Option<Interrupt>,
    /// How many list registers there are; `None` if the CPU's own registers tell (GICv3, `ICH_VTR_EL2`).
    pub list_regs: Option<usize>,
}

/// An interrupt controller. Private interrupts (INTID below 32) are those of the CPU that calls. Context: any, with
/// interrupts masked where a CPU's own registers are meant.
pub trait IrqChip: Sync {
    /// Sets up the calling CPU's part, once per CPU, with every private interrupt masked but SGIs 0 to 7.
    ///
    /// # Errors
    /// The controller knows nothing of this CPU, or does not answer.
    fn init_cpu(&self, cpu: CpuId) -> Result<()>;
    /// Acknowledges the most urgent pending interrupt. Bits 9:0 are its INTID, 1020 to 1023 for none; the whole value
    /// goes to [`IrqChip::complete`].
    fn ack(&self) -> u32;
    /// Drops the running priority of an acknowledged interrupt, and deactivates it if so told.
    fn complete(&self, ack: u32, deactivate: bool);
    /// Deactivates an interrupt that was completed without.
    fn deactivate(&self, ack: u32);
    /// Masks an interrupt.
    fn mask(&self, intid: u32);
    /// Unmasks an interrupt.
    fn unmask(&self, intid: u32);
    /// Sets how an interrupt signals.
    fn set_type(&self, intid: u32, trigger: Trigger);
    /// Has this CPU take only interrupts whose priority is a lower value than `below`.
    fn set_threshold(&self, below: u8);
    /// Sets an interrupt's priority.
    fn set_priority(&self, intid: u32, priority: u8);
    /// Routes a shared interrupt to a CPU.
    fn set_affinity(&self, intid: u32, cpu: CpuId);
    /// Sends a software-generated interrupt, 0 to 15.
    fn send_sgi(&self, cpu: CpuId, sgi: u32);
    /// Sets or clears the active state: how a switch of guests carries a forwarded interrupt along.
    fn set_active(&self, intid: u32, active: bool);
    /// Whether an interrupt is active.
    fn is_active(&self, intid: u32) -> bool;
    /// Sets or clears the pending state.
    fn set_pending(&self, intid: u32, pending: bool);
    /// Whether an interrupt is pending.
    fn is_pending(&self, intid: u32) -> bool;
    /// How many INTIDs there are, the private ones included.
    fn lines(&self) -> u32;
    /// What the controller has for guests.
    fn virtualization(&self) -> Virtualization;
    /// A name for reports.
    fn name(&self) -> &str;
}
