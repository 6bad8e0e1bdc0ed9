// SPDX-License-Identifier: GPL-2.0-only
//! PWM chips: made for a driver, and freed when the last consumer of a line has given it back.

use crate::bindings::{self, device, module, of_phandle_args, pwm_chip, pwm_device, pwm_ops, pwm_state};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, ptr_to_c, to_c};
use crate::of::Node;
use crate::slab::{GFP_KERNEL, GFP_ZERO, kfree, kmalloc};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int, c_uint};
use core::mem::offset_of;
use core::ptr::with_exposed_provenance_mut;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};
use kernel::error::Cause;
use kernel::pwm::{self, Capture, Chip, PwmOps, State};
use kernel::sync::SpinLock;

crate::exports! {
    family "pwm";
    [sleeps, supported, "pwm::tests::a_chip_serves_a_consumer_of_the_tree"]
    fn pwmchip_alloc(parent: *mut device, npwm: c_uint, sizeof_priv: usize) -> *mut pwm_chip = alloc_c;
    [sleeps, supported, "pwm::tests::what_is_managed_is_given_back"]
    fn devm_pwmchip_alloc(parent: *mut device, npwm: c_uint, sizeof_priv: usize) -> *mut pwm_chip = devm_alloc;
    [sleeps, supported, "pwm::tests::a_chip_serves_a_consumer_of_the_tree"]
    fn pwmchip_put(chip: *mut pwm_chip) -> () = put;
    [sleeps, supported, "pwm::tests::a_chip_serves_a_consumer_of_the_tree"]
    fn __pwmchip_add(chip: *mut pwm_chip, owner: *mut module) -> c_int = add_c;
    [sleeps, supported, "pwm::tests::what_is_managed_is_given_back"]
    fn __devm_pwmchip_add(dev: *mut device, chip: *mut pwm_chip, owner: *mut module) -> c_int = devm_add;
    [sleeps, supported, "pwm::tests::a_chip_serves_a_consumer_of_the_tree"]
    fn pwmchip_remove(chip: *mut pwm_chip) -> () = remove;
    [sleeps, supported, "pwm::tests::a_chip_serves_a_consumer_of_the_tree"]
    fn of_pwm_xlate_with_flags(chip: *mut pwm_chip, args: *const of_phandle_args) -> *mut pwm_device = with_flags;
    [sleeps, supported, "pwm::tests::one_line_needs_no_number"]
    fn of_pwm_single_xlate(chip: *mut pwm_chip, args: *const of_phandle_args) -> *mut pwm_device = single;
}

/// Where a driver's own data may begin: DMA may go there.
const ALIGN: usize = 128;
/// `PWM_POLARITY_INVERTED` of `dt-bindings/pwm/pwm.h`.
const INVERTED: u32 = 1;

/// What `pwm_chip.core` points to.
struct Core {
    chip: Arc<Chip>,
    /// The driver is gone: nothing of it may be called.
    gone: Arc<AtomicBool>,
}

/// A driver's chip.
struct Driver {
    chip: *mut pwm_chip,
    gone: Arc<AtomicBool>,
}

// SAFETY: the pointer is handed to the driver's functions only.
unsafe impl Send for Driver {}
// SAFETY: as above; drivers protect what their functions share, as in Linux.
unsafe impl Sync for Driver {}

/// The registry's form of a state.
pub(super) fn from_c(state: &pwm_state) -> State {
    State {
        period: state.period,
        duty: state.duty_cycle,
        inversed: state.polarity == bindings::PWM_POLARITY_INVERSED,
        enabled: state.enabled,
        power_only: state.usage_power,
    }
}

fn to_c_state(state: &State) -> pwm_state {
    pwm_state {
        period: state.period,
        duty_cycle: state.duty,
        polarity: if state.inversed { bindings::PWM_POLARITY_INVERSED } else { bindings::PWM_POLARITY_NORMAL },
        enabled: state.enabled,
        usage_power: state.power_only,
    }
}

