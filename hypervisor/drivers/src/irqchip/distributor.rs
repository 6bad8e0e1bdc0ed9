// SPDX-License-Identifier: GPL-2.0-only
//! The registers that the distributors of GICv2 (IHI 0048, 4.1.2) and GICv3 (IHI 0069, 12.8) share, and that a GICv3
//! redistributor repeats in its SGI frame at the same offsets (12.10).

use kernel::error::{Error, Result};
use kernel::irq::{DEFAULT_PRIORITY, Trigger};
use tock_registers::fields::FieldValue;
use tock_registers::interfaces::{Readable, Writeable};
use tock_registers::registers::{ReadOnly, ReadWrite};
use tock_registers::{register_bitfields, register_structs};

register_bitfields! { u32,
    /// Distributor control. GICv2 knows bit 0 alone; the others are GICv3's, as a non-secure access sees them.
    pub Control [
        /// Enable group 0 (GICv2: the interrupts of our world).
        ENABLE_GRP0 0,
        /// Enable non-secure group 1 with affinity routing.
        ENABLE_GRP1A 1,
        /// Affinity routing.
        ARE 4,
        /// A register write has not taken effect yet.
        RWP 31
    ],
    /// Distributor type.
    pub Type [
        /// Lines / 32 - 1.
        LINES OFFSET(0) NUMBITS(5),
        /// CPUs - 1, GICv2.
        CPUS OFFSET(5) NUMBITS(3)
    ]
}

register_structs! {
    /// Register map. In a redistributor's SGI frame, only words 0 of the arrays exist and the registers before them mean
    /// something else.
    pub Registers {
        /// GICD_CTLR.
        (0x000 => pub ctlr: ReadWrite<u32, Control::Register>),
        /// GICD_TYPER.
        (0x004 => pub typer: ReadOnly<u32, Type::Register>),
        /// GICD_IIDR: who made it.
        (0x008 => pub iidr: ReadOnly<u32>),
        (0x00c => _reserved0),
        /// GICD_IGROUPR: 1 is group 1.
        (0x080 => pub group: [ReadWrite<u32>; 32]),
        /// GICD_ISENABLER: 1 enables.
        (0x100 => pub set_enable: [ReadWrite<u32>; 32]),
        /// GICD_ICENABLER: 1 disables.
        (0x180 => pub clear_enable: [ReadWrite<u32>; 32]),
        /// GICD_ISPENDR.
        (0x200 => pub set_pending: [ReadWrite<u32>; 32]),
        /// GICD_ICPENDR.
        (0x280 => pub clear_pending: [ReadWrite<u32>; 32]),
        /// GICD_ISACTIVER.
        (0x300 => pub set_active: [ReadWrite<u32>; 32]),
        /// GICD_ICACTIVER.
        (0x380 => pub clear_active: [ReadWrite<u32>; 32]),
        /// GICD_IPRIORITYR, a byte each.
        (0x400 => pub priority: [ReadWrite<u8>; 1024]),
        /// GICD_ITARGETSR, a byte of CPU interfaces each: GICv2.
        (0x800 => pub targets: [ReadWrite<u8>; 1024]),
        /// GICD_ICFGR, two bits each: bit 1 is edge.
        (0xc00 => pub config: [ReadWrite<u32>; 64]),
        (0xd00 => _reserved1),
        /// GICD_SGIR: GICv2.
        (0xf00 => pub sgi: ReadWrite<u32>),
        (0xf04 => _reserved2),
        (0x1000 => @END),
    }
}

/// Polls of a register before a controller counts as dead.
const PATIENCE: u32 = 1_000_000;

/// Waits until `done`.
pub(super) fn wait_until(what: &str, mut done: impl FnMut() -> bool) -> Result<()> {
    for _ in 0..PATIENCE {
        if done() {
            return Ok(());
        }
        arch::cpu::relax();
    }
    Err(Error::Invalid { what: "interrupt controller", why: alloc::format!("{what} does not become ready") })
}

/// The word of a bit array that holds an interrupt's bit.
#[inline]
fn word<T>(array: &[T], intid: u32) -> Option<&T> {
    array.get(intid as usize / 32)
}

#[inline]
fn bit(intid: u32) -> u32 {
    1 << (intid % 32)
}

impl Registers {
    /// How many INTIDs there are.
    pub fn lines(&self) -> u32 {
        ((self.typer.read(Type::LINES) + 1) * 32).min(1020)
    }

    /// GICv3: waits until writes have taken effect.
    pub fn settle(&self) -> Result<()> {
        wait_until("the distributor", || !self.ctlr.is_set(Control::RWP))
    }

    /// Puts every shared interrupt into a known state: disabled, inactive, level, not pending, `group`, with the default
    /// priority.
    pub fn reset_shared(&self, lines: u32, group1: bool) {
        for intid in (32..lines).step_by(32) {
            self.reset_word(intid, group1);
        }
        for intid in 32..lines {
            self.set_priority(intid, DEFAULT_PRIORITY);
        }
        for config in self.config.iter().take(lines as usize / 16).skip(2) {
            config.set(0);
        }
    }

    /// Puts the private interrupts into a known state: SGIs enabled, PPIs disabled, inactive, with the default priority.
    pub fn reset_private(&self, group1: bool) {
        self.reset_word(0, group1);
        for intid in 0..32 {
            self.set_priority(intid, DEFAULT_PRIORITY);
        }
        self.set_enable[0].set(0xffff);
    }

