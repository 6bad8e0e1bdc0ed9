// SPDX-License-Identifier: GPL-2.0-only
//! Controllers: made for a driver, numbered, with a queue for messages that nobody waits for.

use super::{device, run};
use crate::bindings::{self, device as c_device, spi_controller, spi_message};
use crate::device as devices;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use crate::gpio::chip_select;
use crate::of::{self, Node};
use crate::work::{free_per_cpu, per_cpu};
use crate::slab::{GFP_KERNEL, GFP_ZERO, kfree, kmalloc};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{c_int, c_uint};
use core::mem::offset_of;
use core::ptr::{null_mut, with_exposed_provenance_mut};
use kernel::sync::SpinLock;
use kernel::work::{self, Work};

crate::exports! {
    family "spi";
    [sleeps, supported, "spi::tests::devices_of_the_tree_meet_drivers"]
    fn __spi_alloc_controller(host: *mut c_device, size: c_uint, slave: bool) -> *mut spi_controller = alloc;
    [sleeps, supported, "spi::tests::what_is_managed_is_given_back"]
    fn __devm_spi_alloc_controller(dev: *mut c_device, size: c_uint, slave: bool) -> *mut spi_controller = devm_alloc;
    [sleeps, supported, "spi::tests::devices_of_the_tree_meet_drivers"]
    fn spi_register_controller(ctlr: *mut spi_controller) -> c_int = register_c;
    [sleeps, supported, "spi::tests::what_is_managed_is_given_back"]
    fn devm_spi_register_controller(dev: *mut c_device, ctlr: *mut spi_controller) -> c_int = devm_register;
    [sleeps, supported, "spi::tests::devices_of_the_tree_meet_drivers"]
    fn spi_unregister_controller(ctlr: *mut spi_controller) -> () = unregister;
    [sleeps, supported, "spi::tests::a_suspended_controller_refuses"]
    fn spi_controller_suspend(ctlr: *mut spi_controller) -> c_int = suspend;
    [sleeps, supported, "spi::tests::a_suspended_controller_refuses"]
    fn spi_controller_resume(ctlr: *mut spi_controller) -> c_int = resume;
}

/// Where a driver's own data may begin: DMA may go there.
const ALIGN: usize = 128;
/// Devices may be selected by a high line.
const CS_HIGH: u32 = 1 << 2;
/// The flag of a controller that carries nothing out for now.
pub(super) const SUSPENDED: u16 = 1 << 6;

/// What `spi_controller.core` points to, from the registration to the last reference.
pub(super) struct Core {
    /// Messages that wait, by address.
    queue: SpinLock<Vec<usize>>,
    work: Arc<Work>,
}

/// The controllers that are registered, by address.
static REGISTERED: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

/// The number of a controller's bus.
pub(super) unsafe fn number(controller: *const spi_controller) -> u32 {
    // SAFETY: as the caller says.
    u32::try_from(unsafe { (*controller).bus_num }).unwrap_or(u32::MAX)
}

/// What hangs on a controller that was registered.
unsafe fn core<'a>(controller: *mut spi_controller) -> Result<&'a Core> {
    // SAFETY: as the caller says.
    unsafe { (*controller).core.cast::<Core>().as_ref() }.ok_or(Errno::ESHUTDOWN)
}

/// Makes a ring of a list's head.
pub(super) unsafe fn ring(head: *mut bindings::list_head) {
    // SAFETY: the caller's head.
    unsafe { ((*head).next, (*head).prev) = (head, head) };
}

/// The last reference is gone.
unsafe extern "C" fn release(dev: *mut c_device) {
    // The device is the first field.
    let controller = dev.cast::<spi_controller>();
    // SAFETY: of `alloc`; nobody has it any more.
    unsafe {
        if !(*controller).core.is_null() {
            drop(Box::from_raw((*controller).core.cast::<Core>()));
        }
        free_per_cpu((*controller).pcpu_statistics.cast());
        kfree((*controller).dummy_rx);
        kfree((*controller).dummy_tx);
        kfree((*controller).cs_gpiods.cast());
        kfree(controller.cast());
    }
}

