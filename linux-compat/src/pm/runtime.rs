// SPDX-License-Identifier: GPL-2.0-only
//! Runtime power management of one device (Linux's `Documentation/power/runtime_pm.rst`): a device is resumed when it is
//! first used and suspended when nobody uses it, at once or after a while, by its driver's callbacks.
//!
//! The state is made when a device is first asked for; until then management is off, as after `device_initialize`. No
//! lock is held while a callback runs: the states `Resuming` and `Suspending` keep others out, who wait for their end.

use alloc::sync::{Arc, Weak};
use core::ffi::c_int;
use core::ptr::{from_ref, null_mut};
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed};
use core::sync::atomic::{AtomicI32, AtomicPtr};

use kernel::sync::{SpinLock, WaitQueue};
use kernel::time::{self, NS_PER_MS};
use kernel::work::{self, Work};

use super::callbacks::{self, Which};
use crate::bindings;
use crate::errno::Errno;

/// Flags of Linux's `__pm_runtime_*`.
pub(super) const ASYNC: c_int = bindings::RPM_ASYNC as c_int;
pub(super) const NOWAIT: c_int = bindings::RPM_NOWAIT as c_int;
pub(super) const GET_PUT: c_int = bindings::RPM_GET_PUT as c_int;
pub(super) const AUTO: c_int = bindings::RPM_AUTO as c_int;

/// What a device is or does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Active,
    Resuming,
    Suspended,
    Suspending,
}

/// What the work is to do; a later one replaces one that matters less.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Request {
    None,
    Idle,
    Autosuspend,
    Suspend,
    Resume,
}

pub(super) struct State {
    pub(super) disable_depth: u32,
    pub(super) status: Status,
    /// A callback failed with this; nothing more happens until the status is set.
    pub(super) error: c_int,
    /// Children that are not suspended.
    children: u32,
    pub(super) ignore_children: bool,
    pub(super) no_callbacks: bool,
    pub(super) irq_safe: bool,
    pub(super) use_autosuspend: bool,
    pub(super) delay_ms: c_int,
    /// A negative delay holds a use of the device.
    held: bool,
    pub(super) last_busy: u64,
    request: Request,
    deferred_resume: bool,
    pub(super) forbidden: bool,
    pub(super) needs_force_resume: bool,
    suspended_since: u64,
    suspended_ns: u64,
}

/// The runtime state of a device.
pub(super) struct Runtime {
    device: *mut bindings::device,
    pub(super) state: SpinLock<State>,
    changed: WaitQueue,
    work: Arc<Work>,
}

// SAFETY: the device is used through its atomic fields, the callbacks' rules, and fields that do not change meanwhile.
unsafe impl Send for Runtime {}
// SAFETY: as above.
unsafe impl Sync for Runtime {}

impl Runtime {
    fn new(device: *mut bindings::device) -> Arc<Self> {
        Arc::new_cyclic(|weak: &Weak<Runtime>| {
            let weak = weak.clone();
            Runtime {
                device,
                state: SpinLock::new(State {
                    disable_depth: 1,
                    status: Status::Suspended,
                    error: 0,
                    children: 0,
                    ignore_children: false,
                    no_callbacks: false,
                    irq_safe: false,
                    use_autosuspend: false,
                    delay_ms: 0,
                    held: false,
                    last_busy: 0,
                    request: Request::None,
                    deferred_resume: false,
                    forbidden: false,
                    needs_force_resume: false,
                    suspended_since: time::now_ns(),
                    suspended_ns: 0,
                }),
                changed: WaitQueue::new(),
                work: Work::new(move || {
                    if let Some(runtime) = weak.upgrade() {
                        runtime.run_request();
                    }
                }),
            }
        })
    }