fn checked(code: c_int) -> pwm::Result<()> {
    if code < 0 { Err(Cause::Driver(code.wrapping_neg())) } else { Ok(()) }
}

/// A line of a chip, by its number.
///
/// # Safety
/// `chip` is one of [`alloc`], and has the line.
unsafe fn line(chip: *mut pwm_chip, number: u32) -> *mut pwm_device {
    // SAFETY: the lines follow the chip.
    unsafe { (&raw mut (*chip).pwms).cast::<pwm_device>().add(number as usize) }
}

impl Driver {
    /// The driver's functions.
    fn ops(&self) -> pwm::Result<&pwm_ops> {
        if self.gone.load(Relaxed) {
            return Err(Cause::Gone);
        }
        // SAFETY: a driver's table lives as long as its chip is added.
        unsafe { (*self.chip).ops.as_ref() }.ok_or(Cause::Gone)
    }
}

impl PwmOps for Driver {
    fn request(&self, number: u32) -> pwm::Result<()> {
        match self.ops()?.request {
            // SAFETY: the driver's function with its chip and line.
            Some(request) => checked(unsafe { request(self.chip, line(self.chip, number)) }),
            None => Ok(()),
        }
    }

    fn free(&self, number: u32) {
        if let Some(free) = self.ops().ok().and_then(|ops| ops.free) {
            // SAFETY: the driver's function with its chip and line.
            unsafe { free(self.chip, line(self.chip, number)) };
        }
    }

    fn state(&self, number: u32) -> Option<State> {
        let get_state = self.ops().ok()?.get_state?;
        let mut state = to_c_state(&State::default());
        // SAFETY: the driver's function with its chip and line, and a state to be written.
        unsafe {
            let line = line(self.chip, number);
            checked(get_state(self.chip, line, &raw mut state)).ok()?;
            (*line).state = state;
        }
        Some(from_c(&state))
    }

    fn apply(&self, number: u32, state: &State) -> pwm::Result<()> {
        let apply = self.ops()?.apply.ok_or(Cause::Unsupported)?;
        let state = to_c_state(state);
        // SAFETY: the driver's function with its chip and line.
        unsafe {
            let line = line(self.chip, number);
            checked(apply(self.chip, line, &raw const state))?;
            (*line).state = state;
        }
        Ok(())
    }

    fn capture(&self, number: u32, milliseconds: u32) -> pwm::Result<Capture> {
        let capture = self.ops()?.capture.ok_or(Cause::Unsupported)?;
        let mut found = bindings::pwm_capture { period: 0, duty_cycle: 0 };
        // SAFETY: the driver's function with its chip and line, and a result to be written.
        unsafe { checked(capture(self.chip, line(self.chip, number), &raw mut found, milliseconds.into()))? };
        Ok(Capture { period: found.period, duty: found.duty_cycle })
    }

    fn atomic(&self) -> bool {
        // SAFETY: a chip stays as long as its entry does.
        unsafe { (*self.chip).atomic }
    }
}

/// The chips that are added, by address.
static ADDED: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

/// The chip that fits, with a reference of the caller's.
fn find(fits: impl Fn(&device) -> bool) -> Option<*mut pwm_chip> {
    let added = ADDED.lock();
    let mut all = added.iter().map(|address| with_exposed_provenance_mut::<pwm_chip>(*address));
    // SAFETY: a chip and its parent stay while it is in the list.
    unsafe {
        let chip = all.find(|chip| (**chip).dev.parent.as_ref().is_some_and(&fits))?;
        devices::get(&raw mut (*chip).dev);
        Some(chip)
    }
}

/// The chip of a node, with a reference of the caller's.
pub(super) fn of_node(node: Node) -> Option<*mut pwm_chip> {
    find(|parent| core::ptr::eq(parent.of_node, node.as_raw()))
}

