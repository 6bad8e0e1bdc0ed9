// SPDX-License-Identifier: GPL-2.0-only
//! The firmware under the hypervisor: starting CPUs, reset and power-off of the machine; and drivers that can reset or
//! switch it off, or want to be told before.

use crate::sync::SpinLock;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arch::PhysAddr;
use arch::cpu::Mpidr;
use core::fmt;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;
use spin::Once;

/// What firmware answered, if it refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirmwareError {
    /// There is no firmware to call, or it lacks the function.
    NotSupported,
    /// A PSCI error code (Arm DEN 0022, 5.2.2).
    Psci(i32),
}

impl fmt::Display for FirmwareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match self {
            FirmwareError::NotSupported => return f.write_str("the firmware lacks the function"),
            FirmwareError::Psci(code) => *code,
        };
        let name = match code {
            -1 => "not supported",
            -2 => "invalid parameters",
            -3 => "denied",
            -4 => "already on",
            -5 => "on pending",
            -6 => "internal failure",
            -7 => "not present",
            -8 => "disabled",
            -9 => "invalid address",
            _ => "unknown error",
        };
        write!(f, "the firmware says: {name} ({code})")
    }
}

/// What firmware offers.
pub trait Firmware: Sync {
    /// Starts the CPU `mpidr` at the physical address `entry` with `context` in its x0.
    ///
    /// # Errors
    /// The firmware refused.
    fn cpu_on(&self, mpidr: Mpidr, entry: PhysAddr, context: u64) -> Result<(), FirmwareError>;
    /// Resets the machine. Returns only if that failed.
    fn reset(&self) -> FirmwareError;
    /// Switches the machine off. Returns only if that failed.
    fn poweroff(&self) -> FirmwareError;
    /// 192 bits of the firmware's generator of random numbers; `None` if it has no such, or nothing at the moment.
    fn entropy(&self) -> Option<[u64; 3]> {
        None
    }
    /// A name and version for reports.
    fn describe(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;
}

static FIRMWARE: Once<&'static dyn Firmware> = Once::new();

/// Makes `firmware` the one that is called. Boot only; the first call counts.
pub fn set_firmware(firmware: &'static dyn Firmware) {
    FIRMWARE.call_once(|| firmware);
}

/// The firmware, if there is any.
pub fn firmware() -> Option<&'static dyn Firmware> {
    FIRMWARE.get().copied()
}

/// Starts a CPU by firmware. Context: boot.
///
/// # Errors
/// There is no firmware, or it refused.
pub fn cpu_on(mpidr: Mpidr, entry: PhysAddr, context: u64) -> Result<(), FirmwareError> {
    firmware().ok_or(FirmwareError::NotSupported)?.cpu_on(mpidr, entry, context)
}

/// What is about to happen to the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It starts anew.
    Restart,
    /// It is switched off.
    PowerOff,
}

/// Who is called when the machine is restarted or switched off, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Told beforehand, in a context that may sleep.
    Announce,
    /// Does it, in any context; returns if it cannot.
    Act,
}

/// Stands for a registered handler.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HandlerId(u64);

type Call = Arc<dyn Fn(End) + Send + Sync>;

struct Handler {
    id: HandlerId,
    stage: Stage,
    /// `None` for both.
    end: Option<End>,
    priority: i32,
    call: Call,
}

/// Sorted: highest priority first, among equals in the order of registering.
static HANDLERS: SpinLock<Vec<Handler>> = SpinLock::new(Vec::new());

/// The firmware's place among those that restart the machine; handlers of a higher priority are tried before it.
pub const FIRMWARE_RESTART_PRIORITY: i32 = 129;
/// The firmware's place among those that switch the machine off.
pub const FIRMWARE_POWEROFF_PRIORITY: i32 = 224;

