// SPDX-License-Identifier: GPL-2.0-only
//! Putting a vCPU into a CPU's registers and taking it out. FP and debug registers follow only if they are used.

use super::{Vcpu, power, request};
use crate::timer::{self, virtual_deadline};
use arch::frame::GuestFrame;
use arch::guest::{Controls, El1State};
use core::ptr;
use core::sync::atomic::AtomicPtr;
use core::sync::atomic::Ordering::{Acquire, Relaxed, SeqCst};
use kernel::percpu::{self, MAX_CPUS, PerCpu};
use kernel::sched;

/// Whose FP state is in each CPU's registers. Only compared, never followed: the vCPU may be gone.
static FP_OWNER: PerCpu<AtomicPtr<Vcpu>> = PerCpu::new([const { AtomicPtr::new(ptr::null_mut()) }; MAX_CPUS]);

/// PSTATE of a vCPU that starts: EL1 with its own stack pointer, all interrupts masked.
const START_STATE: u64 = 0x3c5;

impl Vcpu {
    /// Puts the vCPU into this CPU's registers. Context: scheduler, interrupts masked.
    pub(super) fn load(&self) {
        if let Some(alarm) = self.alarm.get() {
            alarm.try_cancel();
        }
        // SAFETY: the scheduler calls this for a vCPU that runs nowhere else.
        let hardware = unsafe { self.hardware() };
        let here = percpu::this_cpu();
        let fp_is_here =
            self.fp_cpu.load(Relaxed) == u32::from(here.0) && ptr::eq(FP_OWNER.of(here).load(Relaxed), self);
        hardware.controls.cptr =
            if fp_is_here { Controls::CPTR } else { Controls::CPTR | Controls::CPTR_TFP };
        // Before the timer, so that it does not fire for an interrupt that is active already.
        self.guest().vgic().load(self.index);
        hardware.controls.load();
        if self.guest().last_here(here, self.index) {
            // Another vCPU of the guest ran here: what it cached for its own use under the same ASIDs is not ours.
            arch::tlb::flush_loaded_guest_here();
        }
        hardware.el1.load();
        if hardware.debug_live {
            hardware.debug.load();
        }
    }

    /// Takes the vCPU out of this CPU's registers, and has it woken when its virtual timer fires. Context: scheduler,
    /// interrupts masked.
    pub(super) fn unload(&self) {
        self.take_out();
        // SAFETY: as in `take_out`.
        let controls = &unsafe { self.hardware() }.controls;
        if let Some(deadline) = virtual_deadline(controls.cntv_ctl, controls.cntv_cval, controls.cntvoff)
            && let Some(alarm) = self.alarm.get()
        {
            alarm.arm_ticks(deadline);
        }
    }

    fn take_out(&self) {
        // SAFETY: the scheduler calls this on the CPU where the vCPU is loaded.
        let hardware = unsafe { self.hardware() };
        hardware.el1.save();
        hardware.controls.save();
        self.guest().vgic().unload(self.index);
        if hardware.controls.cptr & Controls::CPTR_TFP == 0 {
            hardware.fp.save();
        }
        if hardware.debug_live {
            hardware.debug.save();
        }
    }

    /// Gives the guest the FP registers, at its first use since another vCPU had them. Context: exit path.
    #[cold]
    pub(crate) fn take_fp(&self) {
        // SAFETY: the vCPU's own thread.
        let hardware = unsafe { self.hardware() };
        hardware.controls.cptr = Controls::CPTR;
        hardware.controls.reload_traps();
        // Whoever had them was saved when it was unloaded.
        hardware.fp.load();
        let here = percpu::this_cpu();
        FP_OWNER.of(here).store(ptr::from_ref(self).cast_mut(), Relaxed);
        self.fp_cpu.store(u32::from(here.0), Relaxed);
    }

    /// Gives the guest the debug registers, at its first use. Context: exit path.
    #[cold]
    pub(crate) fn take_debug(&self) {
        // SAFETY: the vCPU's own thread.
        let hardware = unsafe { self.hardware() };
        hardware.debug_live = true;
        hardware.controls.mdcr &= !Controls::MDCR_TDA;
        hardware.controls.reload_traps();
        hardware.debug.load();
    }

    /// Traps WFE, which then goes to another vCPU, only where there is one that waits. Context: exit path, loaded.
    pub(super) fn trap_wfe(&self, contended: bool) {
        // SAFETY: the vCPU's own thread.
        let hardware = unsafe { self.hardware() };
        let bit = if contended { Controls::HCR_TWE } else { 0 };
        if hardware.controls.hcr & Controls::HCR_TWE != bit {
            hardware.controls.hcr ^= Controls::HCR_TWE;
            hardware.controls.reload_traps();
        }
    }