/// The chip of a device of that name, with a reference of the caller's.
pub(super) fn of_name(name: &CStr) -> Option<*mut pwm_chip> {
    // SAFETY: a device.
    find(|parent| unsafe { devices::name(parent) } == name)
}

/// The registry's entry of a chip that was added.
///
/// # Safety
/// `chip` is one of [`alloc`], of which the caller holds a reference.
pub(super) unsafe fn entry<'a>(chip: *mut pwm_chip) -> Result<&'a Arc<Chip>> {
    // SAFETY: the caller's chip, whose entry stays as long as it does.
    unsafe { (*chip).core.cast::<Core>().as_ref() }.map(|core| &core.chip).ok_or(Errno::ENODEV)
}

/// The last reference is gone.
unsafe extern "C" fn release(dev: *mut device) {
    // The device is the first field.
    let chip = dev.cast::<pwm_chip>();
    // SAFETY: of `alloc`; nobody has it any more.
    unsafe {
        if !(*chip).core.is_null() {
            drop(Box::from_raw((*chip).core.cast::<Core>()));
        }
        kfree(chip.cast());
    }
}

/// A chip with so many lines, and memory of the driver's own behind them.
///
/// # Safety
/// `parent` is a device.
unsafe fn alloc(parent: *mut device, npwm: u32, private: usize) -> Result<*mut pwm_chip> {
    let lines = (npwm as usize).checked_mul(size_of::<pwm_device>()).ok_or(Errno::ENOMEM)?;
    let head = lines.checked_add(size_of::<pwm_chip>()).and_then(|size| size.checked_next_multiple_of(ALIGN));
    let head = head.ok_or(Errno::ENOMEM)?;
    let size = head.checked_add(private).ok_or(Errno::ENOMEM)?;
    let chip = kmalloc(size, GFP_KERNEL | GFP_ZERO).cast::<pwm_chip>();
    if chip.is_null() {
        return Err(Errno::ENOMEM);
    }
    // SAFETY: zeroes are the beginning of a chip, and nobody else has it; the caller's device.
    unsafe {
        (*chip).npwm = npwm;
        (*chip).uses_pwmchip_alloc = true;
        let own = &raw mut (*chip).dev;
        devices::initialize(own);
        (*own).parent = devices::get(parent);
        (*own).release = Some(release);
        (*own).driver_data = chip.byte_add(head).cast();
        for number in 0..npwm {
            let line = line(chip, number);
            (*line).chip = chip;
            (*line).hwpwm = number;
        }
    }
    Ok(chip)
}

pub(super) unsafe fn alloc_c(parent: *mut device, npwm: c_uint, private: usize) -> *mut pwm_chip {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { alloc(parent, npwm, private) })
}

pub(super) unsafe fn devm_alloc(parent: *mut device, npwm: c_uint, private: usize) -> *mut pwm_chip {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe {
        alloc(parent, npwm, private).and_then(|chip| {
            let at = chip.expose_provenance();
            devres::add(parent, Key("pwmchip memory", at), move || put(with_exposed_provenance_mut(at)))?;
            Ok(chip)
        })
    })
}

pub(super) unsafe fn put(chip: *mut pwm_chip) {
    // SAFETY: the caller's reference.
    unsafe { devices::put(&raw mut (*chip).dev) };
}