    /// The state of `dev`, made if there is none yet.
    ///
    /// # Safety
    /// `dev` must be a device that stays until [`forget`] is called for it.
    pub(super) unsafe fn of<'a>(dev: *mut bindings::device) -> &'a Self {
        // SAFETY: as the caller says; the field is used here only, atomically.
        let place = unsafe { AtomicPtr::from_ptr((&raw mut (*dev).power.rpm).cast::<*mut Self>()) };
        let mut found = place.load(Acquire);
        if found.is_null() {
            let made = Arc::into_raw(Self::new(dev)).cast_mut();
            match place.compare_exchange(null_mut(), made, AcqRel, Acquire) {
                Ok(_) => found = made,
                Err(other) => {
                    // SAFETY: made above and seen by nobody.
                    drop(unsafe { Arc::from_raw(made) });
                    found = other;
                }
            }
        }
        // SAFETY: from `Arc::into_raw`, and kept until `forget`.
        unsafe { &*found }
    }

    fn usage(&self) -> &AtomicI32 {
        // SAFETY: the device outlives its state; the counter is an `atomic_t`, only ever used atomically.
        unsafe { AtomicI32::from_ptr(&raw mut (*self.device).power.usage_count.counter) }
    }

    /// How many uses keep the device active.
    pub(super) fn uses(&self) -> i32 {
        self.usage().load(Relaxed)
    }

    pub(super) fn hold(&self) {
        self.usage().fetch_add(1, AcqRel);
    }

    /// Ends a use unless there is none; says whether none is left.
    pub(super) fn release(&self) -> bool {
        let last = self.usage().fetch_update(AcqRel, Acquire, |n| (n > 0).then_some(n - 1));
        match last {
            Ok(n) => n == 1,
            Err(_) => {
                debug_assert!(false, "runtime power management: a use is ended that was not begun");
                true
            }
        }
    }

    fn parent(&self) -> Option<&Self> {
        // SAFETY: the device outlives its state, and its parent outlives it.
        unsafe { (*self.device).parent.as_mut().map(|p| Self::of(p)) }
    }

    fn call(&self, which: Which) -> c_int {
        // SAFETY: the driver's callback for its device, at a time and in the state that it expects.
        unsafe { callbacks::of(self.device, which).map_or(0, |f| f(self.device)) }
    }

    fn set_status(&self, state: &mut State, status: Status) {
        let now = time::now_ns();
        if state.status == Status::Suspended {
            state.suspended_ns += now.saturating_sub(state.suspended_since);
        }
        if status == Status::Suspended {
            state.suspended_since = now;
        }
        state.status = status;
    }

    /// For how long it has been suspended in all, in nanoseconds.
    pub(super) fn suspended_ns(&self) -> u64 {
        let state = self.state.lock();
        let now = if state.status == Status::Suspended {
            time::now_ns().saturating_sub(state.suspended_since)
        } else {
            0
        };
        state.suspended_ns + now
    }

    fn changing(status: Status) -> bool {
        matches!(status, Status::Resuming | Status::Suspending)
    }

    /// Waits for the end of a change.
    fn settle(&self) {
        if self.state.lock().irq_safe {
            while Self::changing(self.state.lock().status) {
                arch::cpu::relax();
            }
        } else {
            self.changed.wait_until(|| !Self::changing(self.state.lock().status));
        }
    }

    fn submit(&self, state: &mut State, request: Request, delay_ns: u64) {
        state.request = state.request.max(request);
        // Host tests run the work themselves.
        if cfg!(test) {
        } else if delay_ns == 0 {
            work::system().submit(&self.work);
        } else {
            work::system().submit_after(&self.work, delay_ns);
        }
    }

    /// What was asked for asynchronously.
    pub(super) fn run_request(&self) {
        let request = core::mem::replace(&mut self.state.lock().request, Request::None);
        match request {
            Request::None => 0,
            Request::Idle => self.idle(NOWAIT),
            Request::Suspend => self.suspend(NOWAIT),
            Request::Autosuspend => self.suspend(NOWAIT | AUTO),
            Request::Resume => self.resume(NOWAIT),
        };
    }

