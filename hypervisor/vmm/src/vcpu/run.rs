// SPDX-License-Identifier: GPL-2.0-only
//! The thread of a vCPU: from its creation to the guest, and from each exit back to it.

use super::{Vcpu, request};
use crate::guest::Guest;
use alloc::format;
use alloc::sync::{Arc, Weak};
use arch::frame::GuestFrame;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use kernel::mm::space;
use kernel::percpu;
use kernel::sched::{self, NormalOps, Params};
use kernel::timer::Timer;

/// Bytes of RAM written back with interrupts masked, see [`request::FLUSH`].
const FLUSH_CHUNK: u64 = 256 << 10;

/// Keeps the guest alive as long as the thread.
struct Hooks {
    guest: Arc<Guest>,
    index: usize,
}

impl NormalOps for Hooks {
    fn load(&self) {
        if let Some(vcpu) = self.guest.vcpus().get(self.index) {
            vcpu.load();
        }
    }

    fn unload(&self) {
        if let Some(vcpu) = self.guest.vcpus().get(self.index) {
            vcpu.unload();
        }
    }
}

/// Makes the thread of vCPU `index`, which waits to be switched on. Context: may sleep.
pub(crate) fn create_thread(guest: &Arc<Guest>, index: usize, params: Params) -> kernel::error::Result<()> {
    let Some(vcpu) = guest.vcpus().get(index) else { return Ok(()) };
    let name = format!("{}/{index}", guest.name());
    let with_vcpu = |f: fn(&Vcpu)| {
        let guest: Weak<Guest> = Arc::downgrade(guest);
        move || {
            if let Some(guest) = guest.upgrade()
                && let Some(vcpu) = guest.vcpus().get(index)
            {
                f(vcpu);
            }
        }
    };
    vcpu.alarm.call_once(|| Timer::new(with_vcpu(Vcpu::kick)));
    vcpu.physical_alarm.call_once(|| Timer::new(with_vcpu(Vcpu::physical_timer_fired)));
    let hooks = Arc::new(Hooks { guest: guest.clone(), index });
    let stack = space::alloc_stack(arch::STACK_SIZE)?;
    let frame = stack.top().0 - size_of::<GuestFrame>();
    vcpu.frame.store(core::ptr::with_exposed_provenance_mut(frame), Release);
    let arg = core::ptr::from_ref(vcpu).expose_provenance();
    // SAFETY: the room at the top of the stack, which the thread leaves to the frame.
    unsafe { vcpu.frame.load(Relaxed).write(GuestFrame::new(core::ptr::from_ref(vcpu).cast())) };
    let thread = sched::create_normal(&name, params, stack, size_of::<GuestFrame>(), main, arg, hooks)?;
    vcpu.thread.call_once(|| thread);
    Ok(())
}

/// Where the thread starts, below the frame.
extern "C" fn main(arg: usize) -> ! {
    // SAFETY: `create_thread` gave the address of the vCPU, whose guest the thread's hooks keep alive.
    let vcpu = unsafe { &*core::ptr::with_exposed_provenance::<Vcpu>(arg) };
    let frame = vcpu.frame.load(Relaxed);
    arch::irq::mask();
    // SAFETY: the frame at the top of this stack; only this thread and the exits of this vCPU use it.
    before_guest(vcpu, unsafe { &mut *frame });
    // SAFETY: the frame is at the top of this stack, the vCPU is loaded, interrupts are masked.
    unsafe { arch::vectors::enter_guest(frame) }
}

/// The end of every exit: whatever has to happen before the guest goes on. Context: exit path.
#[inline]
pub(crate) fn return_to_guest(vcpu: &Vcpu, frame: &mut GuestFrame) {
    let due = percpu::this_block().need_resched.load(Relaxed) | vcpu.requests.load(Relaxed);
    if due != 0 {
        before_guest(vcpu, frame);
    } else if vcpu.guest().vgic().needs_flush(vcpu.index()) {
        vcpu.guest().vgic().flush(vcpu.index());
    }
}

#[cold]
fn before_guest(vcpu: &Vcpu, frame: &mut GuestFrame) {
    loop {
        let requests = vcpu.requests.load(Acquire);
        if requests & request::PARK != 0 {
            vcpu.park();
        } else if requests & request::POWER != 0 {
            vcpu.restart(frame);
        } else if requests & request::FLUSH != 0 {
            vcpu.done(request::FLUSH);
            flush_memory(vcpu);
        } else if percpu::this_block().need_resched.load(Relaxed) != 0 {
            sched::schedule();
        } else {
            break;
        }
    }
    vcpu.ensure_loaded();
    vcpu.trap_wfe(sched::contended());
    let vgic = vcpu.guest().vgic();
    if vgic.needs_flush(vcpu.index()) {
        vgic.flush(vcpu.index());
    }
}

fn flush_memory(vcpu: &Vcpu) {
    let mut step = 0;
    while vcpu.guest().memory().flush_step(step, FLUSH_CHUNK) && !vcpu.wants_park() {
        step += 1;
        // Others' interrupts are taken here, and whoever they wake may run first.
        arch::irq::unmask();
        arch::irq::mask();
    }
}

impl Vcpu {
    /// Stays out of the guest until it is released; others may change the vCPU meanwhile.
    fn park(&self) {
        self.put_away();
        self.parked.store(1, Release);
        self.guest().vcpu_parked();
        while self.wants_park() {
            sched::block_current();
            // The scheduler has loaded it again, maybe before the others were done with it.
            self.put_away();
        }
        self.parked.store(0, Release);
    }

    /// Waits until it is switched on, and starts afresh.
    fn restart(&self, frame: &mut GuestFrame) {
        self.put_away();
        while !self.is_powered() && !self.wants_park() {
            sched::block_current();
            self.put_away();
        }
        if self.is_powered() && !self.wants_park() {
            self.done(request::POWER);
            self.set_start_state(frame);
            self.guest().vcpu_started(self.index());
        }
    }

    /// The emulated physical timer's time has come. Context: timer interrupt.
    fn physical_timer_fired(&self) {
        self.guest().vgic().set_ppi(self.index(), crate::timer::PHYSICAL_PPI, self.physical_timer.line());
    }
}