unsafe fn add(chip: *mut pwm_chip, owner: *mut module) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let fits = |chip: &pwm_chip| {
            let works = chip.ops.as_ref().is_some_and(|ops| ops.apply.is_some());
            works && !chip.dev.parent.is_null() && chip.npwm > 0 && chip.uses_pwmchip_alloc && chip.core.is_null()
        };
        if !chip.as_ref().is_some_and(fits) {
            return Err(Errno::EINVAL);
        }
        let own = &raw mut (*chip).dev;
        let parent = (*own).parent;
        (*chip).owner = owner;
        if !(*parent).of_node.is_null() && (*chip).of_xlate.is_none() {
            (*chip).of_xlate = Some(with_flags_c);
        }
        let gone = Arc::new(AtomicBool::new(false));
        let driver = Driver { chip, gone: Arc::clone(&gone) };
        let entry = pwm::register(&devices::name(parent).to_string_lossy(), (*chip).npwm, Box::new(driver));
        (*chip).id = entry.id();
        let name = CString::new(format!("pwmchip{}", entry.id())).map_err(|_| Errno::EINVAL)?;
        devices::set_name(own, name);
        (*chip).core = Box::into_raw(Box::new(Core { chip: Arc::clone(&entry), gone })).cast();
        if let Err(error) = devices::register(own) {
            pwm::unregister(&entry);
            drop(Box::from_raw((*chip).core.cast::<Core>()));
            (*chip).core = core::ptr::null_mut();
            return Err(error);
        }
        // That took a reference of the parent; there is the one of `alloc` already.
        devices::put(parent);
        ADDED.lock().push(chip.expose_provenance());
        Ok(())
    }
}

pub(super) unsafe fn add_c(chip: *mut pwm_chip, owner: *mut module) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { add(chip, owner) })
}

pub(super) unsafe fn devm_add(dev: *mut device, chip: *mut pwm_chip, owner: *mut module) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe {
        add(chip, owner).and_then(|()| {
            let at = chip.expose_provenance();
            devres::add(dev, Key("pwmchip", at), move || remove(with_exposed_provenance_mut(at)))
        })
    })
}

pub(super) unsafe fn remove(chip: *mut pwm_chip) {
    ADDED.lock().retain(|address| *address != chip.addr());
    // SAFETY: the caller's chip; consumers that are left hold references.
    unsafe {
        if let Some(core) = (*chip).core.cast::<Core>().as_ref() {
            core.gone.store(true, Relaxed);
            pwm::unregister(&core.chip);
        }
        devices::del(&raw mut (*chip).dev);
    }
}

/// Takes a line, and notes what the device tree asks of it: period, then flags.
unsafe fn take(chip: *mut pwm_chip, number: u32, asked: &[u32]) -> Result<*mut pwm_device> {
    // SAFETY: as the caller says.
    unsafe {
        let pwm = super::consumer::take(chip, number, core::ptr::null())?;
        if let Some(period) = asked.first() {
            (*pwm).args.period = u64::from(*period);
        }
        let inverted = asked.get(1).is_some_and(|flags| flags & INVERTED != 0);
        (*pwm).args.polarity =
            if inverted { bindings::PWM_POLARITY_INVERSED } else { bindings::PWM_POLARITY_NORMAL };
        Ok(pwm)
    }
}

/// The arguments of a reference.
fn arguments(args: &of_phandle_args) -> &[u32] {
    usize::try_from(args.args_count).ok().and_then(|count| args.args.get(..count)).unwrap_or_default()
}

pub(super) unsafe fn with_flags(chip: *mut pwm_chip, args: *const of_phandle_args) -> *mut pwm_device {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe {
        let args = args.as_ref().map(arguments).unwrap_or_default();
        args.split_first().ok_or(Errno::EINVAL).and_then(|(number, asked)| take(chip, *number, asked))
    })
}

unsafe extern "C" fn with_flags_c(chip: *mut pwm_chip, args: *const of_phandle_args) -> *mut pwm_device {
    // SAFETY: as the caller says.
    unsafe { with_flags(chip, args) }
}

pub(super) unsafe fn single(chip: *mut pwm_chip, args: *const of_phandle_args) -> *mut pwm_device {
    // SAFETY: as the caller says.
    ptr_to_c(unsafe { take(chip, 0, args.as_ref().map(arguments).unwrap_or_default()) })
}

/// The device is the first field: `release` relies on it.
const _: () = assert!(offset_of!(pwm_chip, dev) == 0);
