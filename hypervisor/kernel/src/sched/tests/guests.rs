// SPDX-License-Identifier: GPL-2.0-only
//! Normal vCPUs: when their state is loaded and unloaded, how they are kicked, and how they end.

use crate::fake::{Machine, eventually, machine, on};
use crate::percpu;
use crate::sched::{self, CpuMask, NormalOps, Params, State, Vcpu, life};
use crate::sync::SpinLock;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::atomic::{AtomicBool, AtomicU32};

/// A guest's vCPU: counts its exits, and blocks ("WFI") or computes in between.
pub struct Guest {
    /// Not 0: the CPU, plus one, in whose registers its state is.
    pub loaded: AtomicU32,
    pub loads: AtomicU32,
    pub exits: AtomicU32,
    /// Whether it is to block rather than to compute.
    pub wfi: AtomicBool,
    /// Whether it computes without anything that would interrupt it.
    pub quiet: AtomicBool,
    pub events: SpinLock<Vec<&'static str>>,
}

impl Guest {
    pub fn new(wfi: bool) -> Arc<Self> {
        Arc::new(Self {
            loaded: AtomicU32::new(0),
            loads: AtomicU32::new(0),
            exits: AtomicU32::new(0),
            wfi: AtomicBool::new(wfi),
            quiet: AtomicBool::new(false),
            events: SpinLock::new(Vec::new()),
        })
    }

    fn here() -> u32 {
        u32::from(percpu::this_cpu().0) + 1
    }
}

impl NormalOps for Guest {
    fn load(&self) {
        assert!(arch::irq::masked());
        assert_eq!(self.loaded.swap(Self::here(), SeqCst), 0, "loaded twice");
        self.loads.fetch_add(1, SeqCst);
        self.events.lock().push("load");
    }

    fn unload(&self) {
        assert!(arch::irq::masked());
        assert_eq!(self.loaded.swap(0, SeqCst), Self::here(), "unloaded elsewhere");
        self.events.lock().push("unload");
    }
}

/// The loop of exits, with interrupts masked like the real one; entering the "guest" takes pending interrupts.
extern "C" fn run(arg: usize) -> ! {
    let guest = arg as *const Guest;
    loop {
        // SAFETY: the test keeps the guest until its vCPU has ended.
        let guest = unsafe { &*guest };
        assert!(arch::irq::masked());
        assert_eq!(guest.loaded.load(SeqCst), Guest::here(), "runs without its state");
        if sched::need_resched() {
            sched::schedule();
        } else if guest.wfi.load(SeqCst) {
            guest.exits.fetch_add(1, SeqCst);
            sched::block_current();
        } else {
            guest.exits.fetch_add(1, SeqCst);
            // A guest is no place to preempt the hypervisor at: the exit path decides.
            percpu::preempt_disable();
            if guest.quiet.load(SeqCst) {
                arch::cpu::wfi();
            }
            arch::irq::unmask();
            std::thread::yield_now();
            arch::irq::mask();
            percpu::preempt_enable_no_resched();
        }
    }
}

pub fn create(m: &Machine, params: Params, guest: &Arc<Guest>) -> Arc<Vcpu> {
    let (ops, arg) = (Arc::clone(guest), Arc::as_ptr(guest) as usize);
    m.run_on(0, move || {
        life::create_normal_at("guest", params, (None, arch::VirtAddr(0)), run, arg, ops).unwrap()
    })
}

pub fn wake(m: &Machine, from: u16, v: &Arc<Vcpu>) {
    let v = Arc::clone(v);
    m.interrupt(from, move || sched::wake(&v));
}

fn retire(m: &Machine, v: Arc<Vcpu>) {
    m.run_on(3, move || sched::retire(v).unwrap());
}

#[test]
fn state_stays_loaded_while_orphans_run_and_the_cpu_idles() {
    let m = machine();
    let guest = Guest::new(true);
    let v = create(&m, on(1), &guest);
    assert_eq!((v.state(), guest.loads.load(SeqCst)), (State::Blocked, 0));
    for n in 1..=10 {
        wake(&m, n as u16 % 4, &v);
        eventually("an exit", || guest.exits.load(SeqCst) == n && v.state() == State::Blocked);
        m.run_on(1, || ());
    }
    assert_eq!((guest.loads.load(SeqCst), v.is_loaded()), (1, true));
    retire(&m, v);
    assert_eq!(*guest.events.lock(), ["load", "unload"]);
}

