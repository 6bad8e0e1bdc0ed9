// SPDX-License-Identifier: GPL-2.0-only
//! Making a guest from its configuration.

use super::events::PowerSwitch;
use super::{Counters, Guest, State, Status};
use crate::bundle::Bundle;
use crate::bus::{Block, Bus, Target};
use crate::config::{GicVersion, GuestConfig, GuestRange, VcpuConfig};
use crate::device::{self, Context, Emulator, InterruptSink, IrqLine, PowerControl};
use crate::host::{self, HostInterrupts};
use crate::id_regs::IdRegisters;
use crate::image::{self, Files, ImageError};
use crate::memory::{GuestMemory, MemoryError};
use crate::ram::GuestRam;
use crate::vcpu::{Vcpu, run};
use crate::vgic::{self, Vgic};
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use arch::PhysAddr;
use core::fmt;
use core::sync::atomic::Ordering::Relaxed;
use core::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};
use kernel::irq::{self, Handler, Options};
use kernel::percpu::MAX_CPUS;
use kernel::sched::{self, CpuMask, Edf, Params};
use kernel::sync::{Mutex, Once, SpinLock, WaitQueue};

/// Why a guest could not be made.
#[derive(Debug)]
pub enum CreateError {
    /// A file is missing or unfit.
    Image(ImageError),
    /// Memory.
    Memory(MemoryError),
    /// The interrupt controller.
    Vgic(vgic::Error),
    /// A device.
    Device(device::Error),
    /// The scheduler, a host interrupt, memory for the hypervisor itself.
    Host(kernel::error::Error),
}

impl fmt::Display for CreateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(error) => error.fmt(f),
            Self::Memory(error) => error.fmt(f),
            Self::Vgic(error) => error.fmt(f),
            Self::Device(error) => error.fmt(f),
            Self::Host(error) => error.fmt(f),
        }
    }
}

macro_rules! from {
    ($($error:ty => $variant:ident),*) => {
        $(impl From<$error> for CreateError {
            fn from(error: $error) -> Self {
                Self::$variant(error)
            }
        })*
    };
}
from!(ImageError => Image, MemoryError => Memory, vgic::Error => Vgic, device::Error => Device, kernel::error::Error => Host);

/// The threads that the vGIC kicks. It exists before they do.
pub(super) struct KickTable(Box<[Once<Arc<sched::Vcpu>>]>);

impl KickTable {
    fn new(count: usize) -> Self {
        Self((0..count).map(|_| Once::new()).collect())
    }

    fn set(&self, index: usize, thread: &Arc<sched::Vcpu>) {
        if let Some(place) = self.0.get(index) {
            place.call_once(|| thread.clone());
        }
    }

    #[inline]
    fn kick(&self, index: usize) {
        if let Some(thread) = self.0.get(index).and_then(Once::get) {
            sched::kick(thread);
        }
    }
}

/// The vGIC as emulators see it.
struct Sink(Arc<Vgic>);

impl InterruptSink for Sink {
    fn set(&self, intid: u32, level: bool) {
        self.0.set_spi(intid, level);
    }

    fn follow(&self, intid: u32, causes: &AtomicU32) {
        self.0.follow_spi(intid, causes);
    }

    fn edge(&self, intid: u32) -> bool {
        self.0.edge_spi(intid)
    }
}

/// The time slice of vCPUs whose DTS does not give one, in nanoseconds.
static SLICE_NS: AtomicU64 = AtomicU64::new(sched::DEFAULT_SLICE_NS);

/// Sets the time slice of vCPUs whose DTS does not give one. Context: boot.
pub(crate) fn set_default_slice(ns: u64) {
    SLICE_NS.store(ns, Relaxed);
}

/// How the scheduler is to treat a vCPU.
fn params(config: &VcpuConfig) -> Params {
    Params {
        priority: config.priority,
        slice_ns: config.slice_ns.unwrap_or(SLICE_NS.load(Relaxed)),
        affinity: config.affinity.map_or(CpuMask::ALL, |mask| CpuMask(mask as u32)),
        deadline: config.edf.map(|edf| Edf { budget_ns: edf.budget_ns, period_ns: edf.period_ns }),
    }
}

/// What stage 2 maps besides RAM: devices passed through, and a GICv2 guest's CPU interface.
fn mapped_devices(config: &GuestConfig) -> Result<Vec<(GuestRange, PhysAddr)>, CreateError> {
    let regions = config.passthrough.iter().flat_map(|device| &device.regions);
    let mut mapped: Vec<_> = regions.map(|region| (region.guest, region.host)).collect();
    if config.gic.version == GicVersion::V2 {
        mapped.push((config.gic.cpu, host::gicv()?));
    }
    Ok(mapped)
}

/// SPIs of the vGIC: enough for every interrupt of the configuration, at least 32.
fn spi_count(config: &GuestConfig) -> usize {
    let devices = config.devices.iter().flat_map(|device| &device.interrupts);
    let passed = config.passthrough.iter().flat_map(|device| &device.interrupts);
    let highest = devices.chain(passed).map(|interrupt| interrupt.intid).max().unwrap_or(0);
    (highest.saturating_sub(31) as usize).clamp(32, vgic::MAX_SPIS)
}