    /// Debug builds: a call that waits or runs callbacks needs a context that sleeps.
    fn check(&self, flags: c_int) {
        if cfg!(debug_assertions) && flags & ASYNC == 0 && !self.state.lock().irq_safe {
            crate::context::might_sleep("pm_runtime");
        }
    }

    /// Makes the device active; 1 if it is already.
    pub(super) fn resume(&self, flags: c_int) -> c_int {
        self.check(flags);
        if flags & GET_PUT != 0 {
            self.hold();
        }
        let no_callbacks = loop {
            let mut state = self.state.lock();
            if state.error != 0 {
                return Errno::EINVAL.to_c();
            }
            if state.disable_depth > 0 {
                let active = state.disable_depth == 1 && state.status == Status::Active;
                return if active { 1 } else { Errno::EACCES.to_c() };
            }
            if state.request != Request::Resume {
                state.request = Request::None;
            }
            if state.status == Status::Active {
                state.request = Request::None;
                return 1;
            }
            if Self::changing(state.status) {
                if flags & (ASYNC | NOWAIT) != 0 {
                    if state.status == Status::Suspending {
                        state.deferred_resume = true;
                        return 0;
                    }
                    return if flags & ASYNC != 0 { 0 } else { Errno::EINPROGRESS.to_c() };
                }
                drop(state);
                self.settle();
                continue;
            }
            if flags & ASYNC != 0 && !state.no_callbacks {
                self.submit(&mut state, Request::Resume, 0);
                return 0;
            }
            state.request = Request::None;
            self.set_status(&mut state, Status::Resuming);
            break state.no_callbacks;
        };
        self.finish_resume(no_callbacks)
    }

    /// The parent first, then the callback.
    fn finish_resume(&self, no_callbacks: bool) -> c_int {
        let parent = self.parent();
        let mut result = 0;
        let mut counted = false;
        if let Some(parent) = parent {
            parent.hold();
            let managed = {
                let state = parent.state.lock();
                state.disable_depth == 0 && !state.ignore_children
            };
            if managed && !self.state.lock().irq_safe {
                parent.resume(0);
            }
            let mut state = parent.state.lock();
            if managed && state.status != Status::Active {
                result = Errno::EBUSY.to_c();
            } else {
                state.children += 1;
                counted = true;
            }
        }
        if result == 0 && !no_callbacks {
            result = self.call(Which::Resume);
        }
        {
            let mut state = self.state.lock();
            let status = if result < 0 { Status::Suspended } else { Status::Active };
            if result < 0 {
                if !transient(result) {
                    state.error = result;
                }
            } else {
                state.last_busy = time::now_ns();
            }
            self.set_status(&mut state, status);
        }
        self.changed.wake_all();
        if let Some(parent) = parent {
            if result < 0 && counted {
                let mut state = parent.state.lock();
                state.children = state.children.saturating_sub(1);
            }
            parent.idle(GET_PUT | ASYNC);
        }
        if result < 0 {
            return result;
        }
        self.idle(ASYNC);
        0
    }

    /// Why the device may not be suspended now; 1 if it is already.
    fn refusal(&self, state: &State) -> c_int {
        if state.error != 0 {
            Errno::EINVAL.to_c()
        } else if state.disable_depth > 0 {
            Errno::EACCES.to_c()
        } else if self.uses() > 0 {
            Errno::EAGAIN.to_c()
        } else if state.children > 0 && !state.ignore_children {
            Errno::EBUSY.to_c()
        } else if state.request == Request::Resume {
            Errno::EAGAIN.to_c()
        } else if state.status == Status::Suspended {
            1
        } else {
            0
        }
    }

