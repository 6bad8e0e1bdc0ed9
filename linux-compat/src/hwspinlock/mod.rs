// SPDX-License-Identifier: GPL-2.0-only
//! Locks of the hardware, shared with other processors (Linux: Documentation/locking/hwspinlock.rst). The registry is
//! `kernel::hwspinlock`; this is its border to C.

use crate::bindings::{self, device, device_node, hwspinlock, hwspinlock_device, hwspinlock_ops};
use crate::context::Guarded;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, to_c};
use crate::export::Export;
use crate::of::{Node, parse_phandle_with_args};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use core::mem::offset_of;
use core::ptr;
use kernel::error::Cause;
use kernel::hwspinlock::{self as registry, Bank, BankOps, Before, Handle, Mode};
use kernel::sync::SpinLock;

#[cfg(test)]
mod tests;

crate::exports! {
    family "hwspinlock";
    [sleeps, supported, "hwspinlock::tests::locks_are_given_out"]
    fn hwspin_lock_register(bank: *mut hwspinlock_device, dev: *mut device, ops: *const hwspinlock_ops, base_id: c_int, num_locks: c_int) -> c_int = register_c;
    [sleeps, supported, "hwspinlock::tests::locks_are_given_out"]
    fn hwspin_lock_unregister(bank: *mut hwspinlock_device) -> c_int = unregister;
    [sleeps, supported, "hwspinlock::tests::what_is_managed_is_given_back"]
    fn devm_hwspin_lock_register(dev: *mut device, bank: *mut hwspinlock_device, ops: *const hwspinlock_ops, base_id: c_int, num_locks: c_int) -> c_int = devm_register;
    [sleeps, supported, "hwspinlock::tests::what_is_managed_is_given_back"]
    fn devm_hwspin_lock_unregister(dev: *mut device, bank: *mut hwspinlock_device) -> c_int = devm_unregister;
    [sleeps, supported, "hwspinlock::tests::locks_are_given_out"]
    fn hwspin_lock_request() -> *mut hwspinlock = request_any;
    [sleeps, supported, "hwspinlock::tests::locks_are_given_out"]
    fn hwspin_lock_request_specific(id: c_uint) -> *mut hwspinlock = request_c;
    [sleeps, supported, "hwspinlock::tests::locks_are_given_out"]
    fn hwspin_lock_free(lock: *mut hwspinlock) -> c_int = free;
    [sleeps, supported, "hwspinlock::tests::what_is_managed_is_given_back"]
    fn devm_hwspin_lock_request(dev: *mut device) -> *mut hwspinlock = devm_request_any;
    [sleeps, supported, "hwspinlock::tests::what_is_managed_is_given_back"]
    fn devm_hwspin_lock_request_specific(dev: *mut device, id: c_uint) -> *mut hwspinlock = devm_request;
    [sleeps, supported, "hwspinlock::tests::what_is_managed_is_given_back"]
    fn devm_hwspin_lock_free(dev: *mut device, lock: *mut hwspinlock) -> c_int = devm_free;
    [any, supported, "hwspinlock::tests::locks_are_given_out"]
    fn hwspin_lock_get_id(lock: *mut hwspinlock) -> c_int = id_of;
    [any, supported, "hwspinlock::tests::locks_of_the_tree"]
    fn of_hwspin_lock_get_id(np: *mut device_node, index: c_int) -> c_int = of_id;
    [any, supported, "hwspinlock::tests::locks_of_the_tree"]
    fn of_hwspin_lock_get_id_byname(np: *mut device_node, name: *const c_char) -> c_int = of_id_by_name;
    [any, supported, "hwspinlock::tests::taken_and_given"]
    fn __hwspin_trylock(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) -> c_int = try_lock;
    [any, supported, "hwspinlock::tests::taken_and_given"]
    fn __hwspin_lock_timeout(lock: *mut hwspinlock, timeout: c_uint, mode: c_int, flags: *mut c_ulong) -> c_int = lock_for;
    [any, supported, "hwspinlock::tests::taken_and_given"]
    fn __hwspin_unlock(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) -> () = unlock;
    [any, supported, "hwspinlock::tests::taken_and_given"]
    fn hwspin_lock_bust(lock: *mut hwspinlock, id: c_uint) -> c_int = bust;
}

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[EXPORTS];

/// A driver's bank, whose functions are called with its own locks.
struct Driver(*mut hwspinlock_device);

