// SPDX-License-Identifier: GPL-2.0-only
//! A virtio device as a PCI function: its configuration space, which is bytes of which some can be written, and its registers
//! behind one base address.

use super::super::device::Shared;
use super::super::transport::{self, Mmio, half};
use super::messages::CHANGES;
use super::pin::Pin;
use crate::sync::Lock;
use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use core::sync::atomic::Ordering::{Acquire, Release};
use core::sync::atomic::{AtomicBool, AtomicU32};
use vmm::device::{Emulator, InterruptSink, Width};

// The header (PCI 3.0, 6.1), as far as it is not zero.
const ID: usize = 0x00;
const COMMAND: usize = 0x04;
const STATUS: usize = 0x06;
const CLASS: usize = 0x08;
const CACHE_LINE: usize = 0x0c;
const BAR: usize = 0x10;
const SUBSYSTEM: usize = 0x2c;
const CAPABILITIES: usize = 0x34;
const INTERRUPT_LINE: usize = 0x3c;
const INTERRUPT_PIN: usize = 0x3d;

// Bits of the command and the status.
const MEMORY: u16 = 1 << 1;
const MASTER: u16 = 1 << 2;
const NO_INTERRUPT: u16 = 1 << 10;
const HAS_INTERRUPT: u8 = 1 << 3;
const HAS_CAPABILITIES: u8 = 1 << 4;

/// Virtio's vendor and first device identifiers, of which the subsystem's says that the device is modern.
const VENDOR: u32 = 0x1af4;
const DEVICE: u32 = 0x1040;
const SUBSYSTEM_DEVICE: u32 = 0x1100;

// The registers behind the base address: a page for each structure.
const COMMON: u32 = 0;
const ISR: u32 = 0x1000;
const CONFIG: u32 = 0x2000;
const NOTIFY: u32 = 0x3000;
const PAGE: u32 = 0x1000;
pub(super) const SIZE: u32 = 0x4000;
/// Bytes of the structure of common registers.
const COMMON_SIZE: u32 = 0x3c;
/// Distance of the queues' notification registers.
const NOTIFY_STEP: u32 = 4;
/// The table of vectors and the bits of those that wait, in the page of the interrupt status.
const TABLE: u64 = 0x800;
const WAITING: u64 = 0xc00;

/// Where the capabilities begin (virtio 1.2, 4.1.4): kind, bytes of the capability, structure and its bytes.
const FIRST: usize = 0x40;
const STRUCTURES: [(u8, u8, u32, u32); 5] = [
    (1, 16, COMMON, COMMON_SIZE),
    (2, 20, NOTIFY, PAGE),
    (3, 16, ISR, 1),
    (4, 16, CONFIG, PAGE),
    (5, 20, 0, 0),
];
/// The last of these: a way to the registers through the configuration space. Its fields.
const WAY: usize = FIRST + 16 + 20 + 16 + 16;
const WAY_BAR: usize = WAY + 4;
const WAY_OFFSET: usize = WAY + 8;
const WAY_LENGTH: usize = WAY + 12;
const WAY_DATA: usize = WAY + 16;
/// The capability MSI-X, its control with two bits, and the bytes of all that is not zero.
const MSIX: usize = WAY + 20;
const MSIX_ENABLED: u32 = 1 << 31;
const MSIX_MASKED: u32 = 1 << 30;
const BYTES: usize = MSIX + 12;

/// Common registers that are written as the memory bus has them: offset, bytes, offset there.
const COMMON_WRITES: [(u8, u8, u8); 8] = [
    (0x00, 4, transport::DEVICE_FEATURES_SEL as u8),
    (0x08, 4, transport::DRIVER_FEATURES_SEL as u8),
    (0x0c, 4, transport::DRIVER_FEATURES as u8),
    (0x14, 1, transport::STATUS as u8),
    (0x16, 2, transport::QUEUE_SEL as u8),
    (0x18, 2, transport::QUEUE_SIZE as u8),
    (0x1c, 2, transport::QUEUE_READY as u8),
    (0x3a, 2, transport::QUEUE_RESET as u8),
];

/// A device on the bus.
pub(super) struct Function {
    /// Its device number.
    pub(super) slot: u8,
    registers: Mmio,
    pin: Arc<Pin>,
    space: Lock<[u8; BYTES]>,
    /// The address of its registers; an odd one if it does not decode any.
    address: AtomicU32,
    /// Whether it may access memory.
    master: AtomicBool,
}

