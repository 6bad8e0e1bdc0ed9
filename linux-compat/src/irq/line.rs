// SPDX-License-Identifier: GPL-2.0-only
//! A line as C sees it: `struct irq_desc`, hung on the line of [`kernel::irq::virq`], and its chips.
//!
//! The C structures are made when C first asks for a line, and live as long as it. From then on the line's state word is
//! that of the C structure, and its flow handler is `handle_irq` of it.

use crate::context::{self, Role};
use crate::bindings::{self, irq_chip, irq_data, irq_desc};
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::ffi::{CStr, c_uint, c_ulong};
use core::ptr;
use core::sync::atomic::AtomicU32;
use kernel::irq::virq::desc::{self, Foreign};
use kernel::irq::virq::{Chip, Data, Desc, Virq};

/// What a line has for C.
pub(super) struct Attached {
    desc: Box<UnsafeCell<irq_desc>>,
    /// The levels further in; the outermost is in `desc`.
    #[expect(clippy::vec_box, reason = "C holds their addresses")]
    _parents: Vec<Box<UnsafeCell<irq_data>>>,
}

// SAFETY: the structures are changed under the line's lock, or by chips as they change their own.
unsafe impl Send for Attached {}
// SAFETY: as above.
unsafe impl Sync for Attached {}

impl Foreign for Attached {
    fn state(&self) -> &AtomicU32 {
        // SAFETY: lives as long as this; C changes it as one word.
        unsafe { AtomicU32::from_ptr(&raw mut (*self.desc.get()).irq_common_data.state_use_accessors) }
    }

    fn handle(&self, line: &Desc) {
        let desc = self.desc.get();
        if line.is_chained() {
            kernel::irq::virq::flow::count_chained(line);
        }
        // SAFETY: lives as long as this; a pointer is read whole.
        let handler = unsafe { (&raw const (*desc).handle_irq).read_volatile() };
        match handler {
            // SAFETY: C set it for lines like this.
            Some(handler) if super::flow::is_ours(handler) => unsafe { handler(desc) },
            Some(handler) => {
                let name = c"a chained line".as_ptr();
                let done = context::run(Role::Interrupt, name, handler as usize, false, || {
                    // SAFETY: as above.
                    unsafe { handler(desc) };
                    true
                });
                if !done {
                    // It may come again before anything else runs.
                    super::request::mask(line.virq());
                }
            }
            None => kernel::irq::virq::flow::bad(line),
        }
    }

    fn flow_name(&self) -> &'static str {
        // SAFETY: as above.
        super::flow::name(unsafe { (*self.desc.get()).handle_irq })
    }

    fn pointer(&self) -> *mut () {
        self.desc.get().cast()
    }
}

/// The C structure of a line; made if need be. Context: may allocate.
pub fn attach(line: &Arc<Desc>) -> *mut irq_desc {
    if let Some(foreign) = line.foreign() {
        return foreign.pointer().cast();
    }
    line.adopt(|line, _| Box::new(make(line))).pointer().cast()
}

/// As [`attach`], by number; null if there is no such line. Context: may allocate.
pub fn by_virq(virq: Virq) -> *mut irq_desc {
    desc::get(virq).map_or(ptr::null_mut(), |line| attach(&line))
}

/// The line behind a C structure.
///
/// # Safety
/// `desc` is one of [`attach`], whose line is still there.
pub unsafe fn line_of<'a>(desc: *mut irq_desc) -> &'a Desc {
    // SAFETY: `make` put it there; a line outlives its C structure.
    unsafe { &*(*desc).p.cast::<Desc>() }
}

/// The structure around common data.
unsafe fn desc_of(d: *mut irq_data) -> *mut irq_desc {
    // SAFETY: all data of a line point to the common part of its structure, which is the first field.
    unsafe { (*d).common.cast() }
}

/// A line's view from the chip that C means by `d`.
///
/// # Safety
/// `d` is data of a line that is still there.
pub unsafe fn data_of<'a>(d: *mut irq_data) -> Option<Data<'a>> {
    // SAFETY: the caller's data, and those chained to the outermost.
    unsafe {
        let desc = desc_of(d);
        let mut at: *mut irq_data = &raw mut (*desc).irq_data;
        let mut index = 0;
        while at != d {
            at = (*at).parent_data;
            if at.is_null() {
                return None;
            }
            index += 1;
        }
        line_of(desc).data_at(index)
    }
}