    /// Traps the guest's writes of translation controls, or no longer. Context: exit path.
    pub(crate) fn trap_translation_controls(&self, on: bool) {
        // SAFETY: the vCPU's own thread.
        let hardware = unsafe { self.hardware() };
        let bit = if on { Controls::HCR_TVM } else { 0 };
        hardware.controls.hcr = hardware.controls.hcr & !Controls::HCR_TVM | bit;
        hardware.controls.reload_traps();
    }

    /// Whether they are trapped.
    pub(crate) fn traps_translation_controls(&self) -> bool {
        // SAFETY: the vCPU's own thread.
        unsafe { self.hardware() }.controls.hcr & Controls::HCR_TVM != 0
    }

    /// Makes sure that the vCPU is loaded here, after it took itself out with [`Self::put_away`]. Context: its thread.
    pub(super) fn ensure_loaded(&self) {
        let block = percpu::this_block();
        let Some(thread) = self.thread.get() else { return };
        let me = ptr::from_ref::<sched::Vcpu>(thread).cast_mut();
        if block.loaded.load(Relaxed) != me {
            self.load();
            block.loaded.store(me, Relaxed);
        }
    }

    /// Takes the vCPU out of the registers although no other is loaded, so that others may change it. Its timers do not
    /// wake it: it is not to run. Context: its thread.
    pub(super) fn put_away(&self) {
        let block = percpu::this_block();
        let Some(thread) = self.thread.get() else { return };
        if block.loaded.load(Relaxed) == ptr::from_ref::<sched::Vcpu>(thread).cast_mut() {
            self.take_out();
            block.loaded.store(ptr::null_mut(), Relaxed);
        }
    }

    /// The state of a CPU that PSCI has just switched on. Context: its thread, or while it is parked, not loaded.
    pub(super) fn set_start_state(&self, frame: &mut GuestFrame) {
        // SAFETY: the vCPU's own thread; it is not loaded.
        let hardware = unsafe { self.hardware() };
        hardware.el1 = El1State::reset();
        hardware.fp = Default::default();
        hardware.debug = Default::default();
        hardware.debug_live = false;
        hardware.os_lock = true;
        hardware.controls.hcr = Controls::HCR;
        hardware.controls.mdcr = Controls::MDCR;
        hardware.controls.cntv_ctl = 0;
        hardware.controls.cntv_cval = 0;
        hardware.controls.cntvoff = self.guest().counter_offset();
        self.fp_cpu.store(u32::MAX, Relaxed);
        self.guest().vgic().reset_cpu_interface(self.index);
        if let Some(alarm) = self.physical_alarm.get() {
            self.physical_timer.reset(alarm);
        }
        if let Some(alarm) = self.alarm.get() {
            alarm.try_cancel();
        }
        frame.x = [0; 31];
        frame.x[0] = self.context.load(Relaxed);
        frame.elr = self.entry.load(Relaxed);
        frame.spsr = START_STATE;
    }

    /// Stops the timers that would call back. Context: its guest is being taken apart.
    pub(crate) fn cancel_timers(&self) {
        for alarm in [&self.alarm, &self.physical_alarm] {
            if let Some(alarm) = alarm.get() {
                alarm.cancel();
            }
        }
    }

    /// Whether the thread is to start the vCPU afresh or to wait for that.
    pub(super) fn is_powered(&self) -> bool {
        self.power.load(Acquire) == power::ON
    }

    /// The host's virtual timer interrupt has come for the vCPU that is loaded here. Context: interrupt handler.
    #[inline]
    pub(crate) fn virtual_timer_fired(&self) {
        self.guest().vgic().inject_forwarded(self.index, timer::VIRTUAL_PPI, timer::VIRTUAL_PPI);
        if let Some(thread) = self.thread.get()
            && !ptr::eq(percpu::this_block().current.load(Relaxed), &raw const **thread)
        {
            sched::wake(thread);
        }
    }

    /// Takes note of requests that are dealt with.
    pub(super) fn done(&self, bits: u32) {
        self.requests.fetch_and(!bits, SeqCst);
    }

    /// Whether it is asked to stay out of the guest.
    pub(super) fn wants_park(&self) -> bool {
        self.requests.load(Acquire) & request::PARK != 0
    }
}
