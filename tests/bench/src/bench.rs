// SPDX-License-Identifier: GPL-2.0-only
//! What a test holds in its hands: the bench, its models, its devices.

use crate::model::{Io, Model};
use crate::registers::{self, Fault};
use crate::{interrupts, journal, trace, tree};
use kernel::device::State;
use kernel::gpio::{self, Line};
use linux_compat::slab::Usage;
use std::sync::{Arc, Mutex};

/// A test of a driver.
pub struct Test {
    /// Its name, within its driver's.
    pub name: &'static str,
    /// What it does: sets the bench up, starts it, uses the driver.
    pub run: fn(&mut Bench),
    /// A text in the report that the test must end with, for one that shows that a mistake is caught.
    pub dies: Option<&'static str>,
}

impl Test {
    /// A test that passes if `run` returns.
    pub const fn new(name: &'static str, run: fn(&mut Bench)) -> Self {
        Test { name, run, dies: None }
    }

    /// A test that passes if the program dies with `report` in what it says: of the address sanitizer, or a panic.
    pub const fn dies(name: &'static str, run: fn(&mut Bench), report: &'static str) -> Self {
        Test { name, run, dies: Some(report) }
    }
}

/// A model on the bench.
pub struct Handle<M> {
    model: Arc<Mutex<M>>,
    number: usize,
}

impl<M> Clone for Handle<M> {
    fn clone(&self) -> Self {
        Handle { model: Arc::clone(&self.model), number: self.number }
    }
}

impl<M: Model> Handle<M> {
    /// Looks into the model, or changes it; interrupts that this raises come afterwards.
    pub fn with<T>(&self, f: impl FnOnce(&mut M, &mut Io) -> T) -> T {
        let flags = arch::irq::save();
        let result = f(&mut self.model.lock().unwrap(), &mut Io { model: self.number });
        arch::irq::restore(flags);
        result
    }
}

/// What drivers hold: the same after each removal, or something leaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    /// Memory of `kmalloc()`.
    pub memory: Usage,
    /// Threads.
    pub threads: usize,
    /// Interrupts at the root controller.
    pub interrupts: usize,
    /// Timers that are armed.
    pub timers: usize,
}

/// A machine without anything but what a test puts on it.
pub struct Bench {
    _alone: (),
}

impl Bench {
    pub(crate) fn new() -> Self {
        Bench { _alone: () }
    }

    /// Puts a model at `bytes` of physical addresses from `start` on. Any time before the driver gets there.
    pub fn add<M: Model>(&mut self, name: &str, start: u64, bytes: u64, model: M) -> Handle<M> {
        let model = Arc::new(Mutex::new(model));
        let number = registers::add(name.into(), start..start + bytes, model.clone());
        Handle { model, number }
    }

    /// Starts the drivers on a machine with this device tree, as the hypervisor does: initcalls, devices, deferred
    /// probes. The tree is source text that begins with `/ {`; what every machine has is put before it: cells of 1
    /// for addresses and sizes, and the interrupt controller `gic`, the parent of all interrupts. Once.
    pub fn start(&mut self, source: &str) {
        tree::set(source);
        linux_compat::start();
        self.settle();
    }

    /// Lets everybody else run who has something to do now.
    pub fn settle(&self) {
        self.sleep_us(100);
    }

    /// Sleeps, on the clock of the bench: others run meanwhile, and time jumps where nobody does.
    pub fn sleep_us(&self, us: u64) {
        kernel::sched::sleep_ns(us * 1000);
    }

    /// As [`sleep_us`](Self::sleep_us).
    pub fn sleep_ms(&self, ms: u64) {
        self.sleep_us(ms * 1000);
    }

    /// The clock of the bench, in ns.
    pub fn now(&self) -> u64 {
        kernel::time::now_ns()
    }

    /// What became of the device at a path of the tree.
    pub fn state(&self, path: &str) -> Option<State> {
        kernel::device::list().into_iter().find(|device| device.path == path).map(|device| device.state)
    }

    /// Fails the test unless the device has a driver.
    #[track_caller]
    pub fn expect_bound(&self, path: &str) {
        let state = self.state(path);
        assert_eq!(state, Some(State::Bound), "{path} was not taken; the log says why:\n{}", journal::text());
    }

    /// A line of the GPIO bank whose node is at `path`.
    ///
    /// # Panics
    /// If there is no such bank or line.
    pub fn gpio_line(path: &str, line: u32) -> Arc<Line> {
        let bank = gpio::find(&|bank| bank.node() == Some(path)).expect("the driver registers a bank");
        bank.line(line).expect("the bank has this line").clone()
    }

    /// Takes the driver from a device.
    #[track_caller]
    pub fn unbind(&self, path: &str) {
        let binder = kernel::device::binder().expect("the bench was started");
        binder.unbind(path).unwrap_or_else(|error| panic!("{error}"));
        self.settle();
        let left = journal::lines().into_iter().find(|line| journal::is_leak(line));
        assert!(left.is_none(), "the driver of {path} left something: {}", left.unwrap_or_default());
    }

