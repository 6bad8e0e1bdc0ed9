// SPDX-License-Identifier: GPL-2.0-only
//! Locks of the hardware, shared with other processors (Linux: Documentation/locking/hwspinlock.rst).

use crate::bindings::{self, device, device_node, hwspinlock, hwspinlock_device, hwspinlock_ops};
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, to_c};
use crate::export::Export;
use crate::locking;
use crate::of::{Node, parse_phandle_with_args};
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong};
use core::mem::offset_of;
use core::ptr;
use core::sync::atomic::{Ordering, fence};
use kernel::sync::Mutex;

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

/// A lock by address, its number, and whether somebody has it.
struct Known {
    lock: usize,
    id: c_int,
    taken: bool,
}

/// In the order of their numbers.
static ALL: Mutex<Vec<Known>> = Mutex::new(Vec::new());

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
        if bank.is_null() || dev.is_null() || !usable || num_locks <= 0 || base_id < 0 {
            return Err(Errno::EINVAL);
        }
        let mut all = ALL.lock();
        let own = base_id..base_id.saturating_add(num_locks);
        if all.iter().any(|known| own.contains(&known.id)) {
            return Err(Errno::EBUSY);
        }
        ((*bank).dev, (*bank).ops) = (dev, ops);
        ((*bank).base_id, (*bank).num_locks) = (base_id, num_locks);
        for index in 0..num_locks as usize {
            let lock = lock_at(bank, index);
            (*lock).bank = bank;
            (*lock).lock = core::mem::zeroed();
            all.push(Known { lock: lock.expose_provenance(), id: base_id + index as c_int, taken: false });
        }
        kernel::sort::by(&mut all, |a, b| a.id < b.id);
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
    if bank.is_null() {
        return Errno::EINVAL.to_c();
    }
    let of_bank = |known: &Known| {
        // SAFETY: registered.
        ptr::eq(unsafe { (*ptr::with_exposed_provenance::<hwspinlock>(known.lock)).bank }, bank)
    };
    let mut all = ALL.lock();
    if all.iter().any(|known| known.taken && of_bank(known)) {
        return Errno::EBUSY.to_c();
    }
    all.retain(|known| !of_bank(known));
    to_c(Ok(()))
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

/// Takes a lock for its user, and has its device powered.
unsafe fn request(meant: impl Fn(&Known) -> bool) -> Result<*mut hwspinlock> {
    let mut all = ALL.lock();
    let known = all.iter_mut().find(|known| meant(known)).ok_or(Errno::ENODEV)?;
    if known.taken {
        return Err(Errno::EBUSY);
    }
    let lock: *mut hwspinlock = ptr::with_exposed_provenance_mut(known.lock);
    // SAFETY: registered, with a device.
    let powered = unsafe { crate::pm::resume((*(*lock).bank).dev, crate::pm::GET_PUT) };
    if powered < 0 && powered != Errno::EACCES.to_c() {
        // SAFETY: as above.
        unsafe { crate::pm::put_noidle((*(*lock).bank).dev) };
        return Err(Errno(-powered));
    }
    known.taken = true;
    Ok(lock)
}

fn or_null(result: Result<*mut hwspinlock>) -> *mut hwspinlock {
    result.unwrap_or(ptr::null_mut())
}

unsafe fn request_any() -> *mut hwspinlock {
    // SAFETY: registered locks.
    or_null(unsafe { request(|known| !known.taken) })
}

unsafe fn request_c(id: c_uint) -> *mut hwspinlock {
    // SAFETY: registered locks.
    or_null(unsafe { request(|known| known.id as c_uint == id) })
}

unsafe fn free(lock: *mut hwspinlock) -> c_int {
    let mut all = ALL.lock();
    match all.iter_mut().find(|known| known.lock == lock.addr() && !lock.is_null()) {
        Some(known) if known.taken => {
            known.taken = false;
            // SAFETY: registered.
            unsafe { crate::pm::idle((*(*lock).bank).dev, crate::pm::GET_PUT) };
            0
        }
        _ => Errno::EINVAL.to_c(),
    }
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
    let all = ALL.lock();
    all.iter().find(|known| known.lock == lock.addr()).map_or(Errno::EINVAL.to_c(), |known| known.id)
}