// SAFETY: the pointer is handed to the driver's functions only, which are made for any context.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

impl Driver {
    /// The driver's functions and device.
    fn parts(&self) -> (&hwspinlock_ops, *mut device) {
        // SAFETY: checked when it was registered; a driver's bank and table live as long as it is.
        unsafe { (&*(*self.0).ops, (*self.0).dev) }
    }
}

impl BankOps for Driver {
    fn try_take(&self, index: u32) -> bool {
        let (ops, dev) = self.parts();
        // SAFETY: the driver's function, called with a lock of its bank.
        ops.trylock.is_some_and(|f| unsafe { f.guarded(dev, (lock_at(self.0, index as usize),)) } > 0)
    }

    fn give(&self, index: u32) {
        let (ops, dev) = self.parts();
        if let Some(f) = ops.unlock {
            // SAFETY: as above.
            unsafe { f.guarded(dev, (lock_at(self.0, index as usize),)) }
        }
    }

    fn relax(&self, index: u32) {
        let (ops, dev) = self.parts();
        if let Some(f) = ops.relax {
            // SAFETY: as above.
            unsafe { f.guarded(dev, (lock_at(self.0, index as usize),)) }
        }
    }

    fn bust(&self, index: u32, owner: u32) -> Result<(), Cause> {
        let (ops, dev) = self.parts();
        let f = ops.bust.ok_or(Cause::Unsupported)?;
        // SAFETY: as above.
        let result = unsafe { f.guarded(dev, (lock_at(self.0, index as usize), owner)) };
        Errno::check(result).map(drop).map_err(|errno| Cause::Driver(errno.0))
    }

    fn resume(&self) -> Result<(), Cause> {
        let (_, dev) = self.parts();
        let powered = crate::pm::resume(dev, crate::pm::GET_PUT);
        if powered < 0 && powered != Errno::EACCES.to_c() {
            crate::pm::put_noidle(dev);
            return Err(Cause::Driver(-powered));
        }
        Ok(())
    }

    fn idle(&self) {
        let (_, dev) = self.parts();
        crate::pm::idle(dev, crate::pm::GET_PUT);
    }
}

/// The banks of drivers, by address.
static BANKS: SpinLock<Vec<(usize, Arc<Bank>)>> = SpinLock::new(Vec::new());

/// The locks of a bank, which lie behind it.
unsafe fn lock_at(bank: *mut hwspinlock_device, index: usize) -> *mut hwspinlock {
    // SAFETY: the caller's bank, which has room for its locks.
    unsafe { bank.byte_add(offset_of!(hwspinlock_device, lock)).cast::<hwspinlock>().add(index) }
}

unsafe fn register(
    bank: *mut hwspinlock_device,
    dev: *mut device,
    ops: *const hwspinlock_ops,
    base_id: c_int,
    num_locks: c_int,
) -> Result<()> {
    // SAFETY: the C caller's bank, with room for its locks, and its functions; both stay until it is taken away.
    unsafe {
        let usable = ops.as_ref().is_some_and(|ops| ops.trylock.is_some() && ops.unlock.is_some());
        if bank.is_null() || dev.is_null() || !usable {
            return Err(Errno::EINVAL);
        }
        let base = u32::try_from(base_id).map_err(|_| Errno::EINVAL)?;
        let count = u32::try_from(num_locks).map_err(|_| Errno::EINVAL)?;
        ((*bank).dev, (*bank).ops) = (dev, ops);
        ((*bank).base_id, (*bank).num_locks) = (base_id, num_locks);
        for index in 0..count as usize {
            let lock = lock_at(bank, index);
            ((*lock).bank, (*lock).core) = (bank, ptr::null_mut());
        }
        let made = registry::register(base, count, Box::new(Driver(bank)))?;
        BANKS.lock().push((bank.expose_provenance(), made));
    }
    Ok(())
}

unsafe fn register_c(
    bank: *mut hwspinlock_device,
    dev: *mut device,
    ops: *const hwspinlock_ops,
    base_id: c_int,
    num_locks: c_int,
) -> c_int {
    // SAFETY: as the C caller says.
    to_c(unsafe { register(bank, dev, ops, base_id, num_locks) })
}