/// Has `call` called when the machine ends in the way `end` says (`None`: in either), those with a high `priority`
/// first. Context: may allocate.
pub fn register(
    stage: Stage,
    end: Option<End>,
    priority: i32,
    call: impl Fn(End) + Send + Sync + 'static,
) -> HandlerId {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let id = HandlerId(NEXT.fetch_add(1, Relaxed));
    let mut handlers = HANDLERS.lock();
    let at = handlers.iter().position(|h| h.priority < priority).unwrap_or(handlers.len());
    handlers.insert(at, Handler { id, stage, end, priority, call: Arc::new(call) });
    id
}

/// Forgets a handler; says whether it was registered. Context: may allocate.
pub fn unregister(id: HandlerId) -> bool {
    let removed = {
        let mut handlers = HANDLERS.lock();
        handlers.iter().position(|h| h.id == id).map(|at| handlers.remove(at))
    };
    removed.is_some()
}

/// Calls the handlers of a stage whose priority is in `priorities`. Those that a panicking CPU cannot reach, since
/// somebody holds the list, are left out.
fn call(stage: Stage, end: End, priorities: impl Fn(i32) -> bool) {
    let mut done = 0;
    loop {
        let next = HANDLERS.try_lock().and_then(|handlers| {
            let (at, handler) = handlers.iter().enumerate().skip(done).find(|(_, h)| {
                h.stage == stage && h.end.is_none_or(|e| e == end) && priorities(h.priority)
            })?;
            Some((at, handler.call.clone()))
        });
        let Some((at, handler)) = next else { return };
        done = at + 1;
        handler(end);
    }
}

/// Tells everybody concerned that the machine will end. Context: orphan vCPUs; may sleep.
pub fn announce(end: End) {
    call(Stage::Announce, end, |_| true);
}

/// Resets the machine, by handlers and by the firmware. Returns, with the firmware's reason, only if that is
/// impossible. Context: any.
pub fn reset() -> FirmwareError {
    crate::console::flush();
    call(Stage::Act, End::Restart, |priority| priority > FIRMWARE_RESTART_PRIORITY);
    let refusal = firmware().map_or(FirmwareError::NotSupported, Firmware::reset);
    call(Stage::Act, End::Restart, |priority| priority <= FIRMWARE_RESTART_PRIORITY);
    refusal
}

/// Switches the machine off, by handlers and by the firmware. Returns, with the firmware's reason, only if that is
/// impossible. Context: any.
pub fn poweroff() -> FirmwareError {
    crate::console::flush();
    call(Stage::Act, End::PowerOff, |priority| priority > FIRMWARE_POWEROFF_PRIORITY);
    let refusal = firmware().map_or(FirmwareError::NotSupported, Firmware::poweroff);
    call(Stage::Act, End::PowerOff, |priority| priority <= FIRMWARE_POWEROFF_PRIORITY);
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handlers_are_called_by_priority_and_kind() {
        let order = Arc::new(SpinLock::new(Vec::new()));
        let note = |name: &'static str| {
            let order = order.clone();
            move |end| order.lock().push((name, end))
        };
        let ids = [
            register(Stage::Act, Some(End::Restart), 128, note("watchdog")),
            register(Stage::Act, Some(End::Restart), 200, note("board")),
            register(Stage::Act, Some(End::Restart), 128, note("second")),
            register(Stage::Act, Some(End::PowerOff), 0, note("pmic")),
            register(Stage::Announce, None, 0, note("told")),
        ];
        assert_eq!(reset(), FirmwareError::NotSupported);
        let restart = ["board", "watchdog", "second"].map(|name| (name, End::Restart));
        assert_eq!(core::mem::take(&mut *order.lock()), restart);
        announce(End::PowerOff);
        poweroff();
        let off = ["told", "pmic"].map(|name| (name, End::PowerOff));
        assert_eq!(core::mem::take(&mut *order.lock()), off);
        assert!(ids.iter().all(|id| unregister(*id)));
        assert!(!unregister(ids[0]));
        reset();
        assert!(order.lock().is_empty());
    }
}