/// The bits of a byte of the configuration space that can be written.
fn writable(at: usize) -> u8 {
    // (The base address is at a multiple of its registers' bytes.)
    let word = match at & !3 {
        COMMAND => u32::from(MEMORY | MASTER | NO_INTERRUPT),
        BAR => !(SIZE - 1),
        CACHE_LINE | INTERRUPT_LINE | WAY_BAR => 0xff,
        WAY_OFFSET | WAY_LENGTH => u32::MAX,
        MSIX => MSIX_ENABLED | MSIX_MASKED,
        _ => 0,
    };
    (word >> (8 * (at & 3))) as u8
}

/// The class of a kind of virtio device: network, storage, serial, or none that there is a class for.
fn class(id: u32) -> u32 {
    match id {
        1 => 0x02_0000,
        2 => 0x01_8000,
        3 => 0x07_8000,
        _ => 0xff_0000,
    }
}

/// Copies bytes into the configuration space.
fn put(space: &mut [u8], at: usize, bytes: &[u8]) {
    space.iter_mut().skip(at).zip(bytes).for_each(|(to, from)| *to = *from);
}

/// Four bytes of the configuration space.
fn word(space: &[u8], at: usize) -> u32 {
    let mut bytes = [0; 4];
    bytes.iter_mut().zip(space.iter().skip(at)).for_each(|(to, from)| *to = *from);
    u32::from_le_bytes(bytes)
}

/// How many messages a device has: one for each queue, and one for changes of the configuration.
fn vectors(shared: &Shared) -> usize {
    shared.queues() + 1
}

/// The configuration space of a device of this kind and with so many messages after power-on.
fn fresh(id: u32, vectors: usize) -> [u8; BYTES] {
    let mut space = [0; BYTES];
    put(&mut space, ID, &(VENDOR | (DEVICE + id) << 16).to_le_bytes());
    put(&mut space, STATUS, &[HAS_CAPABILITIES]);
    put(&mut space, CLASS, &(class(id) << 8 | 1).to_le_bytes());
    put(&mut space, SUBSYSTEM, &(VENDOR | SUBSYSTEM_DEVICE << 16).to_le_bytes());
    put(&mut space, CAPABILITIES, &[FIRST as u8]);
    put(&mut space, INTERRUPT_PIN, &[1]);
    let mut at = FIRST;
    for (kind, len, offset, size) in STRUCTURES {
        let next = at + usize::from(len);
        put(&mut space, at, &[9, next as u8, len, kind]);
        put(&mut space, at + 8, &offset.to_le_bytes());
        put(&mut space, at + 12, &size.to_le_bytes());
        if kind == 2 {
            put(&mut space, at + 16, &NOTIFY_STEP.to_le_bytes());
        }
        at = next;
    }
    put(&mut space, MSIX, &[0x11, 0, vectors as u8 - 1]);
    put(&mut space, MSIX + 4, &(ISR + TABLE as u32).to_le_bytes());
    put(&mut space, MSIX + 8, &(ISR + WAITING as u32).to_le_bytes());
    space
}

impl Function {
    /// The function with this device number.
    pub(super) fn new(slot: u8, registers: Mmio, pin: Arc<Pin>) -> Self {
        let vectors = vectors(&registers.shared);
        pin.messages.provide(vectors);
        let space = Lock::new(fresh(registers.backend.id(), vectors));
        Self {
            slot,
            registers,
            pin,
            space,
            address: AtomicU32::new(u32::MAX),
            master: AtomicBool::new(false),
        }
    }

    fn shared(&self) -> &Shared {
        &self.registers.shared
    }

    /// Whether an offset in the page of the interrupt status is in the table of vectors.
    fn is_vector(&self, at: u64) -> bool {
        at.checked_sub(TABLE).is_some_and(|at| at < 16 * vectors(self.shared()) as u64)
    }

    /// The queue that is selected, or what stands for none.
    fn queue(&self) -> u32 {
        let registers = &self.registers;
        registers.selected().map_or(u32::MAX, |_| registers.regs.lock().queue_sel)
    }

    /// The offset in its registers that an address is, if it decodes it.
    #[inline(always)]
    pub(super) fn decode(&self, address: u64) -> Option<u64> {
        let base = self.address.load(Acquire);
        let offset = address.checked_sub(base.into())?;
        (base & 1 == 0 && offset < SIZE.into()).then_some(offset)
    }

