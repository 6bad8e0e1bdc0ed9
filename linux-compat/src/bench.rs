// SPDX-License-Identifier: GPL-2.0-only
//! What the driver bench (feature `bench`, on the host only) puts below the shim: registers that are models. The bench
//! itself is the crate `driver-bench`.

use arch::PhysAddr;
use core::ffi::{c_uint, c_ulong, c_void};
use kernel::error::{Error, Result};
use kernel::sync::Once;

/// The registers of a bench.
pub trait Registers: Sync {
    /// Addresses that stand for `bytes` of registers at `phys`, whole pages, for good; 0 if there are none to be had.
    /// Nobody may load from or store to them directly.
    fn map(&self, phys: u64, bytes: u64) -> usize;
    /// Reads the register of 1, 2, 4 or 8 bytes that an address stands for.
    fn read(&self, at: usize, bytes: usize) -> u64;
    /// Writes it.
    fn write(&self, at: usize, bytes: usize, value: u64);
    /// A driver waits in a loop: interrupts may come, and time goes on.
    fn relax(&self);
}

static REGISTERS: Once<&'static dyn Registers> = Once::new();

/// Says what the registers are. Once, before [`start`](crate::start).
pub fn set_registers(registers: &'static dyn Registers) {
    REGISTERS.call_once(|| registers);
}

fn registers() -> &'static dyn Registers {
    *REGISTERS.get().expect("the bench sets the registers before drivers start")
}

/// Addresses for registers.
pub(crate) fn map(phys: PhysAddr, bytes: u64) -> Result<usize> {
    match registers().map(phys.0, bytes) {
        0 => Err(Error::OutOfMemory { what: "addresses for registers", bytes }),
        at => Ok(at),
    }
}

/// One load.
pub(crate) fn read(at: usize, bytes: usize) -> u64 {
    registers().read(at, bytes)
}

/// One store.
pub(crate) fn write(at: usize, bytes: usize, value: u64) {
    registers().write(at, bytes, value);
}

#[unsafe(no_mangle)]
extern "C" fn fv_io_read(at: *const c_void, bytes: c_uint) -> u64 {
    read(at.addr(), bytes as usize)
}

#[unsafe(no_mangle)]
extern "C" fn fv_io_write(at: *mut c_void, bytes: c_uint, value: u64) {
    write(at.addr(), bytes as usize, value);
}

#[unsafe(no_mangle)]
extern "C" fn fv_cpu_relax() {
    registers().relax();
}

#[unsafe(no_mangle)]
extern "C" fn fv_cycles() -> c_ulong {
    arch::counter::now()
}