    /// Suspends the device if nobody uses it and its idle callback has nothing against it.
    pub(super) fn idle(&self, flags: c_int) -> c_int {
        self.check(flags);
        if flags & GET_PUT != 0 && !self.release() {
            return 0;
        }
        let no_callbacks = {
            let mut state = self.state.lock();
            let refusal = self.refusal(&state);
            if refusal != 0 {
                return refusal;
            }
            if state.status != Status::Active {
                return Errno::EAGAIN.to_c();
            }
            if flags & ASYNC != 0 && !state.no_callbacks {
                self.submit(&mut state, Request::Idle, 0);
                return 0;
            }
            state.no_callbacks
        };
        if !no_callbacks {
            let result = self.call(Which::Idle);
            if result != 0 {
                return result;
            }
        }
        self.suspend((flags & !GET_PUT) | AUTO)
    }

    /// Nanoseconds until the device may be suspended by itself; 0 for now.
    fn wait_ns(state: &State) -> u64 {
        let delay = u64::try_from(state.delay_ms).unwrap_or(0) * NS_PER_MS;
        if !state.use_autosuspend || state.delay_ms < 0 {
            return 0;
        }
        state.last_busy.saturating_add(delay).saturating_sub(time::now_ns())
    }

    /// When that is, in nanoseconds since boot; 0 for now.
    pub(super) fn expiration(&self) -> u64 {
        let state = self.state.lock();
        match Self::wait_ns(&state) {
            0 => 0,
            wait => time::now_ns() + wait,
        }
    }

    /// Suspends the device if nobody uses it; 1 if it is suspended.
    pub(super) fn suspend(&self, flags: c_int) -> c_int {
        self.check(flags);
        if flags & GET_PUT != 0 && !self.release() {
            return 0;
        }
        let no_callbacks = loop {
            let mut state = self.state.lock();
            let refusal = self.refusal(&state);
            if refusal != 0 {
                return refusal;
            }
            if flags & AUTO != 0 && state.status != Status::Suspending {
                let wait = Self::wait_ns(&state);
                if wait != 0 {
                    self.submit(&mut state, Request::Autosuspend, wait);
                    return 0;
                }
            }
            if Self::changing(state.status) {
                if flags & (ASYNC | NOWAIT) != 0 {
                    let code = if state.status == Status::Suspending { Errno::EINPROGRESS } else { Errno::EAGAIN };
                    return code.to_c();
                }
                drop(state);
                self.settle();
                continue;
            }
            if flags & ASYNC != 0 && !state.no_callbacks {
                let request = if flags & AUTO != 0 { Request::Autosuspend } else { Request::Suspend };
                self.submit(&mut state, request, 0);
                return 0;
            }
            state.request = Request::None;
            state.deferred_resume = false;
            self.set_status(&mut state, Status::Suspending);
            break state.no_callbacks;
        };
        let result = if no_callbacks { 0 } else { self.call(Which::Suspend) };
        self.finish_suspend(result)
    }

    fn finish_suspend(&self, result: c_int) -> c_int {
        let deferred = {
            let mut state = self.state.lock();
            if result < 0 {
                if !transient(result) {
                    state.error = result;
                }
                state.deferred_resume = false;
                self.set_status(&mut state, Status::Active);
            } else {
                self.set_status(&mut state, Status::Suspended);
            }
            core::mem::take(&mut state.deferred_resume)
        };
        self.changed.wake_all();
        if result < 0 {
            return result;
        }
        if let Some(parent) = self.parent() {
            let ignored = {
                let mut state = parent.state.lock();
                state.children = state.children.saturating_sub(1);
                state.ignore_children
            };
            if !ignored {
                parent.idle(ASYNC);
            }
        }
        if deferred {
            self.resume(0);
            return Errno::EAGAIN.to_c();
        }
        0
    }

    /// Suspends in `delay_ms`, if nobody uses the device then.
    pub(super) fn schedule(&self, delay_ms: u32) -> c_int {
        if delay_ms == 0 {
            return self.suspend(ASYNC);
        }
        let mut state = self.state.lock();
        let refusal = self.refusal(&state);
        if refusal != 0 {
            return refusal;
        }
        self.submit(&mut state, Request::Suspend, u64::from(delay_ms) * NS_PER_MS);
        0
    }

