// SPDX-License-Identifier: GPL-2.0-only
//! Caches, TLBs, firmware, vectors: what has no state that tests look at.

/// Cache upkeep: nothing to do on the host.
pub mod cache {
    use crate::VirtAddr;

    /// See the real one.
    pub fn clean(_start: VirtAddr, _bytes: usize) {}
    /// See the real one.
    pub fn clean_invalidate(_start: VirtAddr, _bytes: usize) {}
    /// See the real one.
    pub fn sync_instructions(_start: VirtAddr, _bytes: usize) {}

    /// See the real one.
    ///
    /// # Safety
    /// The range must be writable memory that nothing else uses.
    pub unsafe fn zero_pages(start: VirtAddr, bytes: usize) {
        // SAFETY: the caller vouches for the range.
        unsafe { core::ptr::write_bytes(start.as_ptr::<u8>(), 0, bytes) };
    }

    /// See the real one.
    ///
    /// # Safety
    /// Both ranges must be valid.
    pub unsafe fn copy(to: *mut u8, from: *const u8, bytes: usize) {
        // SAFETY: the caller vouches for the ranges.
        unsafe { core::ptr::copy(from, to, bytes) };
    }

    /// See the real one.
    ///
    /// # Safety
    /// The 32 bytes must be valid.
    pub unsafe fn load_words(from: *const u8) -> [u64; 4] {
        // SAFETY: the caller vouches for the bytes.
        unsafe { from.cast::<[u64; 4]>().read_unaligned() }
    }

    /// See the real one.
    ///
    /// # Safety
    /// The 24 bytes must be valid for writes.
    pub unsafe fn store_words(to: *mut u8, words: [u64; 3]) {
        // SAFETY: the caller vouches for the bytes.
        unsafe { to.cast::<[u64; 3]>().write_unaligned(words) };
    }
}

/// TLB upkeep: nothing to do on the host.
pub mod tlb {
    use crate::{GuestPhysAddr, VirtAddr};

    /// See the real one.
    pub fn flush_page(_page: VirtAddr) {}
    /// See the real one.
    pub fn flush_all() {}
    /// See the real one.
    pub fn flush_guests() {}
    /// See the real one.
    pub fn flush_loaded_guest_here() {}

    /// See the real one.
    ///
    /// # Safety
    /// None on the host.
    pub unsafe fn flush_guest(_vttbr: u64) {}

    /// See the real one.
    ///
    /// # Safety
    /// None on the host.
    pub unsafe fn flush_guest_page(_vttbr: u64, _page: GuestPhysAddr) {}
}

/// Firmware calls: a function that tests set answers them.
pub mod smccc {
    use std::cell::Cell;

    /// How firmware is called.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum Conduit {
        /// `smc #0`.
        Smc,
        /// `hvc #0`.
        Hvc,
    }

    /// Answers a call.
    pub type Firmware = fn(Conduit, [u64; 8]) -> [u64; 4];

    thread_local! {
        static FIRMWARE: Cell<Firmware> = const { Cell::new(|_, _| [u64::MAX, 0, 0, 0]) };
    }

    /// Sets what answers [`call`] on this thread; until then every call answers NOT_SUPPORTED.
    pub fn set_firmware(f: Firmware) {
        FIRMWARE.with(|cell| cell.set(f));
    }

    /// See the real one.
    pub fn call(conduit: Conduit, args: [u64; 8]) -> [u64; 4] {
        FIRMWARE.with(Cell::get)(conduit, args)
    }
}

/// The vectors: handlers are only remembered by type.
pub mod vectors {
    use crate::frame::{FaultKind, GuestFrame, HostFrame};

    /// Where exceptions go.
    #[derive(Clone, Copy)]
    pub struct Handlers {
        /// See the real one.
        pub guest_sync: fn(&mut GuestFrame),
        /// See the real one.
        pub guest_irq: fn(&mut GuestFrame),
        /// See the real one.
        pub guest_serror: fn(&mut GuestFrame),
        /// See the real one.
        pub host_irq: fn(&mut HostFrame),
        /// See the real one.
        pub host_fault: fn(&mut HostFrame, FaultKind),
    }

    /// See the real one; there are no exceptions on the host.
    pub fn install(_handlers: &Handlers) {}
    /// See the real one.
    pub fn set_base() {}

    /// See the real one.
    ///
    /// # Safety
    /// Never called on the host: it panics.
    pub unsafe extern "C" fn enter_guest(_frame: *mut GuestFrame) -> ! {
        panic!("a guest cannot run on the host")
    }
}

/// The host's GICv3 interface: not there on the host.
pub mod gicv3 {
    /// See the real one.
    pub fn present() -> bool {
        false
    }
}

/// The map of EL2: nothing to activate on the host.
pub mod mmu {
    use crate::{PhysAddr, VirtAddr};

    /// See the real one.
    #[repr(C)]
    pub struct SecondaryBoot {
        /// See the real one.
        pub ttbr0: u64,
        /// See the real one.
        pub stack_top: u64,
        /// See the real one.
        pub entry: extern "C" fn(usize) -> !,
        /// See the real one.
        pub arg: usize,
    }

    /// See the real one.
    ///
    /// # Safety
    /// None on the host.
    pub unsafe fn activate(_root: PhysAddr) {}

    /// See the real one.
    pub fn secondary_entry() -> PhysAddr {
        PhysAddr(0)
    }

    /// See the real one.
    pub fn set_spin_table_argument(_boot: PhysAddr) {}

    /// See the real one.
    pub fn secondary_boot(
        root: PhysAddr,
        stack_top: VirtAddr,
        entry: extern "C" fn(usize) -> !,
        arg: usize,
    ) -> SecondaryBoot {
        SecondaryBoot { ttbr0: root.0, stack_top: stack_top.0 as u64, entry, arg }
    }
}