    /// Gives the device to its driver again.
    #[track_caller]
    pub fn bind(&self, path: &str) {
        let binder = kernel::device::binder().expect("the bench was started");
        binder.bind(path).unwrap_or_else(|error| panic!("{error}\n{}", journal::text()));
        self.settle();
    }

    /// Probes, uses, removes: three times over, and fails the test if the driver holds more after the last removal
    /// than after the first. The device is bound at the end.
    #[track_caller]
    pub fn rebind_without_leak(&mut self, path: &str, mut usage: impl FnMut(&mut Bench)) {
        self.expect_bound(path);
        let mut held = Vec::new();
        for _ in 0..3 {
            usage(self);
            self.unbind(path);
            assert_ne!(self.state(path), Some(State::Bound), "{path} kept its driver");
            held.push(self.held());
            self.bind(path);
            self.expect_bound(path);
        }
        assert_eq!(
            held[1], held[2],
            "{path}: each probe and removal leaves something behind ({:?} at first)",
            held[0]
        );
    }

    /// What drivers hold now.
    pub fn held(&self) -> Held {
        Held {
            memory: linux_compat::slab::usage(),
            threads: kernel::sched::snapshot().len(),
            interrupts: kernel::irq::list().len(),
            timers: kernel::timer::stats(kernel::percpu::CpuId(0)).0,
        }
    }

    /// The lines of the log so far.
    pub fn log(&self) -> Vec<String> {
        journal::lines()
    }

    /// Whether a line of the log has this in it.
    pub fn said(&self, text: &str) -> bool {
        journal::lines().iter().any(|line| line.contains(text))
    }

    /// The trace so far.
    pub fn trace(&self) -> Vec<trace::Entry> {
        trace::entries()
    }

    /// Forgets the trace so far.
    pub fn clear_trace(&self) {
        trace::clear();
    }

    /// Prints a line between those of the trace.
    pub fn note(&self, text: &str) {
        trace::note("test", text);
    }

    /// From now on something is wrong with the `bytes` of registers from `start` on.
    pub fn fault(&self, start: u64, bytes: u64, fault: Fault) {
        registers::fault(start..start + bytes, fault);
    }

    /// The registers from `start` on are whole again.
    pub fn repair(&self, start: u64) {
        registers::repair(start);
    }

    /// Raises or lowers an interrupt line, as a device would: number `line` of `interrupts = <0 line ...>`.
    pub fn set_line(&self, line: u32, up: bool) {
        interrupts::set_level(line, up);
        self.poll();
    }

    /// A storm: the line's interrupt comes `count` times with nobody asking for it, at once where it is open.
    pub fn storm(&self, line: u32, count: u32) {
        trace::note("bench", &format!("a storm of {count} interrupts at line {line}"));
        interrupts::storm(line, count);
        self.poll();
    }

    /// Whether the interrupts of a line are lost on their way to the CPU.
    pub fn lose_interrupts(&self, line: u32, lost: bool) {
        trace::note(
            "bench",
            &format!("interrupts of line {line} are {}", if lost { "lost" } else { "delivered" }),
        );
        interrupts::lose(line, lost);
        self.poll();
    }

    /// How often the CPU took a line's interrupt.
    pub fn interrupts(&self, line: u32) -> u64 {
        interrupts::taken(line)
    }

    /// Whether a driver has requested a line's interrupt and left it open.
    pub fn line_open(&self, line: u32) -> bool {
        interrupts::enabled(line)
    }

    /// Takes pending interrupts now.
    pub fn poll(&self) {
        let flags = arch::irq::save();
        arch::irq::restore(flags);
    }

    /// The `n`th allocation of memory from now on fails (0: the next), once.
    pub fn fail_allocation(&self, n: usize) {
        trace::note("bench", &format!("allocation {n} from here will fail"));
        linux_compat::slab::fail_after(Some(n));
    }

    /// No allocation fails any more; whether the one that was to fail was asked for.
    pub fn allocations_succeed(&self) -> bool {
        linux_compat::slab::fail_after(None).is_none()
    }

    /// Binds a device again and again, with another allocation of the probe failing each time, until none does: the
    /// probe must fail, or do without, and leave nothing behind. The device is bound at the end.
    ///
    /// # Panics
    /// If the driver leaks.
    #[track_caller]
    pub fn probe_without_memory(&self, path: &str) {
        let binder = kernel::device::binder().expect("the bench was started");
        // Once with all that is allocated for good.
        self.bind(path);
        self.unbind(path);
        let before = self.held();
        for n in 0.. {
            self.fail_allocation(n);
            let bound = binder.bind(path).is_ok();
            let failed = self.allocations_succeed();
            self.settle();
            if !failed {
                assert!(
                    bound,
                    "{path}: nothing failed, but the driver does not take it\n{}",
                    journal::text()
                );
                return;
            }
            if bound {
                self.unbind(path);
            }
            assert_eq!(
                self.held(),
                before,
                "{path}: a probe in which allocation {n} failed leaves something behind"
            );
        }
    }
}