/// `EBUSY` as long as somebody has one of its locks.
unsafe fn unregister(bank: *mut hwspinlock_device) -> c_int {
    let known = BANKS.lock().iter().find(|(address, _)| *address == bank.addr()).map(|(_, bank)| Arc::clone(bank));
    let Some(known) = known else { return Errno::EINVAL.to_c() };
    let result = registry::unregister(&known);
    if result.is_ok() {
        BANKS.lock().retain(|(address, _)| *address != bank.addr());
    }
    to_c(result.map_err(Errno::from))
}

unsafe fn devm_register(
    dev: *mut device,
    bank: *mut hwspinlock_device,
    ops: *const hwspinlock_ops,
    base_id: c_int,
    num_locks: c_int,
) -> c_int {
    // SAFETY: as the C caller says; the bank outlives what the device manages.
    unsafe {
        to_c(register(bank, dev, ops, base_id, num_locks).and_then(|()| {
            let address = bank.expose_provenance();
            devres::add(dev, Key("hwspinlock bank", address), move || {
                unregister(ptr::with_exposed_provenance_mut(address));
            })
        }))
    }
}

unsafe fn devm_unregister(dev: *mut device, bank: *mut hwspinlock_device) -> c_int {
    // SAFETY: the C caller's device.
    if unsafe { devres::release(dev, Key("hwspinlock bank", bank.addr())) } { 0 } else { Errno::ENOENT.to_c() }
}

/// Takes a lock for a user in C: its handle hangs on it.
unsafe fn request(id: Option<u32>) -> *mut hwspinlock {
    let Ok(handle) = registry::request(id) else { return ptr::null_mut() };
    let bank = BANKS.lock().iter().find_map(|(address, bank)| handle.is_of(bank).then_some(*address));
    // One that a driver in Rust has registered is nothing that C could point to.
    let Some(bank) = bank else { return ptr::null_mut() };
    let bank = ptr::with_exposed_provenance_mut::<hwspinlock_device>(bank);
    // SAFETY: a registered bank, and a lock of it that nobody else uses.
    unsafe {
        let lock = lock_at(bank, (handle.id() as c_int - (*bank).base_id) as usize);
        (*lock).core = Box::into_raw(Box::new(handle)).cast();
        lock
    }
}

/// The handle of a lock that C has requested.
unsafe fn handle<'a>(lock: *mut hwspinlock) -> Option<&'a Handle> {
    // SAFETY: the C caller's lock, whose handle stays until it frees it.
    unsafe { lock.as_ref().and_then(|lock| lock.core.cast::<Handle>().as_ref()) }
}

unsafe fn request_any() -> *mut hwspinlock {
    // SAFETY: as the C caller says.
    unsafe { request(None) }
}

unsafe fn request_c(id: c_uint) -> *mut hwspinlock {
    // SAFETY: as the C caller says.
    unsafe { request(Some(id)) }
}

unsafe fn free(lock: *mut hwspinlock) -> c_int {
    // SAFETY: the C caller's lock, which it does not use any more.
    unsafe {
        if handle(lock).is_none() {
            return Errno::EINVAL.to_c();
        }
        let handle = core::mem::replace(&mut (*lock).core, ptr::null_mut());
        drop(Box::from_raw(handle.cast::<Handle>()));
    }
    0
}

unsafe fn managed(dev: *mut device, lock: *mut hwspinlock) -> *mut hwspinlock {
    if lock.is_null() {
        return lock;
    }
    let address = lock.expose_provenance();
    let release = move || {
        // SAFETY: requested for the device.
        unsafe { free(ptr::with_exposed_provenance_mut(address)) };
    };
    // SAFETY: the C caller's device.
    match unsafe { devres::add(dev, Key("hwspinlock", address), release) } {
        Ok(()) => lock,
        Err(_) => ptr::null_mut(),
    }
}

unsafe fn devm_request_any(dev: *mut device) -> *mut hwspinlock {
    // SAFETY: the C caller's device.
    unsafe { managed(dev, request_any()) }
}

unsafe fn devm_request(dev: *mut device, id: c_uint) -> *mut hwspinlock {
    // SAFETY: the C caller's device.
    unsafe { managed(dev, request_c(id)) }
}

unsafe fn devm_free(dev: *mut device, lock: *mut hwspinlock) -> c_int {
    // SAFETY: the C caller's device.
    if unsafe { devres::release(dev, Key("hwspinlock", lock.addr())) } { 0 } else { Errno::ENOENT.to_c() }
}

unsafe fn id_of(lock: *mut hwspinlock) -> c_int {
    // SAFETY: the C caller's lock.
    unsafe { handle(lock).map_or(Errno::EINVAL.to_c(), |handle| handle.id() as c_int) }
}