#[test]
fn two_guests_on_a_cpu_exchange_their_state() {
    let m = machine();
    let guests = [Guest::new(true), Guest::new(true)];
    let vcpus = guests.each_ref().map(|g| create(&m, on(2), g));
    for n in 1..=20 {
        for (guest, v) in guests.iter().zip(&vcpus) {
            wake(&m, 0, v);
            eventually("an exit", || guest.exits.load(SeqCst) == n && v.state() == State::Blocked);
        }
    }
    for (guest, v) in guests.iter().zip(vcpus) {
        assert_eq!(guest.loads.load(SeqCst), 20);
        retire(&m, v);
        assert_eq!(guest.loaded.load(SeqCst), 0);
    }
}

#[test]
fn a_kick_gets_a_computing_guest_past_its_exit_path() {
    let m = machine();
    let guest = Guest::new(false);
    let v = create(&m, on(2), &guest);
    wake(&m, 0, &v);
    eventually("running", || guest.exits.load(SeqCst) > 0);
    guest.quiet.store(true, SeqCst);
    for _ in 0..20 {
        let exits = guest.exits.load(SeqCst);
        let kicked = Arc::clone(&v);
        m.interrupt(1, move || sched::kick(&kicked));
        eventually("an exit", || guest.exits.load(SeqCst) > exits);
    }
    // A wake alone leaves it in peace, but is remembered.
    // The last kick's interrupt may be late: until it is quiet.
    let mut exits = u32::MAX;
    eventually("quiet", || {
        std::thread::sleep(std::time::Duration::from_millis(20));
        let before = exits;
        exits = guest.exits.load(SeqCst);
        exits == before
    });
    wake(&m, 1, &v);
    std::thread::sleep(std::time::Duration::from_millis(5));
    assert_eq!(guest.exits.load(SeqCst), exits);
    retire(&m, v);
}

#[test]
fn retiring_frees_everything_from_any_state() {
    let m = machine();
    for (wfi, woken) in [(true, false), (true, true), (false, true)] {
        let guest = Guest::new(wfi);
        let v = create(&m, on(1), &guest);
        if woken {
            wake(&m, 0, &v);
            eventually("an exit", || guest.exits.load(SeqCst) > 0);
        }
        let weak = Arc::downgrade(&v);
        retire(&m, v);
        assert_eq!(weak.strong_count(), 0);
        assert_eq!((guest.loaded.load(SeqCst), Arc::strong_count(&guest)), (0, 1));
    }
}

#[test]
fn retiring_one_that_waits_for_its_cpu_ends_it() {
    let m = machine();
    let (busy, guest) = (Guest::new(false), Guest::new(false));
    let first = create(&m, Params { priority: 5, ..on(1) }, &busy);
    let second = create(&m, Params { priority: 2, ..on(1) }, &guest);
    wake(&m, 0, &first);
    eventually("running", || busy.exits.load(SeqCst) > 0);
    wake(&m, 0, &second);
    assert_eq!(second.state(), State::Runnable);
    retire(&m, second);
    assert_eq!(guest.exits.load(SeqCst), 0);
    retire(&m, first);
}

#[test]
fn a_guest_moves_with_its_state_whatever_it_does() {
    let m = machine();
    for wfi in [true, false] {
        let guest = Guest::new(wfi);
        let v = create(&m, on(0), &guest);
        wake(&m, 1, &v);
        eventually("an exit", || guest.exits.load(SeqCst) > 0);
        for n in 1..40u16 {
            let cpu = n % 4;
            let moved = Arc::clone(&v);
            m.interrupt(n / 4 % 4, move || sched::set_affinity(&moved, CpuMask(1 << cpu)).unwrap());
            eventually("arrival", || v.cpu().0 == cpu && v.state() != State::Moving);
            let exits = guest.exits.load(SeqCst);
            wake(&m, (n / 2) % 4, &v);
            eventually("an exit there", || guest.exits.load(SeqCst) > exits);
        }
        retire(&m, v);
        assert_eq!(guest.loaded.load(SeqCst), 0);
    }
}
