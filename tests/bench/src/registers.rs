// SPDX-License-Identifier: GPL-2.0-only
//! The register space: which model answers at which address, and the faults that lie over it.

use crate::model::{Io, Model, mask};
use crate::{events, memory, trace};
use std::ops::Range;
use std::sync::{Arc, Mutex};

/// How long an access takes, in ticks of the counter (16 ns).
const ACCESS: u64 = 30;

/// How often a driver reads the same register in a row before the bench gives up on it.
const PATIENCE: u64 = 3_000_000;

/// A model in its place.
struct Place {
    name: String,
    range: Range<u64>,
    model: Arc<Mutex<dyn Model>>,
}

/// Something that is wrong with registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// These bits of the register read as those of the value, whatever the device says.
    Stuck {
        /// The bits.
        mask: u64,
        /// What they read as.
        value: u64,
    },
    /// What is written does not arrive.
    WritesLost,
    /// The device does not answer: all bits read as 1, and writes do not arrive.
    Gone,
}

#[derive(Default)]
struct Space {
    places: Vec<Place>,
    /// Mapped addresses: where, bytes, physical.
    mapped: Vec<(usize, u64, u64)>,
    faults: Vec<(Range<u64>, Fault)>,
}

static SPACE: Mutex<Space> = Mutex::new(Space { places: Vec::new(), mapped: Vec::new(), faults: Vec::new() });

/// Puts a model at physical addresses; gives its number.
pub(crate) fn add(name: String, range: Range<u64>, model: Arc<Mutex<dyn Model>>) -> usize {
    let mut space = SPACE.lock().unwrap();
    let clash = space.places.iter().find(|p| p.range.start < range.end && range.start < p.range.end);
    assert!(clash.is_none(), "{name} and {} have addresses in common", clash.map_or("", |p| &p.name));
    space.places.push(Place { name, range, model });
    space.places.len() - 1
}

/// A model's name.
pub(crate) fn name(model: usize) -> String {
    SPACE.lock().unwrap().places[model].name.clone()
}

/// Lays a fault over addresses.
pub(crate) fn fault(range: Range<u64>, fault: Fault) {
    trace::note("bench", &format!("from now on {fault:?} at {:#x}", range.start));
    SPACE.lock().unwrap().faults.push((range, fault));
}

/// Takes all faults away that begin at that address.
pub(crate) fn repair(start: u64) {
    trace::note("bench", &format!("whole again at {start:#x}"));
    SPACE.lock().unwrap().faults.retain(|(range, _)| range.start != start);
}

/// Calls a model's event. Interrupts are masked.
pub(crate) fn event(model: usize, what: u32) {
    let found = Arc::clone(&SPACE.lock().unwrap().places[model].model);
    trace::event(model, what);
    found.lock().unwrap().event(&mut Io { model }, what);
}

/// What an access meets.
struct Met {
    number: usize,
    offset: u64,
    model: Arc<Mutex<dyn Model>>,
    faults: Vec<Fault>,
}

fn meet(at: usize, bytes: usize, does: &str) -> Met {
    let space = SPACE.lock().unwrap();
    let mapped = space.mapped.iter().find(|(start, len, _)| at >= *start && ((at - start) as u64) < *len);
    let who = linux_compat::context::describe();
    let Some((start, _, first)) = mapped else {
        panic!("{who} {does} a register at {at:#x}, which is no address of ioremap()");
    };
    let phys = first + (at - start) as u64;
    let found = space.places.iter().position(|place| place.range.contains(&phys));
    let Some(number) = found else {
        panic!("{who} {does} {bytes} bytes at {phys:#x}, where the bench has no model");
    };
    let place = &space.places[number];
    let offset = phys - place.range.start;
    assert!(
        phys.is_multiple_of(bytes as u64),
        "{who} {does} {bytes} bytes at {}+{offset:#x}, which is no multiple of that",
        place.name
    );
    let faults = space.faults.iter().filter(|(range, _)| range.contains(&phys)).map(|(_, f)| *f).collect();
    Met { number, offset, model: Arc::clone(&place.model), faults }
}

impl Met {
    /// The word behind this one.
    fn high(&self) -> Met {
        Met { offset: self.offset + 4, model: Arc::clone(&self.model), faults: self.faults.clone(), ..*self }
    }

    fn read(&self, bytes: usize) -> u64 {
        let gone = self.faults.contains(&Fault::Gone);
        let (value, name) = {
            let mut model = self.model.lock().unwrap();
            let name = model.register(self.offset);
            if bytes == 8 && !model.wide() {
                drop(model);
                return self.read(4) | self.high().read(4) << 32;
            }
            let value =
                if gone { u64::MAX } else { model.read(&mut Io { model: self.number }, self.offset, bytes) };
            (value & mask(bytes), name)
        };
        let stuck = |value: u64, fault: &Fault| match fault {
            Fault::Stuck { mask, value: bits } => value & !mask | bits & mask,
            _ => value,
        };
        let value = self.faults.iter().fold(value, stuck) & mask(bytes);
        let again = trace::access(self.number, false, self.offset, bytes, value, name);
        if again > PATIENCE {
            let name = name.map_or(String::new(), |name| format!(" ({name})"));
            let who = linux_compat::context::describe();
            panic!(
                "{who} reads {}+{:#x}{name} for ever: {again} times {value:#x}",
                crate::registers::name(self.number),
                self.offset
            );
        }
        value
    }

    fn write(&self, bytes: usize, value: u64) {
        let lost = self.faults.iter().any(|fault| matches!(fault, Fault::Gone | Fault::WritesLost));
        let mut model = self.model.lock().unwrap();
        if bytes == 8 && !model.wide() {
            drop(model);
            self.write(4, value & mask(4));
            return self.high().write(4, value >> 32);
        }
        trace::access(
            self.number,
            true,
            self.offset,
            bytes,
            value & mask(bytes),
            model.register(self.offset),
        );
        if !lost {
            model.write(&mut Io { model: self.number }, self.offset, bytes, value & mask(bytes));
        }
    }
}

/// Runs `f` as an access: it takes time, events that are due come first, and interrupts follow.
fn access<T>(f: impl FnOnce() -> T) -> T {
    let flags = arch::irq::save();
    arch::fake::this_cpu().advance(ACCESS);
    events::run();
    let result = f();
    arch::irq::restore(flags);
    result
}

/// The registers, for the shim.
pub(crate) struct Registers;

impl linux_compat::bench::Registers for Registers {
    fn map(&self, phys: u64, bytes: u64) -> usize {
        let at = memory::reserve(bytes as usize).expose_provenance();
        if at != 0 {
            SPACE.lock().unwrap().mapped.push((at, bytes, phys));
        }
        at
    }

    fn read(&self, at: usize, bytes: usize) -> u64 {
        access(|| meet(at, bytes, "reads").read(bytes))
    }

    fn write(&self, at: usize, bytes: usize, value: u64) {
        access(|| meet(at, bytes, "writes").write(bytes, value));
    }

    fn relax(&self) {
        access(|| ());
    }
}