    /// Puts what the command and the base address say into force.
    fn apply(&self, space: &[u8; BYTES]) {
        let command = word(space, COMMAND) as u16;
        let decodes = command & MEMORY != 0;
        self.address.store(if decodes { word(space, BAR) } else { u32::MAX }, Release);
        self.master.store(command & MASTER != 0, Release);
        self.pin.disable(command & NO_INTERRUPT != 0);
        let control = word(space, MSIX);
        self.pin.messages.control(control & MSIX_ENABLED != 0, control & MSIX_MASKED != 0);
    }

    /// Reads the configuration space. Context: exit path.
    pub(super) fn read_config(&self, offset: u64, width: Width) -> u64 {
        let at = offset as usize;
        if at == WAY_DATA
            && let Some((offset, width)) = self.way()
        {
            return self.read(offset, width);
        }
        let mut bytes = [0; 8];
        {
            let space = self.space.lock();
            bytes.iter_mut().zip(space.iter().skip(at)).for_each(|(to, from)| *to = *from);
        }
        if self.shared().pending() != 0
            && let Some(status) = STATUS.checked_sub(at).and_then(|n| bytes.get_mut(n))
        {
            *status |= HAS_INTERRUPT;
        }
        u64::from_le_bytes(bytes) & width.mask()
    }

    /// Writes the configuration space. Context: exit path.
    pub(super) fn write_config(&self, offset: u64, width: Width, value: u64) {
        let at = offset as usize;
        if at == WAY_DATA {
            if let Some((offset, width)) = self.way() {
                let value = value & width.mask();
                if !self.notify(offset, width) {
                    self.write(offset, width, value);
                }
            }
            return;
        }
        {
            let mut space = self.space.lock();
            let bytes = value.to_le_bytes();
            let bytes = bytes.iter().take(width.bytes() as usize);
            for (n, (to, from)) in space.iter_mut().skip(at).zip(bytes).enumerate() {
                let mask = writable(at + n);
                *to = *to & !mask | from & mask;
            }
            self.apply(&space);
        }
        // The pin has a level that follows from what is in force now.
        self.shared().acknowledge(0);
        if self.pin.messages.enabled() {
            self.pin.set(0, false);
        }
    }

    /// Where the way through the configuration space leads, if to a register.
    fn way(&self) -> Option<(u64, Width)> {
        let space = self.space.lock();
        let offset = u64::from(word(&*space, WAY_OFFSET));
        let width =
            Width::from_bytes(word(&*space, WAY_LENGTH).into()).filter(|width| *width != Width::B8)?;
        let here = word(&*space, WAY_BAR) as u8 == 0 && offset < SIZE.into();
        (here && offset & (width.bytes() - 1) == 0).then_some((offset, width))
    }

    /// Reads a register. Context: exit path.
    pub(super) fn read(&self, offset: u64, width: Width) -> u64 {
        let (page, at) = (offset as u32 & !(PAGE - 1), offset & u64::from(PAGE - 1));
        match page {
            COMMON if at < COMMON_SIZE.into() => {
                let words = [at & !3, (at & !3) + 4].map(|at| u64::from(self.common(at)));
                let [low, high] = words;
                (low | high << 32) >> (8 * (at & 3)) & width.mask()
            }
            ISR if at == 0 => {
                let causes = self.shared().pending();
                self.shared().acknowledge(causes);
                causes.into()
            }
            ISR if self.is_vector(at) => {
                let [low, high] =
                    [0, 4].map(|half| u64::from(self.pin.messages.word(((at - TABLE) & !3) + half)));
                (low | high << 32) >> (8 * (at & 3)) & width.mask()
            }
            ISR if at == WAITING => self.pin.messages.pending().into(),
            CONFIG => self.registers.read_config(transport::CONFIG + at, width),
            _ => self.registers.unimplemented.note(),
        }
    }