/// The C data of a level; null if there is none.
pub fn level_data(desc: *mut irq_desc, index: usize) -> *mut irq_data {
    // SAFETY: chained by `make`.
    unsafe {
        let mut at: *mut irq_data = &raw mut (*desc).irq_data;
        for _ in 0..index {
            if at.is_null() {
                break;
            }
            at = (*at).parent_data;
        }
        at
    }
}

fn make(line: &Desc) -> Attached {
    // SAFETY: all fields may be zero.
    let mut new: irq_desc = unsafe { core::mem::zeroed() };
    for word in &mut new.irq_common_data.affinity[0].bits {
        *word = (1 << bindings::CONFIG_NR_CPUS) - 1;
    }
    new.p = ptr::from_ref(line).cast_mut().cast();
    new.handle_irq = super::flow::of(line);
    let desc = Box::new(UnsafeCell::new(new));
    // SAFETY: all fields may be zero.
    let parents: Vec<Box<UnsafeCell<irq_data>>> = (1..line.levels().len())
        .map(|_| Box::new(UnsafeCell::new(unsafe { core::mem::zeroed() })))
        .collect();
    // SAFETY: just made; nobody else knows them.
    unsafe {
        let raw = desc.get();
        let mut d: *mut irq_data = &raw mut (*raw).irq_data;
        for (index, level) in line.levels().iter().enumerate() {
            (*d).irq = line.virq();
            (*d).hwirq = level.hwirq() as c_ulong;
            (*d).common = &raw mut (*raw).irq_common_data;
            (*d).chip = no_chip();
            (*d).domain = level.domain().map_or(ptr::null_mut(), super::domain::c_domain);
            if level.domain().is_some_and(|domain| !super::domain::is_c(domain)) {
                (*d).chip = bridge();
            }
            let parent = parents.get(index).map_or(ptr::null_mut(), |p| p.get());
            (*d).parent_data = parent;
            if parent.is_null() {
                break;
            }
            d = parent;
        }
        (*raw).action = if line.in_use() { raw.cast() } else { ptr::null_mut() };
    }
    Attached { desc, _parents: parents }
}

/// After a domain of ours has set its level up: number and chip as C sees them.
pub(super) fn refresh(line: &Arc<Desc>) {
    let desc = attach(line);
    for (index, level) in line.levels().iter().enumerate() {
        let d = level_data(desc, index);
        if let Some(domain) = level.domain()
            && !super::domain::is_c(domain)
            && !d.is_null()
        {
            // SAFETY: the line's data.
            unsafe {
                (*d).hwirq = level.hwirq() as c_ulong;
                (*d).chip = bridge();
            }
        }
    }
}

/// Says to C whether the line has handlers.
pub(super) fn note_action(line: &Arc<Desc>) {
    if let Some(foreign) = line.foreign() {
        let desc: *mut irq_desc = foreign.pointer().cast();
        // SAFETY: the line's structure; only compared with null.
        unsafe { (*desc).action = if line.in_use() { desc.cast() } else { ptr::null_mut() } };
    }
}

/// Gives the level of a line that is C's its chip: one that calls whatever chip C has set at the time.
pub(super) fn adopt_level(line: &Arc<Desc>, index: usize, hwirq: u64) {
    let data = level_data(attach(line), index);
    line.set_level(index, hwirq, Arc::new(super::cchip::CChip::new(data)));
}

/// A chip's name; empty if it has none.
pub(super) unsafe fn chip_name<'a>(chip: *const irq_chip) -> &'a str {
    // SAFETY: the caller's chip; names end in a NUL and stay.
    unsafe {
        match chip.as_ref() {
            Some(chip) if !chip.name.is_null() => CStr::from_ptr(chip.name).to_str().unwrap_or_default(),
            _ => "",
        }
    }
}

/// A static C structure that is never written.
pub(super) struct Fixed<T>(pub(super) UnsafeCell<T>);

// SAFETY: never written.
unsafe impl<T> Sync for Fixed<T> {}

/// A chip without functions.
pub(super) const EMPTY_CHIP: irq_chip = {
    // SAFETY: all fields may be zero: no functions.
    let mut chip: irq_chip = unsafe { core::mem::zeroed() };
    chip.name = c"none".as_ptr();
    chip
};

static NO_CHIP: Fixed<irq_chip> = Fixed(UnsafeCell::new(EMPTY_CHIP));

/// The chip of lines that have none.
pub(super) fn no_chip() -> *mut irq_chip {
    NO_CHIP.0.get()
}

