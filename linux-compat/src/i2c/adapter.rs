// SPDX-License-Identifier: GPL-2.0-only
//! Adapters: registered with [`io::i2c`], which calls back here for transfers.

use crate::context::{self, Guarded, Role};
use alloc::boxed::Box;
use alloc::ffi::CString;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::ffi::{CStr, c_int};
use core::ptr::{null_mut, with_exposed_provenance_mut};

use io::Fault;
use io::i2c::{self, Adapter, Block, Bus, Direction, Flags, Functions, Info, Kind, Msg, Quirks};
use kernel::sync::SpinLock;

use super::{bus, client};
use crate::bindings::{self, device, i2c_adapter, i2c_msg, i2c_smbus_data};
use crate::device as core_device;
use crate::device::devres::{self, Key};
use crate::errno::{Errno, Result, to_c};
use crate::of::Node;

crate::exports! {
    family "i2c";
    [sleeps, supported, "i2c::tests::adapters_have_numbers"]
    fn i2c_add_adapter(adap: *mut i2c_adapter) -> c_int = add;
    [sleeps, supported, "i2c::tests::adapters_have_numbers"]
    fn i2c_add_numbered_adapter(adap: *mut i2c_adapter) -> c_int = add_numbered;
    [sleeps, supported, "i2c::tests::adapters_have_numbers"]
    fn devm_i2c_add_adapter(dev: *mut device, adapter: *mut i2c_adapter) -> c_int = add_managed;
    [sleeps, supported, "i2c::tests::adapters_have_numbers"]
    fn i2c_del_adapter(adap: *mut i2c_adapter) -> () = del;
    [any, supported, "i2c::tests::adapters_have_numbers"]
    fn i2c_get_adapter(nr: c_int) -> *mut i2c_adapter = get;
    [any, supported, "i2c::tests::adapters_have_numbers"]
    fn i2c_put_adapter(adap: *mut i2c_adapter) -> () = put;
    [any, supported, "i2c::tests::clients_meet_drivers"]
    fn i2c_verify_adapter(dev: *mut device) -> *mut i2c_adapter = verify;
}

/// Registered adapters by address.
static ADAPTERS: SpinLock<Vec<usize>> = SpinLock::new(Vec::new());

/// What `i2c_adapter.core` points to.
struct Core {
    adapter: Arc<Adapter>,
}

/// A driver's adapter.
struct Driver(*mut i2c_adapter);

// SAFETY: the operations are called by one thread at a time, who holds the bus.
unsafe impl Send for Driver {}
// SAFETY: as above.
unsafe impl Sync for Driver {}

impl Driver {
    fn algorithm(&self) -> core::result::Result<&bindings::i2c_algorithm, Fault> {
        // SAFETY: the adapter and its algorithm stay while it is registered.
        unsafe { (*self.0).algo.as_ref().ok_or(Fault::NoDevice) }
    }
}

/// What an adapter means by an error: `ENXIO` is an address that nobody acknowledged (Linux:
/// Documentation/i2c/fault-codes.rst).
fn fault(error: Errno) -> Fault {
    if error == Errno::ENXIO { Fault::NoDevice } else { error.into() }
}

/// The other way, for drivers of devices on a bus.
pub(super) fn error(fault: Fault) -> Errno {
    if fault == Fault::NoDevice { Errno::ENXIO } else { fault.into() }
}