pub(super) unsafe fn alloc(host: *mut c_device, size: c_uint, target: bool) -> *mut spi_controller {
    let head = size_of::<spi_controller>().next_multiple_of(ALIGN);
    let controller = kmalloc(head + size as usize, GFP_KERNEL | GFP_ZERO).cast::<spi_controller>();
    let counters = per_cpu(size_of::<bindings::spi_statistics>());
    if host.is_null() || controller.is_null() || counters.is_null() {
        free_per_cpu(counters);
        // SAFETY: nobody has it.
        unsafe { kfree(controller.cast()) };
        return null_mut();
    }
    // SAFETY: zeroes are the beginning of a controller, and nobody else has it; the caller's device.
    unsafe {
        (*controller).pcpu_statistics = counters.cast();
        (*controller).bus_num = -1;
        (*controller).num_chipselect = 1;
        (*controller).__bindgen_anon_1.target = target;
        (*controller).last_cs.fill(-1);
        let mutexes = [&raw mut (*controller).io_mutex, &raw mut (*controller).add_lock, &raw mut (*controller).bus_lock_mutex];
        for mutex in mutexes {
            ring(&raw mut (*mutex).wait.head);
        }
        ring(&raw mut (*controller).list);
        for completion in [&raw mut (*controller).cur_msg_completion, &raw mut (*controller).xfer_completion] {
            ring(&raw mut (*completion).wait.head);
        }
        let own = &raw mut (*controller).dev;
        devices::initialize(own);
        (*own).parent = devices::get(host);
        (*own).of_node = (*host).of_node;
        (*own).fwnode = (*host).fwnode;
        (*own).release = Some(release);
        (*own).driver_data = controller.byte_add(head).cast();
    }
    controller
}

pub(super) unsafe fn devm_alloc(dev: *mut c_device, size: c_uint, target: bool) -> *mut spi_controller {
    // SAFETY: as the caller says.
    unsafe {
        let controller = alloc(dev, size, target);
        if controller.is_null() {
            return null_mut();
        }
        (*controller).devm_allocated = true;
        let at = controller.expose_provenance();
        let give_back = move || devices::put(&raw mut (*with_exposed_provenance_mut::<spi_controller>(at)).dev);
        if devres::add(dev, Key("spi controller memory", at), give_back).is_ok() { controller } else { null_mut() }
    }
}

/// The number that the tree's aliases give a controller.
fn alias(node: Option<Node>) -> Option<i16> {
    let node = node?;
    let aliases = of::root()?.child(b"aliases")?;
    let path = node.path();
    let named = |property: &of::Property| {
        property.name.to_bytes().starts_with(b"spi") && property.value.strip_suffix(&[0]) == Some(path.as_bytes())
    };
    aliases.properties().find(named)?.name.to_str().ok()?.strip_prefix("spi")?.parse().ok()
}

/// Numbers a controller.
unsafe fn take_number(controller: *mut spi_controller) -> Result<()> {
    // SAFETY: as the caller says; those in the list are there.
    unsafe {
        let mut registered = REGISTERED.lock();
        let taken = |number: i16| {
            registered.iter().any(|at| (*with_exposed_provenance_mut::<spi_controller>(*at)).bus_num == number)
        };
        let wanted = Some((*controller).bus_num).filter(|number| *number >= 0);
        let number = match wanted.or_else(|| alias(Node::from_raw((*controller).dev.of_node))) {
            Some(number) if taken(number) => return Err(Errno::EBUSY),
            Some(number) => number,
            None => (0..i16::MAX).find(|number| !taken(*number)).ok_or(Errno::EBUSY)?,
        };
        (*controller).bus_num = number;
        registered.push(controller.expose_provenance());
        Ok(())
    }
}

/// Takes the GPIO lines that select devices.
unsafe fn take_lines(controller: *mut spi_controller) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let own = &raw mut (*controller).dev;
        let count = match Errno::check(chip_select::count(own, c"cs".as_ptr())) {
            Ok(count) => count as usize,
            Err(Errno::ENOENT) => return Ok(()),
            Err(error) => return Err(error),
        };
        let selects = usize::from((*controller).num_chipselect).max(count);
        (*controller).num_chipselect = u16::try_from(selects).map_err(|_| Errno::EINVAL)?;
        let lines = kmalloc(selects * size_of::<usize>(), GFP_KERNEL | GFP_ZERO).cast::<*mut bindings::gpio_desc>();
        if lines.is_null() {
            return Err(Errno::ENOMEM);
        }
        (*controller).cs_gpiods = lines;
        let mut native: u32 = 0;
        for index in 0..count {
            let line = chip_select::get(own, c"cs".as_ptr(), index as c_uint, bindings::GPIOD_OUT_LOW);
            *lines.add(index) = Errno::check_ptr(line)?;
            if line.is_null() {
                native |= 1 << (index & 31);
                let most = (*controller).max_native_cs;
                if most > 0 && index >= most as usize {
                    return Err(Errno::EINVAL);
                }
            }
        }
        (*controller).unused_native_cs = native.trailing_ones() as i8;
        Ok(())
    }
}