/// The number of lock `index` of a node's `hwlocks`.
fn number(node: Node, index: usize) -> Result<c_int> {
    let found = parse_phandle_with_args(node, b"hwlocks", b"#hwlock-cells", index)?;
    let own = found.args().first().copied().unwrap_or(0) as c_int;
    let all = ALL.lock();
    let bank = all.iter().find_map(|known| {
        // SAFETY: registered, with a device.
        let bank = unsafe { &*(*ptr::with_exposed_provenance::<hwspinlock>(known.lock)).bank };
        // SAFETY: as above.
        (unsafe { (*bank.dev).of_node } == found.node.as_raw()).then_some((bank.base_id, bank.num_locks))
    });
    match bank {
        None => Err(Errno::EPROBE_DEFER),
        Some((base, count)) if (0..count).contains(&own) => Ok(base + own),
        Some(_) => Err(Errno::EINVAL),
    }
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

/// Modes that leave interrupts and preemption alone.
fn is_raw(mode: c_int) -> bool {
    mode == bindings::HWLOCK_RAW as c_int || mode == bindings::HWLOCK_IN_ATOMIC as c_int
}

/// Keeps other contexts of ours out, as the mode says.
unsafe fn shut(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) -> bool {
    // SAFETY: the C caller's lock and place for the state.
    unsafe {
        let own = (&raw mut (*lock).lock).cast();
        if is_raw(mode) {
            return true;
        }
        let masks = mode == bindings::HWLOCK_IRQSTATE as c_int || mode == bindings::HWLOCK_IRQ as c_int;
        if !masks {
            return locking::spin_try_lock(own) != 0;
        }
        let before = locking::save_irq();
        if locking::spin_try_lock(own) == 0 {
            locking::restore_irq(before);
            return false;
        }
        if mode == bindings::HWLOCK_IRQSTATE as c_int {
            *flags = before;
        }
        true
    }
}

/// Ends [`shut`].
unsafe fn open(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) {
    // SAFETY: the C caller's lock, shut before.
    unsafe {
        let own = (&raw mut (*lock).lock).cast();
        match mode {
            mode if is_raw(mode) => {}
            mode if mode == bindings::HWLOCK_IRQSTATE as c_int => locking::unlock_restore(own, *flags),
            mode if mode == bindings::HWLOCK_IRQ as c_int => locking::unlock_restore(own, 0),
            _ => locking::spin_unlock(own),
        }
    }
}

unsafe fn wrong(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) -> bool {
    lock.is_null() || (flags.is_null() && mode == bindings::HWLOCK_IRQSTATE as c_int)
}

pub(super) unsafe fn try_lock(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) -> c_int {
    // SAFETY: the C caller's lock, which is registered, and the driver's function.
    unsafe {
        if wrong(lock, mode, flags) {
            return Errno::EINVAL.to_c();
        }
        if !shut(lock, mode, flags) {
            return Errno::EBUSY.to_c();
        }
        let ours = (*(*(*lock).bank).ops).trylock.is_some_and(|take| take(lock) != 0);
        if !ours {
            open(lock, mode, flags);
            return Errno::EBUSY.to_c();
        }
        // What others wrote under the lock is there from here on.
        fence(Ordering::SeqCst);
    }
    0
}

/// For `timeout` milliseconds at most.
unsafe fn lock_for(lock: *mut hwspinlock, timeout: c_uint, mode: c_int, flags: *mut c_ulong) -> c_int {
    let limit = u64::from(timeout) * 1_000_000;
    let start = kernel::time::now_ns();
    let mut waited = 0;
    loop {
        // SAFETY: as the C caller says.
        let result = unsafe { try_lock(lock, mode, flags) };
        if result != Errno::EBUSY.to_c() {
            return result;
        }
        let passed = kernel::time::now_ns().wrapping_sub(start);
        // In atomic context time is counted by what is waited.
        if passed.max(waited) > limit {
            return Errno::ETIMEDOUT.to_c();
        }
        if mode == bindings::HWLOCK_IN_ATOMIC as c_int {
            kernel::time::ndelay(100_000);
            waited += 100_000;
        }
        // SAFETY: as above; the driver's function.
        if let Some(relax) = unsafe { (*(*(*lock).bank).ops).relax } {
            // SAFETY: as above.
            unsafe { relax(lock) };
        }
    }
}

unsafe fn unlock(lock: *mut hwspinlock, mode: c_int, flags: *mut c_ulong) {
    // SAFETY: the C caller's lock, which it holds, and the driver's function.
    unsafe {
        if wrong(lock, mode, flags) {
            return;
        }
        // What was written under the lock is there before others have it.
        fence(Ordering::SeqCst);
        if let Some(give) = (*(*(*lock).bank).ops).unlock {
            give(lock);
        }
        open(lock, mode, flags);
    }
}

/// Takes a lock from a processor that died with it.
unsafe fn bust(lock: *mut hwspinlock, id: c_uint) -> c_int {
    // SAFETY: the C caller's lock and the driver's function.
    unsafe {
        if lock.is_null() {
            return Errno::EINVAL.to_c();
        }
        match (*(*(*lock).bank).ops).bust {
            Some(bust) => bust(lock, id),
            None => Errno::EOPNOTSUPP.to_c(),
        }
    }
}