impl Guest {
    /// Makes the guest, with its threads waiting; nothing is loaded yet. Context: may sleep; takes time for memory.
    /// `files`: where its images come from if not from the bundle.
    pub(crate) fn create(
        config: GuestConfig,
        files: Option<Arc<dyn Files>>,
    ) -> Result<Arc<Self>, CreateError> {
        match &files {
            Some(files) => image::check_files(&config, files)?,
            None => image::check_files(&config, &Bundle::open(kernel::boot::bundle()))?,
        }
        let count = config.vcpus.len();
        let kicks = Arc::new(KickTable::new(count));
        let gic = vgic::GicConfig {
            version: host::vgic_version(config.gic.version),
            spis: spi_count(&config),
            host: Arc::new(HostInterrupts),
        };
        let table = kicks.clone();
        let vgic = Arc::new(Vgic::new(&gic, count, Arc::new(move |index| table.kick(index)))?);
        let memory = GuestMemory::new(&config.memory, &mapped_devices(&config)?, host::stage2_bits())?;
        let power = Arc::new(PowerSwitch::default());
        let devices = make_devices(&config, &vgic, &power, &memory.ram())?;
        let guest = Arc::new(Self {
            name: config.name.clone(),
            bus: make_bus(&config, &devices),
            vcpus: (0..count).map(|index| Vcpu::new(index, memory.vttbr())).collect(),
            ids: IdRegisters::new(host::ids(), config.gic.version == GicVersion::V3),
            memory,
            vgic,
            devices,
            kicks,
            forwarded: config.passthrough.iter().flat_map(|d| &d.interrupts).map(|i| i.intid).collect(),
            files,
            counters: Counters::default(),
            last_fault: SpinLock::new(None),
            counter_offset: AtomicU64::new(0),
            paused_at: AtomicU64::new(0),
            status: SpinLock::new(Status { state: State::Created, reason: String::new() }),
            operations: Mutex::new(()),
            parked: WaitQueue::new(),
            event: AtomicU8::new(0),
            last_ran: [const { AtomicU8::new(u8::MAX) }; MAX_CPUS],
            entered_us: AtomicU64::new(0),
            config,
        });
        power.connect(&guest);
        for vcpu in &guest.vcpus {
            vcpu.bind(Arc::as_ptr(&guest));
        }
        // From here on the guest has to be taken apart again if something fails.
        match guest.connect() {
            Ok(()) => Ok(guest),
            Err(error) => {
                guest.take_apart();
                Err(error.into())
            }
        }
    }

    /// Makes the threads and takes the host's interrupts.
    fn connect(self: &Arc<Self>) -> kernel::error::Result<()> {
        for (index, config) in self.config.vcpus.iter().enumerate() {
            run::create_thread(self, index, params(config))?;
            if let Some(thread) = self.vcpus.get(index).and_then(Vcpu::thread) {
                self.kicks.set(index, thread);
            }
        }
        for &intid in &self.forwarded {
            let vgic = self.vgic.clone();
            let inject = move || vgic.inject_forwarded(0, intid, intid);
            irq::request_forwarded(
                intid,
                &self.name,
                Options::default(),
                Handler::Closure(Arc::new(inject)),
            )?;
        }
        Ok(())
    }
}

/// Emulated devices with their names.
pub(super) type Devices = Vec<(String, Arc<dyn Emulator>)>;

fn make_devices(
    config: &GuestConfig,
    vgic: &Arc<Vgic>,
    power: &Arc<PowerSwitch>,
    ram: &Arc<GuestRam>,
) -> Result<Devices, CreateError> {
    let sink: Arc<dyn InterruptSink> = Arc::new(Sink(vgic.clone()));
    let mut devices = Devices::new();
    for node in &config.devices {
        let Some(factory) = device::find(&node.compatible) else {
            let what = alloc::format!("no emulator for '{}'", node.compatible);
            return Err(device::Error::Unavailable { node: node.path.clone(), what }.into());
        };
        let irqs = node.interrupts.iter().map(|i| IrqLine::new(sink.clone(), i.intid)).collect();
        let power: Arc<dyn PowerControl> = power.clone();
        match (factory.create)(&Context { guest: &config.name, node, irqs, power, ram: ram.clone() }) {
            Ok(device) => devices.push((node.name.clone(), device)),
            Err(error) => {
                devices.iter().for_each(|(_, device)| device.stop());
                return Err(error.into());
            }
        }
    }
    Ok(devices)
}

fn make_bus(config: &GuestConfig, devices: &[(String, Arc<dyn Emulator>)]) -> Bus {
    let mut blocks = alloc::vec![Block::new(config.gic.distributor, "gicd".into(), Target::Distributor)];
    if config.gic.version == GicVersion::V3 {
        blocks.push(Block::new(config.gic.cpu, "gicr".into(), Target::Redistributors));
    }
    for (node, (name, device)) in config.devices.iter().zip(devices) {
        if let Some(range) = GuestRange::new(node.base.0, node.size) {
            blocks.push(Block::new(range, name.clone(), Target::Device(device.clone())));
        }
    }
    Bus::new(blocks)
}