unsafe fn register(controller: *mut spi_controller) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let fits = |c: &spi_controller| {
            let memory = c.mem_ops.as_ref().is_some_and(|ops| ops.exec_op.is_some());
            memory || c.transfer.is_some() || c.transfer_one.is_some() || c.transfer_one_message.is_some()
        };
        let known = controller.as_ref().ok_or(Errno::EINVAL)?;
        if known.dev.parent.is_null() {
            return Err(Errno::ENODEV);
        }
        if !fits(known) {
            return Err(Errno::EINVAL);
        }
        take_number(controller)?;
        let result = add(controller);
        if result.is_err() {
            REGISTERED.lock().retain(|at| *at != controller.addr());
            devres::release_all(&raw mut (*controller).dev);
            return result;
        }
        device::of_children(controller);
        Ok(())
    }
}

/// The part of the registration that needs a number.
unsafe fn add(controller: *mut spi_controller) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let own = &raw mut (*controller).dev;
        if (*controller).max_dma_len == 0 {
            (*controller).max_dma_len = c_int::MAX as usize;
        }
        devices::set_name(own, CString::new(format!("spi{}", (*controller).bus_num)).map_err(|_| Errno::EINVAL)?);
        if (*controller).use_gpio_descriptors {
            take_lines(controller)?;
            (*controller).mode_bits |= CS_HIGH;
        }
        if (*controller).num_chipselect == 0 {
            return Err(Errno::EINVAL);
        }
        let at = controller.expose_provenance();
        let work = Work::new(move || pump(with_exposed_provenance_mut(at)));
        (*controller).core = Box::into_raw(Box::new(Core { queue: SpinLock::new(Vec::new()), work })).cast();
        (*controller).queued = (*controller).transfer.is_none();
        (*controller).running = true;
        devices::register(own)?;
        // That took a reference of the parent; there is the one of `alloc` already.
        devices::put((*own).parent);
        Ok(())
    }
}

pub(super) unsafe fn register_c(controller: *mut spi_controller) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { register(controller) })
}

pub(super) unsafe fn devm_register(dev: *mut c_device, controller: *mut spi_controller) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe {
        register(controller).and_then(|()| {
            let at = controller.expose_provenance();
            devres::add(dev, Key("spi controller", at), move || unregister(with_exposed_provenance_mut(at)))
        })
    })
}

pub(super) unsafe fn unregister(controller: *mut spi_controller) {
    // SAFETY: the caller's controller.
    unsafe {
        device::remove_all(controller);
        REGISTERED.lock().retain(|at| *at != controller.addr());
        (*controller).running = false;
        if let Ok(core) = core(controller) {
            core.work.cancel();
            pump(controller);
        }
        let own = &raw mut (*controller).dev;
        devices::del(own);
        // As in Linux: the driver's reference goes with the registration, unless it is managed.
        if !(*controller).devm_allocated {
            devices::put(own);
        }
    }
}

pub(super) unsafe fn suspend(controller: *mut spi_controller) -> c_int {
    // SAFETY: the caller's controller. Whoever is at it has the mutex.
    unsafe {
        crate::locking::mutex_lock(&raw mut (*controller).io_mutex);
        (*controller).flags |= SUSPENDED;
        crate::locking::mutex_unlock(&raw mut (*controller).io_mutex);
    }
    0
}

pub(super) unsafe fn resume(controller: *mut spi_controller) -> c_int {
    // SAFETY: as above.
    unsafe {
        crate::locking::mutex_lock(&raw mut (*controller).io_mutex);
        (*controller).flags &= !SUSPENDED;
        crate::locking::mutex_unlock(&raw mut (*controller).io_mutex);
        if let Ok(core) = core(controller) {
            work::system().submit(&core.work);
        }
    }
    0
}

/// Puts a message at the end of the queue.
pub(super) unsafe fn enqueue(controller: *mut spi_controller, message: *mut spi_message) -> Result<()> {
    // SAFETY: as the caller says.
    unsafe {
        let core = core(controller)?;
        if !(*controller).running || (*controller).flags & SUSPENDED != 0 {
            return Err(Errno::ESHUTDOWN);
        }
        core.queue.lock().push(message.expose_provenance());
        work::system().submit(&core.work);
    }
    Ok(())
}

/// Carries out what is in the queue.
pub(super) fn pump(controller: *mut spi_controller) {
    // SAFETY: a controller that is registered, or of the caller's; messages stay until they are done.
    unsafe {
        let Ok(core) = core(controller) else { return };
        loop {
            let next = {
                let mut queue = core.queue.lock();
                if queue.is_empty() { None } else { Some(queue.remove(0)) }
            };
            let Some(message) = next else { return };
            let message = with_exposed_provenance_mut::<spi_message>(message);
            run::run(controller, message);
            if let Some(complete) = (*message).complete {
                complete((*message).context);
            }
        }
    }
}

/// The device is the first field: `release` relies on it.
const _: () = assert!(offset_of!(spi_controller, dev) == 0);