impl Bus for Driver {
    fn transfer(&self, messages: &mut [Msg<'_>]) -> core::result::Result<usize, Fault> {
        // SAFETY: the adapter stays while it is registered; both names of the operation are one place.
        let xfer = unsafe { self.algorithm()?.__bindgen_anon_1.xfer }.ok_or(Fault::NotSupported)?;
        // SAFETY: as above.
        if unsafe { (*self.0).locked_flags } & 1 << bindings::I2C_ALF_IS_SUSPENDED != 0 {
            return Err(Errno::ESHUTDOWN.into());
        }
        let mut raw: Vec<i2c_msg> = messages
            .iter_mut()
            .map(|m| i2c_msg {
                addr: m.address,
                flags: m.flags.bits(),
                len: m.len as u16,
                buf: m.buffer.as_mut_ptr(),
            })
            .collect();
        // SAFETY: the driver's operation, with messages whose buffers are as long as they say.
        let done = unsafe { xfer.guarded((*self.0).dev.parent, (self.0, raw.as_mut_ptr(), raw.len() as c_int)) };
        let done = Errno::check(done).map_err(fault)? as usize;
        for (m, raw) in messages.iter_mut().zip(&raw) {
            m.len = usize::from(raw.len).min(m.buffer.len());
        }
        Ok(done)
    }

    fn smbus(
        &self,
        address: u16,
        flags: Flags,
        direction: Direction,
        command: u8,
        kind: Kind,
        data: &mut Block,
    ) -> Option<core::result::Result<(), Fault>> {
        let xfer = self.algorithm().ok()?.smbus_xfer?;
        let mut raw = i2c_smbus_data { block: data.0 };
        // SAFETY: the driver's operation; the data has room for any command.
        let code = unsafe {
            let device = (*self.0).dev.parent;
            let read = (direction == Direction::Read).into();
            context::run_for(device, Role::Operation, core::ptr::null(), xfer as usize, Errno::EIO.to_c(), || {
                xfer(self.0, address, flags.bits(), read, command, kind as c_int, &raw mut raw)
            })
        };
        // SAFETY: bytes, whatever was written.
        data.0 = unsafe { raw.block };
        Some(Errno::check(code).map(|_| ()).map_err(fault))
    }

    fn functions(&self) -> Functions {
        let functionality = self.algorithm().ok().and_then(|a| a.functionality);
        // SAFETY: the driver's operation.
        functionality.map_or(Functions::empty(), |f| Functions::from_bits_retain(unsafe { f.guarded((*self.0).dev.parent, (self.0,)) }))
    }

    fn quirks(&self) -> Quirks {
        // SAFETY: the adapter stays while it is registered; its quirks are null or stay.
        let Some(quirks) = (unsafe { (*self.0).quirks.as_ref() }) else { return Quirks::default() };
        let has = |bit: u32| quirks.flags & 1 << bit != 0;
        Quirks {
            max_messages: usize::try_from(quirks.max_num_msgs).unwrap_or(0),
            max_write: quirks.max_write_len.into(),
            max_read: quirks.max_read_len.into(),
            max_first: quirks.max_comb_1st_msg_len.into(),
            max_second: quirks.max_comb_2nd_msg_len.into(),
            combined: has(0),
            write_first: has(1),
            read_second: has(2),
            same_address: has(3),
            no_empty_read: has(5),
            no_empty_write: has(6),
            no_repeated_start: has(7),
        }
    }

    fn recover(&self) -> core::result::Result<(), Fault> {
        // SAFETY: the adapter stays while it is registered.
        Errno::check(unsafe { super::misc::recover_bus(self.0) }).map(|_| ()).map_err(Fault::from)
    }
}

/// The registered adapter behind a C pointer.
///
/// # Safety
/// `adap` must be an adapter.
pub(super) unsafe fn core(adap: *const i2c_adapter) -> Result<Arc<Adapter>> {
    // SAFETY: as the caller says; the field is null or of `register`.
    unsafe { (*adap).core.cast::<Core>().as_ref().map(|core| core.adapter.clone()).ok_or(Errno::ENODEV) }
}

/// The text in a C array.
pub(super) fn text(array: &[core::ffi::c_char]) -> alloc::string::String {
    let bytes: Vec<u8> = array.iter().map(|c| *c as u8).take_while(|b| *b != 0).collect();
    alloc::string::String::from_utf8_lossy(&bytes).into_owned()
}

/// The number that the device tree's aliases give the adapter.
fn alias(node: Option<Node>) -> Option<usize> {
    let path = node?.path();
    let aliases = crate::of::root()?.child(b"aliases")?;
    let named = aliases.properties().find(|p| {
        p.name.to_bytes().starts_with(b"i2c") && p.value.strip_suffix(&[0]) == Some(path.as_bytes())
    })?;
    named.name.to_str().ok()?.strip_prefix("i2c")?.parse().ok()
}

pub(super) unsafe fn register(adap: *mut i2c_adapter, id: Option<usize>) -> Result<()> {
    // SAFETY: the C caller's adapter, which stays while it is registered.
    unsafe {
        if (*adap).algo.is_null() || (*adap).name.first().is_none_or(|c| *c == 0) {
            return Err(Errno::EINVAL);
        }
        if (*adap).timeout == 0 {
            // A second in jiffies.
            (*adap).timeout = bindings::HZ as c_int;
        }
        let parent = (*adap).dev.parent;
        let info = Info {
            name: text(&(*adap).name),
            device: core_device::name(parent).to_string_lossy().into_owned(),
            retries: u32::try_from((*adap).retries).unwrap_or(0),
            timeout_ns: u64::try_from((*adap).timeout).unwrap_or(0) * (1_000_000_000 / u64::from(bindings::HZ)),
        };
        let adapter = i2c::register(info, id, Box::new(Driver(adap)))?;
        (*adap).nr = adapter.id() as c_int;
        let dev = &raw mut (*adap).dev;
        (*dev).bus = bus::pointer();
        (*dev).type_ = bus::adapter_type();
        core_device::initialize(dev);
        core_device::set_name(dev, CString::new(format!("i2c-{}", adapter.id())).unwrap_or_default());
        (*adap).core = Box::into_raw(Box::new(Core { adapter: adapter.clone() })).cast();
        if let Err(error) = core_device::register(dev) {
            unregister(adap, &adapter);
            return Err(error);
        }
        // The adapter is active while it is used, and its controller with it; devices on the bus do not matter.
        crate::pm::manage_without_callbacks(dev);
        ADAPTERS.lock().push(adap.expose_provenance());
        client::of_children(adap);
    }
    Ok(())
}

pub(super) unsafe fn unregister(adap: *mut i2c_adapter, adapter: &Adapter) {
    adapter.unregister();
    // SAFETY: of `register`.
    unsafe {
        let core = core::ptr::replace(&raw mut (*adap).core, null_mut());
        drop(Box::from_raw(core.cast::<Core>()));
    }
}

pub(super) unsafe fn add(adap: *mut i2c_adapter) -> c_int {
    // SAFETY: the C caller's adapter.
    unsafe {
        let wanted = alias(Node::from_raw((*adap).dev.of_node)).filter(|id| i2c::get(*id).is_none());
        to_c(register(adap, wanted))
    }
}

pub(super) unsafe fn add_numbered(adap: *mut i2c_adapter) -> c_int {
    // SAFETY: the C caller's adapter.
    unsafe {
        match usize::try_from((*adap).nr) {
            Ok(id) => to_c(register(adap, Some(id))),
            Err(_) => add(adap),
        }
    }
}

pub(super) unsafe fn add_managed(dev: *mut device, adap: *mut i2c_adapter) -> c_int {
    // SAFETY: the C caller's device and adapter.
    unsafe {
        let result = add(adap);
        if result != 0 {
            return result;
        }
        let address = adap.expose_provenance();
        to_c(devres::add(dev, Key("i2c_adapter", address), move || del(with_exposed_provenance_mut(address))))
    }
}

pub(super) unsafe fn del(adap: *mut i2c_adapter) {
    // SAFETY: the C caller's adapter.
    unsafe {
        let Ok(adapter) = core(adap) else { return };
        ADAPTERS.lock().retain(|a| *a != adap.addr());
        client::remove_all(adap);
        crate::pm::stop_managing(&raw mut (*adap).dev);
        core_device::unregister(&raw mut (*adap).dev);
        unregister(adap, &adapter);
    }
}

/// The first registered adapter that `is_it`, with a reference.
pub(super) fn find(is_it: impl Fn(&i2c_adapter) -> bool) -> *mut i2c_adapter {
    let adapters = ADAPTERS.lock();
    for address in adapters.iter() {
        let adap = with_exposed_provenance_mut::<i2c_adapter>(*address);
        // SAFETY: registered, so it is there while the list is locked.
        unsafe {
            if is_it(&*adap) {
                core_device::get(&raw mut (*adap).dev);
                return adap;
            }
        }
    }
    null_mut()
}

pub(super) fn get(nr: c_int) -> *mut i2c_adapter {
    find(|adap| adap.nr == nr)
}

pub(super) unsafe fn put(adap: *mut i2c_adapter) {
    if !adap.is_null() {
        // SAFETY: the C caller's reference.
        unsafe { core_device::put(&raw mut (*adap).dev) };
    }
}

pub(super) unsafe fn verify(dev: *mut device) -> *mut i2c_adapter {
    // SAFETY: the C caller's device.
    if unsafe { (*dev).type_ } == bus::adapter_type() {
        dev.wrapping_byte_sub(core::mem::offset_of!(i2c_adapter, dev)).cast()
    } else {
        null_mut()
    }
}

/// The name of a driver, for reports.
pub(super) unsafe fn driver_name(dev: *const device) -> alloc::string::String {
    // SAFETY: the caller's device.
    unsafe { (*dev).driver.as_ref().map(|d| CStr::from_ptr(d.name).to_string_lossy().into_owned()) }
        .unwrap_or_default()
}