/// What C sees of chips in Rust.
static BRIDGE: Fixed<irq_chip> = Fixed(UnsafeCell::new(irq_chip {
    name: c"GIC".as_ptr(),
    irq_mask: Some(bridge_mask),
    irq_unmask: Some(bridge_unmask),
    irq_eoi: Some(bridge_eoi),
    irq_set_type: Some(bridge_set_type),
    irq_set_wake: Some(bridge_set_wake),
    irq_set_affinity: Some(bridge_set_affinity),
    irq_retrigger: Some(bridge_retrigger),
    irq_get_irqchip_state: Some(bridge_get_state),
    irq_set_irqchip_state: Some(bridge_set_state),
    ..EMPTY_CHIP
}));

/// The chip that leads to Rust ones.
pub(super) fn bridge() -> *mut irq_chip {
    BRIDGE.0.get()
}

/// Calls the Rust chip of a level.
unsafe fn with<R>(d: *mut irq_data, none: R, f: impl FnOnce(&dyn Chip, &Data<'_>) -> R) -> R {
    // SAFETY: the caller's data.
    match unsafe { data_of(d) } {
        Some(data) => f(data.chip(), &data),
        None => none,
    }
}

unsafe extern "C" fn bridge_mask(d: *mut irq_data) {
    // SAFETY: C's data, as for all below.
    unsafe { with(d, (), |chip, data| chip.mask(data)) }
}

unsafe extern "C" fn bridge_unmask(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe { with(d, (), |chip, data| chip.unmask(data)) }
}

unsafe extern "C" fn bridge_eoi(d: *mut irq_data) {
    // SAFETY: as above.
    unsafe { with(d, (), |chip, data| chip.eoi(data)) }
}

fn errno(error: &kernel::error::Error) -> i32 {
    crate::errno::Errno::from(error).to_c()
}

unsafe extern "C" fn bridge_set_type(d: *mut irq_data, sense: c_uint) -> i32 {
    let sense = kernel::irq::virq::Sense::from_bits_truncate(sense);
    let set = |chip: &dyn Chip, data: &Data<'_>| chip.set_type(data, sense).map_or_else(|e| errno(&e), |_| 0);
    // SAFETY: as above.
    unsafe { with(d, crate::errno::Errno::EINVAL.to_c(), set) }
}

unsafe extern "C" fn bridge_set_wake(d: *mut irq_data, on: c_uint) -> i32 {
    let set = |chip: &dyn Chip, data: &Data<'_>| chip.set_wake(data, on != 0).map_or_else(|e| errno(&e), |()| 0);
    // SAFETY: as above.
    unsafe { with(d, crate::errno::Errno::EINVAL.to_c(), set) }
}

unsafe extern "C" fn bridge_set_affinity(d: *mut irq_data, cpus: *const bindings::cpumask, _: bool) -> i32 {
    // SAFETY: C's set of CPUs.
    let cpus = unsafe { super::control::cpus(cpus) };
    let set = |chip: &dyn Chip, data: &Data<'_>| chip.set_affinity(data, cpus).map_or_else(|e| errno(&e), |()| 0);
    // SAFETY: as above.
    unsafe { with(d, crate::errno::Errno::EINVAL.to_c(), set) }
}

unsafe extern "C" fn bridge_retrigger(d: *mut irq_data) -> i32 {
    // SAFETY: as above.
    unsafe { with(d, 0, |chip, data| i32::from(chip.retrigger(data))) }
}

unsafe extern "C" fn bridge_get_state(d: *mut irq_data, which: c_uint, state: *mut bool) -> i32 {
    let get = |chip: &dyn Chip, data: &Data<'_>| match chip.line_state(data, super::control::which(which)) {
        Ok(on) => {
            // SAFETY: C's place for the answer.
            unsafe { *state = on };
            0
        }
        Err(e) => errno(&e),
    };
    // SAFETY: as above.
    unsafe { with(d, crate::errno::Errno::EINVAL.to_c(), get) }
}

unsafe extern "C" fn bridge_set_state(d: *mut irq_data, which: c_uint, on: bool) -> i32 {
    let set = |chip: &dyn Chip, data: &Data<'_>| {
        chip.set_line_state(data, super::control::which(which), on).map_or_else(|e| errno(&e), |()| 0)
    };
    // SAFETY: as above.
    unsafe { with(d, crate::errno::Errno::EINVAL.to_c(), set) }
}