    /// Four bytes of the common registers (virtio 1.2, 4.1.4.3).
    fn common(&self, at: u64) -> u32 {
        let registers = &self.registers;
        let read = |offset| registers.read_register(offset).unwrap_or(0);
        let queue = |what: &dyn Fn(&vmm::virtqueue::Layout) -> u32| {
            registers.selected().map_or(0, |queue| what(&queue.lock().layout))
        };
        match at {
            0x00 => registers.regs.lock().device_features_sel,
            0x04 => read(transport::DEVICE_FEATURES),
            0x08 => registers.regs.lock().driver_features_sel,
            0x0c => {
                let regs = registers.regs.lock();
                half(regs.driver_features, regs.driver_features_sel)
            }
            0x10 => u32::from(self.pin.messages.vector(CHANGES)) | (self.shared().queues() as u32) << 16,
            0x14 => {
                let select = registers.regs.lock().queue_sel << 16;
                read(transport::STATUS) & 0xff | (read(transport::CONFIG_GENERATION) & 0xff) << 8 | select
            }
            0x18 => {
                let vector = self.pin.messages.vector(self.queue());
                queue(&|layout| layout.size.into()) | u32::from(vector) << 16
            }
            0x1c => {
                let notify = registers.selected().map_or(0, |_| registers.regs.lock().queue_sel);
                read(transport::QUEUE_READY) | notify << 16
            }
            0x20..0x38 => queue(&|layout| {
                let address = layout.addresses.get((at - 0x20) as usize / 8).copied().unwrap_or(0);
                half(address, (at as u32 & 4) / 4)
            }),
            0x38 => read(transport::QUEUE_RESET) << 16,
            _ => 0,
        }
    }

    /// The driver writes at an offset: says whether that is a notification, of which the device has been told. Context: exit path.
    #[inline(always)]
    pub(super) fn notify(&self, offset: u64, width: Width) -> bool {
        let notifies = offset as u32 & !(PAGE - 1) == NOTIFY && width != Width::B1;
        if notifies && self.shared().is_live() && self.master.load(Acquire) {
            let queue = (offset as u32 - NOTIFY) / NOTIFY_STEP;
            self.registers.backend.notify(queue as usize);
        }
        notifies
    }

    /// Writes a register other than those for notifications. Context: exit path.
    #[inline(never)]
    pub(super) fn write(&self, offset: u64, width: Width, value: u64) {
        let (page, at) = (offset as u32 & !(PAGE - 1), offset & u64::from(PAGE - 1));
        match page {
            COMMON => self.write_common(at, width, value),
            ISR if self.is_vector(at) && matches!(width, Width::B4 | Width::B8) => {
                self.pin.messages.set_word(at - TABLE, value as u32);
                if width == Width::B8 {
                    self.pin.messages.set_word(at - TABLE + 4, (value >> 32) as u32);
                }
            }
            CONFIG => self.registers.write_config(transport::CONFIG + at, width, value),
            _ => {
                self.registers.unimplemented.note();
            }
        }
    }

    fn write_common(&self, at: u64, width: Width, value: u64) {
        let same = |known: &&(u8, u8, u8)| u64::from(known.0) == at && known.1 == width as u8;
        let known = COMMON_WRITES.iter().find(same);
        let there = match (at, width, known) {
            (.., Some((.., there))) => u64::from(*there),
            // 64 bits in one piece, as drivers should not.
            (0x20..0x38, Width::B8, _) => {
                self.write_common(at, Width::B4, value & u64::from(u32::MAX));
                return self.write_common(at + 4, Width::B4, value >> 32);
            }
            // Three areas, whose halves are 16 bytes apart on the memory bus.
            (0x20..0x38, Width::B4, _) => transport::QUEUE_DESC + (at - 0x20) / 8 * 16 + (at & 4),
            (0x10, Width::B2, _) => return self.pin.messages.set_vector(CHANGES, value),
            (0x1a, Width::B2, _) => return self.pin.messages.set_vector(self.queue(), value),
            _ => {
                self.registers.unimplemented.note();
                return;
            }
        };
        if self.registers.write_register(there, value as u32).is_none() {
            self.registers.unimplemented.note();
        }
        if there == transport::STATUS && value == 0 {
            self.pin.messages.forget();
        }
    }

    /// The guest is reset.
    pub(super) fn reset(&self) {
        self.registers.reset();
        let space = fresh(self.registers.backend.id(), vectors(self.shared()));
        self.pin.messages.reset();
        self.apply(&space);
        *self.space.lock() = space;
    }

    /// The guest goes away.
    pub(super) fn stop(&self) {
        self.registers.stop();
        self.pin.messages.reset();
    }

    /// For `guest info`.
    pub(super) fn info(&self) -> String {
        format!("{:02x}.0: {}", self.slot, self.registers.info())
    }
}
