// SPDX-License-Identifier: GPL-2.0-only
//! Locks of the hardware, by which the hypervisor and processors that run something else (a system controller, a DSP)
//! share memory or a device.
//!
//! A controller's driver registers a [`Bank`] of them; each has a number that is its alone in the machine. Whoever wants
//! one requests it, and has it until the [`Handle`] goes. Taking one keeps other contexts of the hypervisor out as well,
//! as the [`Mode`] says: the hardware tells processors apart, not threads.

use crate::error::Cause;
use crate::percpu;
use crate::sync::SpinLock;
use crate::time::{self, NS_PER_MS};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::fence;

/// What the functions of this module return.
pub type Result<T> = core::result::Result<T, Cause>;

/// What a driver does for the locks of its bank, which it counts from 0.
pub trait BankOps: Send + Sync {
    /// Takes a lock if nobody has it; whether it did. Context: any; does not sleep.
    fn try_take(&self, index: u32) -> bool;
    /// Gives a lock back. Context: any; does not sleep.
    fn give(&self, index: u32);
    /// Waits a little between two attempts. Context: any; does not sleep.
    fn relax(&self, _index: u32) {}
    /// Takes a lock away from a processor that died with it. Context: any.
    ///
    /// # Errors
    /// `Unsupported`, or the driver's.
    fn bust(&self, _index: u32, _owner: u32) -> Result<()> {
        Err(Cause::Unsupported)
    }
    /// One more lock of the bank has a user: it must have its clock and power. Context: sleeps.
    ///
    /// # Errors
    /// The driver's; the lock has no user then.
    fn resume(&self) -> Result<()> {
        Ok(())
    }
    /// One lock fewer has a user. Context: any.
    fn idle(&self) {}
}

/// What taking a lock does to the CPU that takes it, beside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Preemption is off meanwhile.
    Preempt,
    /// Interrupts are masked meanwhile, and preemption is off.
    Interrupts,
    /// Nothing: the caller keeps other contexts of the hypervisor out by itself.
    Raw,
    /// Nothing, in atomic context: waiting is counted by what is waited.
    Atomic,
}

impl Mode {
    /// Whether other contexts of the hypervisor are kept out.
    fn excludes(self) -> bool {
        matches!(self, Mode::Preempt | Mode::Interrupts)
    }
}

/// Whether interrupts were masked before a lock was taken: what giving it back wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// They were.
    pub masked: bool,
}

/// One lock of a bank.
struct State {
    /// Somebody has requested it.
    used: AtomicBool,
    /// Some context of the hypervisor has it.
    ours: AtomicBool,
}

/// A registered bank.
pub struct Bank {
    base: u32,
    locks: Vec<State>,
    ops: Box<dyn BankOps>,
}

impl Bank {
    /// The number of its first lock.
    pub fn base(&self) -> u32 {
        self.base
    }

    /// How many locks it has.
    pub fn count(&self) -> u32 {
        self.locks.len() as u32
    }

    /// How many of them have a user.
    pub fn used(&self) -> usize {
        self.locks.iter().filter(|lock| lock.used.load(Relaxed)).count()
    }
}

/// By the numbers of their locks.
static BANKS: SpinLock<Vec<Arc<Bank>>> = SpinLock::new(Vec::new());

/// Registers `count` locks, numbered from `base`. Context: may allocate.
///
/// # Errors
/// `Invalid`: there are none, or their numbers end; `Exists`: another bank has one of the numbers.
pub fn register(base: u32, count: u32, ops: Box<dyn BankOps>) -> Result<Arc<Bank>> {
    let end = base.checked_add(count).filter(|_| count > 0).ok_or(Cause::Invalid)?;
    let state = || State { used: AtomicBool::new(false), ours: AtomicBool::new(false) };
    let made = Arc::new(Bank { base, locks: (0..count).map(|_| state()).collect(), ops });
    let mut banks = BANKS.lock();
    if banks.iter().any(|other| base < other.base + other.count() && other.base < end) {
        return Err(Cause::Exists);
    }
    let at = banks.partition_point(|other| other.base < base);
    banks.insert(at, Arc::clone(&made));
    Ok(made)
}

/// Takes a bank away. Context: may free.
///
/// # Errors
/// `Busy`: one of its locks has a user; `NotFound`: it is not registered.
pub fn unregister(bank: &Arc<Bank>) -> Result<()> {
    let mut banks = BANKS.lock();
    let at = banks.iter().position(|other| Arc::ptr_eq(other, bank)).ok_or(Cause::NotFound)?;
    if bank.used() > 0 {
        return Err(Cause::Busy);
    }
    let gone = banks.remove(at);
    drop(banks);
    drop(gone);
    Ok(())
}

/// All banks, by the numbers of their locks. Context: may allocate.
pub fn list() -> Vec<Arc<Bank>> {
    BANKS.lock().clone()
}

/// The lock of that number, or the first that is free, for one user. Context: sleeps.
///
/// # Errors
/// `NotFound`: there is none, or none free; `Busy`: it has a user already; or the driver's.
pub fn request(id: Option<u32>) -> Result<Handle> {
    let (bank, index) = reserve(id)?;
    if let Err(error) = bank.ops.resume() {
        if let Some(lock) = bank.locks.get(index as usize) {
            lock.used.store(false, Relaxed);
        }
        return Err(error);
    }
    Ok(Handle { bank, index })
}