/// The number of lock `index` of a node's `hwlocks`.
fn number(node: Node, index: usize) -> Result<c_int> {
    let found = parse_phandle_with_args(node, b"hwlocks", b"#hwlock-cells", index)?;
    let own = found.args().first().copied().unwrap_or(0);
    let banks = BANKS.lock();
    let bank = banks.iter().find(|(address, _)| {
        // SAFETY: registered, with a device.
        let np = unsafe { (*(*ptr::with_exposed_provenance::<hwspinlock_device>(*address)).dev).of_node };
        np == found.node.as_raw()
    });
    let (_, bank) = bank.ok_or(Errno::EPROBE_DEFER)?;
    if own < bank.count() { Ok((bank.base() + own) as c_int) } else { Err(Errno::EINVAL) }
}

unsafe fn of_id(np: *mut device_node, index: c_int) -> c_int {
    // SAFETY: the C caller's node.
    let node = unsafe { Node::from_raw(np) }.ok_or(Errno::ENOENT);
    int_to_c(node.and_then(|node| number(node, usize::try_from(index).map_err(|_| Errno::EINVAL)?)))
}

unsafe fn of_id_by_name(np: *mut device_node, name: *const c_char) -> c_int {
    if name.is_null() {
        return Errno::EINVAL.to_c();
    }
    // SAFETY: the C caller's node and name.
    let (node, name) = unsafe { (Node::from_raw(np), CStr::from_ptr(name)) };
    let names = node.and_then(|node| Some((node, node.property(b"hwlock-names")?)));
    let at = names.and_then(|(node, names)| Some((node, names.strings().position(|s| s == name)?)));
    int_to_c(at.ok_or(Errno::EINVAL).and_then(|(node, index)| number(node, index)))
}

/// A mode of C's, and whether it keeps the state of interrupts.
fn mode_of(mode: c_int) -> (Mode, bool) {
    match mode as u32 {
        bindings::HWLOCK_IRQSTATE => (Mode::Interrupts, true),
        bindings::HWLOCK_IRQ => (Mode::Interrupts, false),
        bindings::HWLOCK_RAW => (Mode::Raw, false),
        bindings::HWLOCK_IN_ATOMIC => (Mode::Atomic, false),
        _ => (Mode::Preempt, false),
    }
}

/// Takes a lock by `how`, and notes the state of interrupts where the mode says so.
unsafe fn take(
    lock: *mut hwspinlock,
    mode: c_int,
    flags: *mut c_ulong,
    how: impl FnOnce(&Handle, Mode) -> Result<Before, Cause>,
) -> Result<()> {
    let (mode, keeps) = mode_of(mode);
    if keeps && flags.is_null() {
        return Err(Errno::EINVAL);
    }
    // SAFETY: the C caller's lock and place for the state.
    unsafe {
        let before = how(handle(lock).ok_or(Errno::EINVAL)?, mode)?;
        if keeps {
            *flags = before.masked.into();
        }
    }
    Ok(())
}

unsafe fn try_lock(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) -> c_int {
    // SAFETY: as the C caller says.
    to_c(unsafe { take(lock, mode, flags, Handle::try_take) })
}

/// For `timeout` milliseconds at most.
unsafe fn lock_for(lock: *mut hwspinlock, timeout: c_uint, mode: c_int, flags: *mut c_ulong) -> c_int {
    // SAFETY: as the C caller says.
    let result = unsafe { take(lock, mode, flags, |handle, mode| handle.take_within(timeout, mode)) };
    to_c(result.map_err(|errno| if errno == Errno::EBUSY { Errno::ETIMEDOUT } else { errno }))
}

unsafe fn unlock(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) {
    let (mode, keeps) = mode_of(mode);
    // SAFETY: the C caller's lock, which it holds, and the state that it was given.
    unsafe {
        if keeps && flags.is_null() {
            return;
        }
        let Some(handle) = handle(lock) else { return };
        handle.give(mode, Before { masked: keeps && *flags != 0 });
    }
}

/// Takes a lock from a processor that died with it.
unsafe fn bust(lock: *mut hwspinlock, id: c_uint) -> c_int {
    // SAFETY: the C caller's lock.
    unsafe { to_c(handle(lock).ok_or(Errno::EINVAL).and_then(|handle| Ok(handle.bust(id)?))) }
}