    /// Drops what is asked for and waits for what is going on; resumes if that was asked for. Says whether it did.
    pub(super) fn barrier(&self) -> bool {
        let resume = core::mem::replace(&mut self.state.lock().request, Request::None) == Request::Resume;
        if resume {
            self.resume(0);
        }
        self.settle();
        resume
    }

    /// Turns management off, once more.
    pub(super) fn disable(&self, check_resume: bool) {
        let (first, resume) = {
            let mut state = self.state.lock();
            let resume = check_resume && state.disable_depth == 0 && state.request == Request::Resume;
            if state.disable_depth > 0 {
                state.disable_depth += 1;
                (false, false)
            } else {
                if resume {
                    state.request = Request::None;
                }
                (true, resume)
            }
        };
        if !first {
            return;
        }
        if resume {
            self.resume(0);
        }
        {
            let mut state = self.state.lock();
            state.disable_depth += 1;
            state.request = Request::None;
        }
        self.settle();
    }

    /// Turns management on, if it was turned off once.
    pub(super) fn enable(&self) {
        let mut state = self.state.lock();
        match state.disable_depth.checked_sub(1) {
            Some(depth) => state.disable_depth = depth,
            None => {
                drop(state);
                log::warn!("runtime power management: enabled more often than disabled");
            }
        }
    }

    /// Says what the device is, while management is off or has failed.
    pub(super) fn declare(&self, status: Status) -> c_int {
        {
            let state = self.state.lock();
            if state.disable_depth == 0 && state.error == 0 {
                return Errno::EAGAIN.to_c();
            }
        }
        let old = self.state.lock().status;
        if let Some(parent) = self.parent().filter(|_| old != status) {
            let mut above = parent.state.lock();
            if status == Status::Active {
                if above.disable_depth == 0 && !above.ignore_children && above.status != Status::Active {
                    return Errno::EBUSY.to_c();
                }
                above.children += 1;
            } else {
                above.children = above.children.saturating_sub(1);
            }
        }
        let mut state = self.state.lock();
        self.set_status(&mut state, status);
        state.error = 0;
        drop(state);
        if let Some(parent) = self.parent().filter(|_| old != status && status == Status::Suspended) {
            parent.idle(ASYNC);
        }
        0
    }

    /// After a change of delay or use of autosuspend: a negative delay forbids suspending.
    pub(super) fn autosuspend_changed(&self) {
        let (hold, release) = {
            let mut state = self.state.lock();
            let hold = state.use_autosuspend && state.delay_ms < 0;
            let was = core::mem::replace(&mut state.held, hold);
            (hold && !was, !hold && was)
        };
        if hold {
            self.resume(GET_PUT | ASYNC);
        } else if release {
            self.idle(GET_PUT | ASYNC | AUTO);
        } else {
            self.idle(ASYNC | AUTO);
        }
    }
}

/// Codes by which a callback says "not now".
fn transient(code: c_int) -> bool {
    [Errno::EAGAIN, Errno::EBUSY, Errno::EACCES].iter().any(|e| e.to_c() == code)
}

/// Frees a device's state. The device system calls this when a device goes.
///
/// # Safety
/// `dev` must be a device that nobody uses any more.
pub unsafe fn forget(dev: *mut bindings::device) {
    // SAFETY: as the caller says.
    let place = unsafe { AtomicPtr::from_ptr((&raw mut (*dev).power.rpm).cast::<*mut Runtime>()) };
    let found = place.swap(null_mut(), AcqRel);
    if !found.is_null() {
        // SAFETY: from `Arc::into_raw` in `of`.
        let runtime = unsafe { Arc::from_raw(from_ref(&*found)) };
        runtime.disable(false);
        runtime.work.cancel();
    }
}