/// Notes a user of the lock of that number, or of the first that has none.
fn reserve(id: Option<u32>) -> Result<(Arc<Bank>, u32)> {
    let banks = BANKS.lock();
    let mut all = banks
        .iter()
        .flat_map(|bank| bank.locks.iter().zip(0..).map(move |(lock, index)| (bank, lock, index)));
    let free = |lock: &State| lock.used.compare_exchange(false, true, Relaxed, Relaxed).is_ok();
    let found = match id {
        Some(id) => {
            let (bank, lock, index) =
                all.find(|(bank, _, index)| bank.base + index == id).ok_or(Cause::NotFound)?;
            free(lock).then_some((bank, index)).ok_or(Cause::Busy)?
        }
        None => all
            .find(|(_, lock, _)| free(lock))
            .map(|(bank, _, index)| (bank, index))
            .ok_or(Cause::NotFound)?,
    };
    Ok((Arc::clone(found.0), found.1))
}

/// A lock that its user has requested. It is free again when this goes. Context of that: any but interrupt handlers.
pub struct Handle {
    bank: Arc<Bank>,
    index: u32,
}

impl Drop for Handle {
    fn drop(&mut self) {
        if let Some(lock) = self.state() {
            lock.used.store(false, Relaxed);
        }
        self.bank.ops.idle();
    }
}

impl Handle {
    /// Its number.
    pub fn id(&self) -> u32 {
        self.bank.base + self.index
    }

    /// Whether it is one of that bank's.
    pub fn is_of(&self, bank: &Arc<Bank>) -> bool {
        Arc::ptr_eq(&self.bank, bank)
    }

    fn state(&self) -> Option<&State> {
        self.bank.locks.get(self.index as usize)
    }

    /// Keeps other contexts of the hypervisor out; `None` if one is in.
    fn shut(&self, mode: Mode) -> Option<Before> {
        let before = Before { masked: arch::irq::masked() };
        if !mode.excludes() {
            return Some(before);
        }
        if mode == Mode::Interrupts {
            arch::irq::mask();
        }
        percpu::preempt_disable();
        let free = |lock: &State| lock.ours.compare_exchange(false, true, Acquire, Relaxed).is_ok();
        if self.state().is_some_and(free) {
            return Some(before);
        }
        open(mode, before);
        None
    }

    /// Ends [`shut`](Self::shut).
    fn reopen(&self, mode: Mode, before: Before) {
        if mode.excludes() {
            if let Some(lock) = self.state() {
                lock.ours.store(false, Release);
            }
            open(mode, before);
        }
    }

    /// Takes the lock if nobody has it; how it was before, for [`give`](Self::give). Context: any.
    ///
    /// # Errors
    /// `Busy`: somebody has it.
    pub fn try_take(&self, mode: Mode) -> Result<Before> {
        let before = self.shut(mode).ok_or(Cause::Busy)?;
        if !self.bank.ops.try_take(self.index) {
            self.reopen(mode, before);
            return Err(Cause::Busy);
        }
        // What others wrote under the lock is there from here on.
        fence(SeqCst);
        Ok(before)
    }

    /// Tries to take the lock for `ms` milliseconds at most. Context: any.
    ///
    /// # Errors
    /// `Busy`: somebody had it all the time.
    pub fn take_within(&self, ms: u32, mode: Mode) -> Result<Before> {
        const STEP_NS: u64 = 100_000;
        let limit = u64::from(ms) * NS_PER_MS;
        let (start, mut waited) = (time::now_ns(), 0);
        loop {
            let result = self.try_take(mode);
            if result != Err(Cause::Busy) || time::now_ns().wrapping_sub(start).max(waited) > limit {
                return result;
            }
            if mode == Mode::Atomic {
                time::ndelay(STEP_NS);
                waited += STEP_NS;
            }
            self.bank.ops.relax(self.index);
        }
    }

    /// Gives the lock back that [`try_take`](Self::try_take) or [`take_within`](Self::take_within) took in the same mode.
    /// Context: as it was taken.
    pub fn give(&self, mode: Mode, before: Before) {
        // What was written under the lock is there before others have it.
        fence(SeqCst);
        self.bank.ops.give(self.index);
        self.reopen(mode, before);
    }

    /// Calls `f` with the lock held; waits `ms` milliseconds for it at most. Context: any; `f` may not sleep.
    ///
    /// # Errors
    /// `Busy`: somebody had it all the time.
    pub fn with<R>(&self, ms: u32, f: impl FnOnce() -> R) -> Result<R> {
        let before = self.take_within(ms, Mode::Interrupts)?;
        let result = f();
        self.give(Mode::Interrupts, before);
        Ok(result)
    }

    /// Takes the lock away from the processor `owner`, which died with it. Context: any.
    ///
    /// # Errors
    /// `Unsupported`, or the driver's.
    pub fn bust(&self, owner: u32) -> Result<()> {
        self.bank.ops.bust(self.index, owner)
    }
}

/// Interrupts and preemption as they were before the lock.
fn open(mode: Mode, before: Before) {
    if mode == Mode::Interrupts && !before.masked {
        arch::irq::unmask();
    }
    percpu::preempt_enable();
}

#[cfg(test)]
mod tests;