    fn reset_word(&self, intid: u32, group1: bool) {
        let set = |array: &[ReadWrite<u32>], value| {
            if let Some(register) = word(array, intid) {
                register.set(value);
            }
        };
        set(&self.clear_enable, u32::MAX);
        set(&self.clear_pending, u32::MAX);
        set(&self.clear_active, u32::MAX);
        set(&self.group, if group1 { u32::MAX } else { 0 });
    }

    /// Enables or disables.
    #[inline]
    pub fn set_enabled(&self, intid: u32, enabled: bool) {
        let array = if enabled { &self.set_enable } else { &self.clear_enable };
        if let Some(register) = word(array, intid) {
            register.set(bit(intid));
        }
    }

    /// Sets or clears the active state.
    #[inline]
    pub fn set_active_state(&self, intid: u32, active: bool) {
        let array = if active { &self.set_active } else { &self.clear_active };
        if let Some(register) = word(array, intid) {
            register.set(bit(intid));
        }
    }

    /// Whether it is active.
    pub fn is_active(&self, intid: u32) -> bool {
        word(&self.set_active, intid).is_some_and(|r| r.get() & bit(intid) != 0)
    }

    /// Sets or clears the pending state.
    pub fn set_pending_state(&self, intid: u32, pending: bool) {
        let array = if pending { &self.set_pending } else { &self.clear_pending };
        if let Some(register) = word(array, intid) {
            register.set(bit(intid));
        }
    }

    /// Whether it is pending.
    pub fn is_pending(&self, intid: u32) -> bool {
        word(&self.set_pending, intid).is_some_and(|r| r.get() & bit(intid) != 0)
    }

    /// Sets the priority.
    pub fn set_priority(&self, intid: u32, priority: u8) {
        if let Some(register) = self.priority.get(intid as usize) {
            register.set(priority);
        }
    }

    /// Sets how it signals. To be called with the interrupt disabled.
    pub fn set_trigger(&self, intid: u32, trigger: Trigger) {
        if let Some(register) = self.config.get(intid as usize / 16) {
            let mask = 2 << (intid % 16 * 2);
            let old = register.get();
            register.set(if trigger == Trigger::Edge { old | mask } else { old & !mask });
        }
    }

    /// Writes the control register.
    pub fn control(&self, value: FieldValue<u32, Control::Register>) {
        self.ctlr.write(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::mm::space::Mmio;

    fn fake() -> (Mmio, &'static Registers) {
        let mmio = Mmio::fake(size_of::<Registers>());
        // SAFETY: fake registers stay for good.
        let registers = unsafe { &*mmio.base().as_ptr::<Registers>() };
        (mmio, registers)
    }

    fn word_at(mmio: &Mmio, offset: usize) -> u32 {
        // SAFETY: inside the fake registers.
        unsafe { mmio.base().as_ptr::<u32>().byte_add(offset).read_volatile() }
    }

    #[test]
    fn bits_land_where_the_manual_says() {
        let (mmio, r) = fake();
        r.set_enabled(0x2b, true);
        assert_eq!(word_at(&mmio, 0x104), 1 << 11);
        r.set_enabled(0x2b, false);
        assert_eq!(word_at(&mmio, 0x184), 1 << 11);
        r.set_active_state(27, true);
        assert_eq!(word_at(&mmio, 0x300), 1 << 27);
        assert!(r.is_active(27) && !r.is_active(26));
        r.set_active_state(27, false);
        assert_eq!(word_at(&mmio, 0x380), 1 << 27);
        r.set_pending_state(1019, true);
        assert_eq!(word_at(&mmio, 0x27c), 1 << 27);
        assert!(r.is_pending(1019));
        r.set_priority(33, 0x40);
        assert_eq!(word_at(&mmio, 0x420), 0x4000);
        r.set_trigger(35, Trigger::Edge);
        assert_eq!(word_at(&mmio, 0xc08), 2 << 6);
        r.set_trigger(35, Trigger::Level);
        assert_eq!(word_at(&mmio, 0xc08), 0);
    }

    #[test]
    fn numbers_beyond_the_registers_do_nothing() {
        let (mmio, r) = fake();
        for intid in [1024, 5000, u32::MAX] {
            r.set_enabled(intid, true);
            r.set_priority(intid, 1);
            r.set_trigger(intid, Trigger::Edge);
            assert!(!r.is_active(intid) && !r.is_pending(intid));
        }
        assert!((0..0x1000).step_by(4).all(|o| word_at(&mmio, o) == 0));
    }

    #[test]
    fn reset_covers_all_lines_and_no_more() {
        let (mmio, r) = fake();
        // SAFETY: inside the fake registers: 64 lines.
        unsafe { mmio.base().as_ptr::<u32>().byte_add(4).write_volatile(1) };
        assert_eq!(r.lines(), 64);
        r.reset_shared(r.lines(), true);
        assert_eq!((word_at(&mmio, 0x180), word_at(&mmio, 0x184), word_at(&mmio, 0x188)), (0, u32::MAX, 0));
        assert_eq!((word_at(&mmio, 0x84), word_at(&mmio, 0x88)), (u32::MAX, 0));
        assert_eq!(
            (word_at(&mmio, 0x41c), word_at(&mmio, 0x420), word_at(&mmio, 0x440)),
            (0, 0xa0a0_a0a0, 0)
        );
        r.reset_private(true);
        assert_eq!((word_at(&mmio, 0x100), word_at(&mmio, 0x41c)), (0xffff, 0xa0a0_a0a0));
    }
}
