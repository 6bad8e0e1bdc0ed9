// SPDX-License-Identifier: GPL-2.0-only
//! The registers of a virtio device on the memory bus (virtio 1.2, 4.2), version 2.

use super::device::{Backend, Shared, feature, status};
use crate::regs::Unimplemented;
use crate::sync::Lock;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use vmm::device::{Emulator, Width};
use vmm::virtqueue::{MAX_SIZE, Queue};

// Offsets (4.2.2).
const MAGIC: u64 = 0x000;
const VERSION: u64 = 0x004;
const DEVICE_ID: u64 = 0x008;
const VENDOR_ID: u64 = 0x00c;
pub(super) const DEVICE_FEATURES: u64 = 0x010;
pub(super) const DEVICE_FEATURES_SEL: u64 = 0x014;
pub(super) const DRIVER_FEATURES: u64 = 0x020;
pub(super) const DRIVER_FEATURES_SEL: u64 = 0x024;
pub(super) const QUEUE_SEL: u64 = 0x030;
const QUEUE_SIZE_MAX: u64 = 0x034;
pub(super) const QUEUE_SIZE: u64 = 0x038;
pub(super) const QUEUE_READY: u64 = 0x044;
const QUEUE_NOTIFY: u64 = 0x050;
const INTERRUPT_STATUS: u64 = 0x060;
const INTERRUPT_ACK: u64 = 0x064;
pub(super) const STATUS: u64 = 0x070;
pub(super) const QUEUE_DESC: u64 = 0x080;
const QUEUE_DEVICE_HIGH: u64 = 0x0a4;
const SHM_SEL: u64 = 0x0ac;
const SHM_LEN: u64 = 0x0b0;
const SHM_BASE_HIGH: u64 = 0x0bc;
pub(super) const QUEUE_RESET: u64 = 0x0c0;
pub(super) const CONFIG_GENERATION: u64 = 0x0fc;
pub(super) const CONFIG: u64 = 0x100;

/// "virt".
const MAGIC_VALUE: u32 = 0x7472_6976;
/// "FVSR".
const VENDOR: u32 = 0x5253_5646;

/// What the driver has selected and agreed on.
#[derive(Default)]
pub(super) struct Regs {
    pub(super) device_features_sel: u32,
    pub(super) driver_features_sel: u32,
    pub(super) driver_features: u64,
    pub(super) queue_sel: u32,
}

/// A virtio device on the memory bus.
pub(crate) struct Mmio {
    pub(super) regs: Lock<Regs>,
    pub(super) shared: Arc<Shared>,
    pub(super) backend: Arc<dyn Backend>,
    /// Features that are offered.
    features: u64,
    pub(super) unimplemented: Unimplemented,
}

/// The 32 bits of `features` that `select` stands for.
pub(super) fn half(features: u64, select: u32) -> u32 {
    match select {
        0 => features as u32,
        1 => (features >> 32) as u32,
        _ => 0,
    }
}

/// Puts `value` into the lower or upper half of `word`.
fn set_half(word: &mut u64, upper: bool, value: u32) {
    *word = match upper {
        false => *word & !u64::from(u32::MAX) | u64::from(value),
        true => *word & u64::from(u32::MAX) | u64::from(value) << 32,
    };
}

impl Mmio {
    /// The registers of `backend`; `packed`: packed rings are offered too.
    pub(crate) fn new(shared: Arc<Shared>, backend: Arc<dyn Backend>, packed: bool) -> Self {
        let all = feature::VERSION_1 | feature::INDIRECT | feature::EVENT_INDEX | feature::RING_RESET;
        let features = backend.features() | all | if packed { feature::PACKED } else { 0 };
        Self { regs: Lock::default(), shared, backend, features, unimplemented: Unimplemented::default() }
    }

    /// Reads a register; `None` if there is none to be read at `offset`.
    pub(super) fn read_register(&self, offset: u64) -> Option<u32> {
        let shared = &self.shared;
        Some(match offset {
            MAGIC => MAGIC_VALUE,
            VERSION => 2,
            DEVICE_ID => self.backend.id(),
            VENDOR_ID => VENDOR,
            DEVICE_FEATURES => half(self.features, self.regs.lock().device_features_sel),
            QUEUE_SIZE_MAX => self.selected().map_or(0, |_| MAX_SIZE.into()),
            QUEUE_READY => self.selected().map_or(0, |queue| queue.lock().is_ready().into()),
            STATUS => shared.status(),
            // No shared memory: its length is all ones.
            SHM_LEN..=SHM_BASE_HIGH => u32::MAX,
            // Until nobody writes into the buffers of what was asked before.
            QUEUE_RESET if self.resets_queues() => {
                let index = self.regs.lock().queue_sel as usize;
                (!self.selected().is_none_or(|queue| queue.lock().is_ready()) && !shared.is_idle(index))
                    .into()
            }
            CONFIG_GENERATION => shared.generation(),
            _ => return None,
        })
    }

