// SPDX-License-Identifier: GPL-2.0-only
//! What the tests of all devices need: an interrupt controller and a guest that take notes.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard};

use alloc::sync::Arc;
use arch::GuestPhysAddr;
use vmm::config::{DeviceConfig, Properties};
use vmm::device::{
    Context, Emulator, Error, Factory, InterruptSink, IrqLine, NodeExtras, PowerControl, Width,
};
use vmm::ram::GuestRam;

/// An interrupt controller that notes all changes of its lines.
#[derive(Default)]
pub(crate) struct Irqs {
    changes: Mutex<Vec<(u32, bool)>>,
    levels: Mutex<std::collections::BTreeMap<u32, bool>>,
    /// The guest has its interrupts edge-triggered.
    pub(crate) edges: AtomicBool,
}

impl Irqs {
    pub(crate) fn new() -> Arc<Self> {
        Arc::default()
    }

    pub(crate) fn line(self: &Arc<Self>, intid: u32) -> IrqLine {
        IrqLine::new(self.clone(), intid)
    }

    /// What happened since the last call.
    pub(crate) fn changes(&self) -> Vec<(u32, bool)> {
        std::mem::take(&mut self.changes.lock().unwrap())
    }

    pub(crate) fn level(&self, intid: u32) -> bool {
        self.levels.lock().unwrap().get(&intid).copied().unwrap_or(false)
    }
}

impl InterruptSink for Irqs {
    fn set(&self, intid: u32, level: bool) {
        self.changes.lock().unwrap().push((intid, level));
        self.levels.lock().unwrap().insert(intid, level);
    }

    fn follow(&self, intid: u32, causes: &AtomicU32) {
        let level = causes.load(Ordering::SeqCst) != 0;
        if self.levels.lock().unwrap().get(&intid).copied().unwrap_or(false) != level {
            self.set(intid, level);
        }
    }

    fn edge(&self, intid: u32) -> bool {
        let edge = self.edges.load(Ordering::SeqCst);
        if edge {
            self.set(intid, true);
            self.set(intid, false);
        }
        edge
    }
}

/// Notes what devices asked of their guest.
#[derive(Default)]
pub(crate) struct Power {
    pub(crate) resets: AtomicUsize,
    pub(crate) poweroffs: AtomicUsize,
}

impl PowerControl for Power {
    fn request_reset(&self, _: &'static str) {
        self.resets.fetch_add(1, Ordering::Relaxed);
    }

    fn request_poweroff(&self, _: &'static str) {
        self.poweroffs.fetch_add(1, Ordering::Relaxed);
    }
}

/// Held by tests that arm timers: on the host all threads' timers are in one queue.
pub(crate) fn time() -> MutexGuard<'static, ()> {
    static TIME: Mutex<()> = Mutex::new(());
    TIME.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// Moves this CPU's time on by `ns`, as if nothing had run meanwhile, and then takes the timer interrupt if it is due.
pub(crate) fn pass(ns: u64) {
    let cpu = arch::fake::this_cpu();
    cpu.advance(kernel::time::ns_to_ticks(ns));
    if cpu.deadline().is_some_and(|deadline| deadline <= kernel::time::now()) {
        kernel::timer::handle_irq();
    }
}

/// The devices that can be made without any option, and have registers of their own.
pub(crate) fn factories() -> impl Iterator<Item = &'static Factory> {
    let others = [["virtio,mmio"], ["pci-host-ecam-generic"], ["arm,gic-v2m-frame"]];
    crate::FACTORIES.iter().filter(move |factory| !others.iter().any(|other| factory.compatible == other))
}

/// The RAM of a guest that has none.
pub(crate) fn no_ram() -> Arc<GuestRam> {
    Arc::new(GuestRam::new(core::iter::empty()))
}

/// First interrupt of a device under test.
pub(crate) const IRQ: u32 = 40;

/// A guest with one device.
pub(crate) struct Bench {
    pub(crate) dev: Arc<dyn Emulator>,
    pub(crate) irqs: Arc<Irqs>,
    pub(crate) power: Arc<Power>,
    pub(crate) name: String,
}

/// A node as the configuration would make it.
pub(crate) fn node(factory: &Factory, name: &str, properties: Properties) -> DeviceConfig {
    DeviceConfig {
        name: name.into(),
        path: format!("/{name}"),
        compatible: factory.compatible[0].into(),
        base: GuestPhysAddr(0x900_0000),
        size: factory.reg_size,
        interrupts: Vec::new(),
        properties,
        children: Vec::new(),
        extras: NodeExtras::default(),
    }
}

/// A name for a guest that no other test has.
pub(crate) fn guest_name() -> String {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    format!("guest{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

impl Bench {
    /// The device of `factory` with `properties` and as many interrupt lines as it has.
    pub(crate) fn try_new(factory: &Factory, properties: Properties) -> Result<Self, Error> {
        Self::with_lines(factory, properties, factory.irqs as u32)
    }

    pub(crate) fn with_lines(factory: &Factory, properties: Properties, lines: u32) -> Result<Self, Error> {
        let irqs = Irqs::new();
        let power = Arc::new(Power::default());
        let guest = guest_name();
        let node = node(factory, "dev0", properties);
        let ctx = Context {
            guest: &guest,
            node: &node,
            irqs: (0..lines).map(|i| irqs.line(IRQ + i)).collect(),
            power: power.clone(),
            ram: no_ram(),
        };
        let dev = (factory.create)(&ctx)?;
        Ok(Self { dev, irqs, power, name: format!("{guest}/dev0") })
    }

    pub(crate) fn new(factory: &Factory) -> Self {
        Self::try_new(factory, Properties::default()).unwrap()
    }

    /// A 32-bit read.
    pub(crate) fn r(&self, offset: u64) -> u32 {
        self.dev.read(offset, Width::B4) as u32
    }

    /// A 32-bit write.
    pub(crate) fn w(&self, offset: u64, value: u32) {
        self.dev.write(offset, Width::B4, value.into());
    }

    /// Level of the device's first interrupt line.
    pub(crate) fn irq(&self) -> bool {
        self.irqs.level(IRQ)
    }
}

/// A small random number generator, for tests that must do the same each time.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        // xorshift64*
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit
    }
}
