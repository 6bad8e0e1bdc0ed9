// SPDX-License-Identifier: GPL-2.0-only
//! `struct gpio_chip` as a chip of [`kernel::gpio`]: registration, and what drivers ask about lines.

use crate::bindings::{self, device, gpio_chip, gpio_desc, gpio_device, lock_class_key, of_phandle_args};
use crate::context::Guarded;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, int_to_c, to_c};
use crate::of::Node;
use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char, c_int, c_uint, c_ulong, c_void};
use core::ptr;
use kernel::error::Error;
use kernel::gpio::{self, Bank, Chip, Info, Init, Line, LineFlags};
use kernel::irq::virq::Virq;
use kernel::sync::SpinLock;

type KeyPtr = *mut lock_class_key;

crate::exports! {
    family "gpio";
    [sleeps, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_add_data_with_key(gc: *mut gpio_chip, data: *mut c_void, lock_key: KeyPtr, request_key: KeyPtr) -> c_int = add;
    [sleeps, supported, "gpio::tests::chips_and_their_lines"]
    fn devm_gpiochip_add_data_with_key(dev: *mut device, gc: *mut gpio_chip, data: *mut c_void, lock_key: KeyPtr, request_key: KeyPtr) -> c_int = devm_add;
    [sleeps, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_remove(gc: *mut gpio_chip) = remove;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_get_data(gc: *mut gpio_chip) -> *mut c_void = data;
    [sleeps, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_dup_line_label(gc: *mut gpio_chip, offset: c_uint) -> *mut c_char = dup_label;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_line_is_valid(gc: *const gpio_chip, offset: c_uint) -> bool = is_valid;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_line_is_open_drain(gc: *mut gpio_chip, offset: c_uint) -> bool = is_open_drain;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_line_is_open_source(gc: *mut gpio_chip, offset: c_uint) -> bool = is_open_source;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_line_is_persistent(gc: *mut gpio_chip, offset: c_uint) -> bool = is_persistent;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_line_is_irq(gc: *mut gpio_chip, offset: c_uint) -> bool = is_irq;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_lock_as_irq(gc: *mut gpio_chip, offset: c_uint) -> c_int = lock_as_irq;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_unlock_as_irq(gc: *mut gpio_chip, offset: c_uint) = unlock_as_irq;
    [any, supported, "gpio::tests::interrupts_of_lines"]
    fn gpiochip_reqres_irq(gc: *mut gpio_chip, offset: c_uint) -> c_int = lock_as_irq;
    [any, supported, "gpio::tests::interrupts_of_lines"]
    fn gpiochip_relres_irq(gc: *mut gpio_chip, offset: c_uint) = unlock_as_irq;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_enable_irq(gc: *mut gpio_chip, offset: c_uint) = enable_irq;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_disable_irq(gc: *mut gpio_chip, offset: c_uint) = disable_irq;
    [sleeps, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_request_own_desc(gc: *mut gpio_chip, hwnum: c_uint, label: *const c_char, lflags: bindings::gpio_lookup_flags, dflags: bindings::gpiod_flags) -> *mut gpio_desc = request_own;
    [sleeps, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiochip_free_own_desc(desc: *mut gpio_desc) = free_own;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpio_device_get_chip(gdev: *mut gpio_device) -> *mut gpio_chip = device_chip;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpio_device_get_base(gdev: *mut gpio_device) -> c_int = device_base;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiod_to_chip(desc: *const gpio_desc) -> *mut gpio_chip = desc_chip;
    [any, supported, "gpio::tests::chips_and_their_lines"]
    fn gpiod_to_gpio_device(desc: *mut gpio_desc) -> *mut gpio_device = desc_device;
}

/// What hangs on a chip.
pub(super) struct Attached {
    pub bank: Arc<Bank>,
    data: usize,
}

/// The chips that are there, by address, with their device, and whether it has them managed.
static CHIPS: SpinLock<Vec<(usize, usize, bool)>> = SpinLock::new(Vec::new());

/// Removes chips that a device's driver does not remove by itself: what they use is given back next. Drivers that Linux
/// has built in for ever leave them.
///
/// # Safety
/// The driver has let go of the device, and its memory is still there.
pub(crate) unsafe fn remove_left(dev: *mut device) {
    let next = || CHIPS.lock().iter().find(|(_, of, managed)| *of == dev.addr() && !managed).map(|(gc, ..)| *gc);
    while let Some(address) = next() {
        let gc: *mut gpio_chip = ptr::with_exposed_provenance_mut(address);
        // SAFETY: added and not removed; its memory is still there, as the caller says.
        unsafe {
            let label = attached(gc).map_or("?", |a| a.bank.label());
            log::warn!("{label}: the GPIO chip was left behind, and is taken away");
            remove(gc);
        }
    }
}

/// A chip of C's.
pub(super) struct CChip {
    pub gc: *mut gpio_chip,
}

// SAFETY: the chip lives until it was removed, after which nothing calls this; C's functions lock what they share.
unsafe impl Send for CChip {}
// SAFETY: as above.
unsafe impl Sync for CChip {}

fn check(what: &'static str, result: c_int) -> kernel::error::Result<c_int> {
    Errno::check(result).map_err(|e| match e {
        Errno::ENOTSUPP => Error::Unsupported { what },
        e => Error::Driver { what, errno: e.0 },
    })
}

impl CChip {
    fn gc(&self) -> &gpio_chip {
        // SAFETY: lives until it was removed.
        unsafe { &*self.gc }
    }
}

/// Calls a function of the chip, if it has it.
macro_rules! call {
    ($self:ident, $f:ident $(, $arg:expr)*) => {
        // SAFETY: the driver's function, for its chip.
        $self.gc().$f.map(|f| unsafe { f.guarded((*$self.gc).parent, ($self.gc, $($arg,)*)) })
    };
}

impl Chip for CChip {
    fn can_sleep(&self) -> bool {
        self.gc().can_sleep
    }

    fn request(&self, offset: u32) -> kernel::error::Result<()> {
        call!(self, request, offset).map_or(Ok(()), |r| check("request", r).map(drop))
    }

    fn free(&self, offset: u32) {
        call!(self, free, offset);
    }

    fn is_output(&self, offset: u32) -> kernel::error::Result<bool> {
        match call!(self, get_direction, offset) {
            Some(r) => check("get_direction", r).map(|input| input == 0),
            None => Err(Error::Unsupported { what: "reading a GPIO's direction" }),
        }
    }

    fn set_input(&self, offset: u32) -> kernel::error::Result<()> {
        match call!(self, direction_input, offset) {
            Some(r) => check("direction_input", r).map(drop),
            // A chip that can only read is an input already.
            None if self.gc().get.is_some() && !self.is_output(offset).unwrap_or(false) => Ok(()),
            None => Err(Error::Driver { what: "direction_input", errno: Errno::EIO.0 }),
        }
    }

    fn set_output(&self, offset: u32, value: bool) -> kernel::error::Result<()> {
        match call!(self, direction_output, offset, c_int::from(value)) {
            Some(r) => check("direction_output", r).map(drop),
            None if self.is_output(offset).unwrap_or(self.gc().direction_input.is_none()) => self.set(offset, value),
            None => Err(Error::Driver { what: "direction_output", errno: Errno::EIO.0 }),
        }
    }

    fn get(&self, offset: u32) -> kernel::error::Result<bool> {
        match call!(self, get, offset) {
            Some(r) => check("get", r).map(|level| level != 0),
            None => Err(Error::Driver { what: "get", errno: Errno::EIO.0 }),
        }
    }

    fn set(&self, offset: u32, value: bool) -> kernel::error::Result<()> {
        if let Some(r) = call!(self, set_rv, offset, c_int::from(value)) {
            return check("set", r).map(drop);
        }
        match call!(self, set, offset, c_int::from(value)) {
            Some(()) => Ok(()),
            None => Err(Error::Driver { what: "set", errno: Errno::EIO.0 }),
        }
    }

    fn set_config(&self, offset: u32, config: u64) -> kernel::error::Result<()> {
        match call!(self, set_config, offset, config as c_ulong) {
            Some(r) => check("a GPIO's configuration", r).map(drop),
            None => Err(Error::Unsupported { what: "a GPIO's configuration" }),
        }
    }

    fn irq(&self, offset: u32) -> kernel::error::Result<Virq> {
        match call!(self, to_irq, offset) {
            Some(0) => Err(Error::Driver { what: "to_irq", errno: Errno::ENXIO.0 }),
            Some(r) => check("to_irq", r).map(|irq| irq as Virq),
            None => Err(Error::Driver { what: "to_irq", errno: Errno::ENXIO.0 }),
        }
    }

    fn valid(&self, offset: u32) -> bool {
        mask_has(self.gc().valid_mask, offset)
    }

    fn cells(&self) -> usize {
        self.gc().of_gpio_n_cells as usize
    }

    fn translate(&self, cells: &[u32]) -> kernel::error::Result<(u32, u32)> {
        let Some(xlate) = self.gc().of_xlate else {
            return match *cells {
                [offset, flags, ..] => Ok((offset, flags)),
                _ => Err(Error::Invalid { what: "GPIO specifier", why: "two cells expected".into() }),
            };
        };
        // SAFETY: all fields may be zero.
        let mut args: of_phandle_args = unsafe { core::mem::zeroed() };
        args.args_count = cells.len() as c_int;
        args.args.iter_mut().zip(cells).for_each(|(to, from)| *to = *from);
        let mut flags = 0;
        // SAFETY: the chip's firmware node is null or of the tree; the driver's function.
        let offset = unsafe {
            args.np = super::node_of(self.gc().fwnode).map_or(ptr::null_mut(), Node::as_raw);
            xlate(self.gc, &args, &mut flags)
        };
        check("of_xlate", offset).map(|offset| (offset as u32, flags))
    }

    fn pointer(&self) -> *mut () {
        self.gc.cast()
    }
}

/// Whether a line is in a mask; without a mask all are.
pub(super) fn mask_has(mask: *const c_ulong, offset: u32) -> bool {
    // SAFETY: null, or of as many bits as there are lines.
    mask.is_null() || unsafe { *mask.add(offset as usize / 64) } >> (offset % 64) & 1 != 0
}

/// What hangs on a chip; `None` before it was added.
pub(super) unsafe fn attached<'a>(gc: *const gpio_chip) -> Option<&'a Attached> {
    // SAFETY: `add` put it there, `remove` takes it away.
    unsafe { (*gc).gpiodev.cast::<Attached>().as_ref() }
}

/// A line of a chip.
pub(super) unsafe fn line(gc: *const gpio_chip, offset: c_uint) -> Result<&'static Arc<Line>> {
    // SAFETY: the caller's chip; the bank lives as long as it is added.
    unsafe { attached(gc) }.and_then(|a| a.bank.line(offset)).ok_or(Errno::EINVAL)
}

/// Names of lines as the driver gives them.
pub(super) unsafe fn names(gc: &gpio_chip) -> Vec<Option<String>> {
    if gc.names.is_null() {
        return Vec::new();
    }
    // SAFETY: the driver's array of as many names as lines; null for none.
    unsafe {
        (0..usize::from(gc.ngpio))
            .map(|i| {
                let name = *gc.names.add(i);
                (!name.is_null()).then(|| CStr::from_ptr(name).to_string_lossy().into_owned())
            })
            .collect()
    }
}

/// A mask of all lines, for drivers to take some away.
pub(super) fn full_mask(lines: u16) -> *mut c_ulong {
    let words = usize::from(lines).div_ceil(64);
    let mut mask: Box<[c_ulong]> = (0..words).map(|_| c_ulong::MAX).collect();
    if let Some(last) = mask.last_mut()
        && !lines.is_multiple_of(64)
    {
        *last = (1 << (lines % 64)) - 1;
    }
    Box::into_raw(mask).cast()
}

/// Frees a mask of [`full_mask`].
pub(super) unsafe fn free_mask(mask: *mut c_ulong, lines: u16) {
    if !mask.is_null() {
        let words = usize::from(lines).div_ceil(64);
        // SAFETY: made by `full_mask` for as many lines.
        drop(unsafe { Box::from_raw(ptr::slice_from_raw_parts_mut(mask, words)) });
    }
}

pub(super) unsafe fn add_chip(gc: *mut gpio_chip, data: *mut c_void) -> Result<()> {
    // SAFETY: the caller's chip.
    unsafe {
        let parent = (*gc).parent;
        if (*gc).fwnode.is_null() && !parent.is_null() {
            let of_node = (*parent).of_node;
            (*gc).fwnode = if of_node.is_null() { (*parent).fwnode } else { &raw mut (*of_node).fwnode };
        }
        super::misc::count_lines(gc, parent)?;
        if (*gc).of_gpio_n_cells == 0 || (*gc).of_xlate.is_none() {
            (*gc).of_gpio_n_cells = 2;
        }
        if let Some(init) = (*gc).init_valid_mask {
            (*gc).valid_mask = full_mask((*gc).ngpio);
            Errno::check(init(gc, (*gc).valid_mask, (*gc).ngpio.into()))?;
        }
        let label = if (*gc).label.is_null() { c"gpio" } else { CStr::from_ptr((*gc).label) };
        let node = super::node_of((*gc).fwnode);
        let info = Info {
            label: label.to_string_lossy().into_owned(),
            node: node.map(Node::path),
            token: (*gc).fwnode.addr(),
            base: u32::try_from((*gc).base).ok(),
            lines: (*gc).ngpio.into(),
            names: names(&*gc),
            chip: Arc::new(CChip { gc }),
        };
        let bank = gpio::register_quietly(info)?;
        (*gc).base = bank.base() as c_int;
        let attached = Attached { bank: Arc::clone(&bank), data: data.expose_provenance() };
        (*gc).gpiodev = Box::into_raw(Box::new(attached)).cast();
        CHIPS.lock().push((gc.expose_provenance(), (*gc).parent.addr(), false));
        let rest = || -> Result<()> {
            if let Some(add) = (*gc).add_pin_ranges {
                Errno::check(add(gc))?;
            } else if let Some(node) = node {
                super::ranges::of_tree(gc, node)?;
            }
            super::irqchip::set_up(gc)?;
            gpio::set_hogs(&bank)?;
            Ok(())
        };
        rest().inspect_err(|_| remove(gc))
    }
}

pub(crate) unsafe fn add(gc: *mut gpio_chip, data: *mut c_void, _: KeyPtr, _: KeyPtr) -> c_int {
    // SAFETY: the caller's chip.
    to_c(unsafe { add_chip(gc, data) })
}

pub(super) unsafe fn devm_add(dev: *mut device, gc: *mut gpio_chip, data: *mut c_void, _: KeyPtr, _: KeyPtr) -> c_int {
    // SAFETY: the caller's device and chip.
    let result = unsafe {
        add_chip(gc, data).and_then(|()| {
            let address = gc.expose_provenance();
            if let Some(chip) = CHIPS.lock().iter_mut().find(|chip| chip.0 == address) {
                chip.2 = true;
            }
            devres::add(dev, Key("gpio chip", address), move || remove(ptr::with_exposed_provenance_mut(address)))
        })
    };
    to_c(result)
}

pub(crate) unsafe fn remove(gc: *mut gpio_chip) {
    // SAFETY: the caller's chip, which was added.
    unsafe {
        let attached = (*gc).gpiodev.cast::<Attached>();
        if attached.is_null() {
            return;
        }
        CHIPS.lock().retain(|chip| chip.0 != gc.addr());
        super::irqchip::tear_down(gc);
        super::ranges::remove_all(gc);
        gpio::unregister(&(*attached).bank);
        (*gc).gpiodev = ptr::null_mut();
        drop(Box::from_raw(attached));
        free_mask((*gc).valid_mask, (*gc).ngpio);
        (*gc).valid_mask = ptr::null_mut();
    }
}

pub(super) unsafe fn data(gc: *mut gpio_chip) -> *mut c_void {
    // SAFETY: the caller's chip.
    unsafe { attached(gc) }.map_or(ptr::null_mut(), |a| ptr::with_exposed_provenance_mut(a.data))
}

pub(super) unsafe fn dup_label(gc: *mut gpio_chip, offset: c_uint) -> *mut c_char {
    // SAFETY: the caller's chip.
    let label = match unsafe { line(gc, offset) } {
        Ok(line) if line.flags().contains(LineFlags::REQUESTED) => line.consumer().unwrap_or_default(),
        Ok(_) => return ptr::null_mut(),
        Err(error) => return error.to_ptr(),
    };
    super::misc::kstrdup(&label)
}

pub(super) unsafe fn is_valid(gc: *const gpio_chip, offset: c_uint) -> bool {
    // SAFETY: the caller's chip.
    mask_has(unsafe { (*gc).valid_mask }, offset)
}

/// Whether a line has a flag.
pub(super) unsafe fn has(gc: *const gpio_chip, offset: c_uint, flag: LineFlags) -> bool {
    // SAFETY: the caller's chip.
    unsafe { line(gc, offset) }.is_ok_and(|l| l.flags().contains(flag))
}

pub(super) unsafe fn is_open_drain(gc: *mut gpio_chip, offset: c_uint) -> bool {
    // SAFETY: the caller's chip.
    unsafe { has(gc, offset, LineFlags::OPEN_DRAIN) }
}

pub(super) unsafe fn is_open_source(gc: *mut gpio_chip, offset: c_uint) -> bool {
    // SAFETY: the caller's chip.
    unsafe { has(gc, offset, LineFlags::OPEN_SOURCE) }
}

pub(super) unsafe fn is_persistent(gc: *mut gpio_chip, offset: c_uint) -> bool {
    // SAFETY: the caller's chip.
    !unsafe { has(gc, offset, LineFlags::TRANSITORY) }
}

pub(super) unsafe fn is_irq(gc: *mut gpio_chip, offset: c_uint) -> bool {
    // SAFETY: the caller's chip.
    unsafe { has(gc, offset, LineFlags::USED_AS_IRQ) }
}

pub(super) unsafe fn lock_as_irq(gc: *mut gpio_chip, offset: c_uint) -> c_int {
    // SAFETY: the caller's chip.
    let result = unsafe { line(gc, offset) }.and_then(|l| {
        l.lock_as_irq().map_err(|error| {
            log::error!("{error}");
            // An output is an error of input and output to Linux.
            Errno::EIO
        })
    });
    to_c(result)
}

pub(super) unsafe fn unlock_as_irq(gc: *mut gpio_chip, offset: c_uint) {
    // SAFETY: the caller's chip.
    if let Ok(line) = unsafe { line(gc, offset) } {
        line.unlock_as_irq();
    }
}

pub(super) unsafe fn enable_irq(gc: *mut gpio_chip, offset: c_uint) {
    // SAFETY: the caller's chip.
    if let Ok(line) = unsafe { line(gc, offset) } {
        line.change_flags(LineFlags::empty(), LineFlags::IRQ_ENABLED);
    }
}

pub(super) unsafe fn disable_irq(gc: *mut gpio_chip, offset: c_uint) {
    // SAFETY: the caller's chip.
    if let Ok(line) = unsafe { line(gc, offset) } {
        line.change_flags(LineFlags::IRQ_ENABLED, LineFlags::empty());
    }
}

pub(super) unsafe fn request_own(gc: *mut gpio_chip, hwnum: c_uint, label: *const c_char, lflags: bindings::gpio_lookup_flags, dflags: bindings::gpiod_flags) -> *mut gpio_desc {
    // SAFETY: the caller's chip and label.
    unsafe {
        let label = if label.is_null() { c"?" } else { CStr::from_ptr(label) };
        let take = || -> Result<*mut gpio_desc> {
            let line = line(gc, hwnum)?;
            line.request(&label.to_string_lossy(), false)?;
            let (flags, init) = super::consumer::wanted(super::consumer::lookup_flags(lflags), dflags);
            line.configure(flags, init).inspect_err(|_| line.free())?;
            Ok(super::consumer::to_c_desc(line))
        };
        take().unwrap_or_else(Errno::to_ptr)
    }
}

pub(super) unsafe fn free_own(desc: *mut gpio_desc) {
    // SAFETY: the caller's line.
    if let Some(line) = unsafe { super::consumer::line_of(desc) } {
        line.free();
    }
}

pub(super) unsafe fn device_chip(gdev: *mut gpio_device) -> *mut gpio_chip {
    // SAFETY: null, or what hangs on a chip.
    unsafe { gdev.cast::<Attached>().as_ref() }.map_or(ptr::null_mut(), |a| chip_of(&a.bank))
}

pub(super) unsafe fn device_base(gdev: *mut gpio_device) -> c_int {
    // SAFETY: null, or what hangs on a chip.
    int_to_c(unsafe { gdev.cast::<Attached>().as_ref() }.map(|a| a.bank.base() as c_int).ok_or(Errno::EINVAL))
}

/// The C chip of a bank; null if it is none of C's.
pub(super) fn chip_of(bank: &Bank) -> *mut gpio_chip {
    bank.chip().map_or(ptr::null_mut(), |chip| chip.pointer().cast())
}

pub(super) unsafe fn desc_chip(desc: *const gpio_desc) -> *mut gpio_chip {
    // SAFETY: the caller's line.
    let bank = unsafe { super::consumer::line_of(desc) }.and_then(Line::bank);
    bank.map_or(ptr::null_mut(), |b| chip_of(&b))
}

pub(super) unsafe fn desc_device(desc: *mut gpio_desc) -> *mut gpio_device {
    // SAFETY: the caller's line; its chip.
    unsafe {
        let gc = desc_chip(desc);
        if gc.is_null() { ptr::null_mut() } else { (*gc).gpiodev }
    }
}

/// What a request without any wish does to a line.
pub(super) const NO_WISH: (LineFlags, Init) = (LineFlags::empty(), Init::AsIs);