    /// Writes a register; `None` if there is none to be written at `offset`.
    pub(super) fn write_register(&self, offset: u64, value: u32) -> Option<()> {
        match offset {
            DEVICE_FEATURES_SEL => self.regs.lock().device_features_sel = value,
            DRIVER_FEATURES_SEL => self.regs.lock().driver_features_sel = value,
            DRIVER_FEATURES => self.set_features(value),
            QUEUE_SEL => self.regs.lock().queue_sel = value,
            QUEUE_SIZE => self.configure(|queue| queue.layout.size = u16::try_from(value).unwrap_or(0)),
            QUEUE_READY => self.set_ready(value & 1 != 0),
            STATUS => self.set_status(value),
            QUEUE_DESC..=QUEUE_DEVICE_HIGH if offset & 0xf < 8 => {
                let (area, upper) = ((offset - QUEUE_DESC) >> 4, offset & 4 != 0);
                self.configure(|queue| {
                    if let Some(address) = queue.layout.addresses.get_mut(area as usize) {
                        set_half(address, upper, value);
                    }
                });
            }
            QUEUE_RESET if self.resets_queues() => {
                if value & 1 != 0
                    && let Some(queue) = self.selected()
                {
                    queue.lock().reset();
                }
            }
            SHM_SEL => (),
            _ => return None,
        }
        Some(())
    }

    /// The queue that is selected, if there is one.
    pub(super) fn selected(&self) -> Option<&Lock<Queue>> {
        let index = self.regs.lock().queue_sel;
        self.shared.queue(usize::try_from(index).ok()?)
    }

    /// Changes the selected queue, if it is there, not in use, and features have been agreed on.
    fn configure(&self, change: impl FnOnce(&mut Queue)) {
        if self.shared.status() & (status::FEATURES_OK | status::NEEDS_RESET) != status::FEATURES_OK {
            return;
        }
        if let Some(queue) = self.selected() {
            let mut queue = queue.lock();
            if !queue.is_ready() {
                change(&mut queue);
            }
        }
    }

    /// Whether the driver may reset single queues.
    fn resets_queues(&self) -> bool {
        self.shared.status() & status::FEATURES_OK != 0
            && self.regs.lock().driver_features & feature::RING_RESET != 0
    }

    fn set_ready(&self, ready: bool) {
        if !ready {
            if let Some(queue) = self.selected() {
                queue.lock().disable();
            }
            return;
        }
        let features = self.regs.lock().driver_features;
        let mut result = Ok(());
        self.configure(|queue| {
            queue.layout.event_index = features & feature::EVENT_INDEX != 0;
            queue.layout.indirect = features & feature::INDIRECT != 0;
            queue.layout.packed = features & feature::PACKED != 0;
            result = queue.enable(&self.shared.ram);
        });
        if let Err(why) = result {
            self.shared.fail(why);
        }
    }

    fn set_features(&self, value: u32) {
        if self.shared.status() & status::FEATURES_OK == 0 {
            let mut regs = self.regs.lock();
            let select = regs.driver_features_sel;
            if select <= 1 {
                set_half(&mut regs.driver_features, select == 1, value);
            }
        }
    }

    /// The driver sets bits of the status; 0 is a reset.
    fn set_status(&self, value: u32) {
        if value == 0 {
            return self.reset_device(false);
        }
        let mut bits = value & status::DRIVERS;
        let features = self.regs.lock().driver_features;
        let agreed = features & !self.features == 0 && features & feature::VERSION_1 != 0;
        if !agreed {
            bits &= !status::FEATURES_OK;
        }
        let before = self.shared.status();
        if (before | bits) & status::FEATURES_OK == 0 {
            bits &= !status::DRIVER_OK;
        }
        if bits & !before & status::DRIVER_OK != 0 {
            self.backend.start(features);
        }
        self.shared.add_status(bits);
    }

    fn reset_device(&self, guest: bool) {
        *self.regs.lock() = Regs::default();
        self.shared.reset();
        self.backend.reset(guest);
    }

    /// Reads the configuration space, in any width.
    pub(super) fn read_config(&self, offset: u64, width: Width) -> u64 {
        let mut bytes = [0; 8];
        let len = width.bytes() as usize;
        if let (Ok(at), Some(to)) = (usize::try_from(offset - CONFIG), bytes.get_mut(..len)) {
            self.backend.config(at, to);
        }
        u64::from_le_bytes(bytes)
    }

    pub(super) fn write_config(&self, offset: u64, width: Width, value: u64) {
        let bytes = value.to_le_bytes();
        let from = bytes.get(..width.bytes() as usize).unwrap_or_default();
        let at = usize::try_from(offset - CONFIG).unwrap_or(usize::MAX);
        if !self.backend.set_config(at, from) {
            self.unimplemented.note();
        }
    }
}

impl Emulator for Mmio {
    fn read(&self, offset: u64, width: Width) -> u64 {
        if offset == INTERRUPT_STATUS && width == Width::B4 {
            return self.shared.pending().into();
        }
        if offset >= CONFIG {
            return self.read_config(offset, width);
        }
        let value = if width == Width::B4 { self.read_register(offset) } else { None };
        value.map_or_else(|| self.unimplemented.note(), u64::from)
    }

    fn write(&self, offset: u64, width: Width, value: u64) {
        if width == Width::B4 {
            match offset {
                QUEUE_NOTIFY => {
                    if self.shared.is_live() {
                        self.backend.notify(value as usize);
                    }
                    return;
                }
                INTERRUPT_ACK => return self.shared.acknowledge(value as u32),
                _ => (),
            }
        }
        if offset >= CONFIG {
            return self.write_config(offset, width, value);
        }
        let done = width == Width::B4 && self.write_register(offset, value as u32).is_some();
        if !done {
            self.unimplemented.note();
        }
    }

    fn reset(&self) {
        self.reset_device(true);
        self.shared.drain();
        self.shared.forget_trigger();
    }

    fn stop(&self) {
        self.shared.reset();
        self.backend.stop();
    }

    fn info(&self) -> String {
        let features = self.regs.lock().driver_features;
        format!(
            "{}, {}, features {features:#x}, unimplemented {}",
            self.backend.info(),
            self.shared.info(),
            self.unimplemented.count()
        )
    }
}
