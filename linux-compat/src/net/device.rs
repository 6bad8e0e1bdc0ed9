// SPDX-License-Identifier: GPL-2.0-only
//! Network devices: made, registered, opened, closed, freed (Linux: Documentation/networking/netdevices.rst). A registered one is
//! a device of `io::net::nic`, and runs while it is a port of a switch.

use super::config::{lock, unlock};
use super::outgoing;
pub(super) use super::outgoing::Outgoing;
use super::{ether, napi, notify, receive};
use crate::bindings::{
    self, __LINK_STATE_PRESENT, __LINK_STATE_START, IFF_PROMISC, IFF_UP, NETDEV_DOWN, NETDEV_GOING_DOWN, NETDEV_REGISTER,
    NETDEV_UNREGISTER, NETDEV_UP, NETIF_F_GRO_BIT, NETIF_F_GSO_BIT, NETREG_REGISTERED, NETREG_UNREGISTERED,
    NETREG_UNREGISTERING, net_device, netdev_queue, netdev_rx_queue, netlink_ext_ack,
};
use crate::context::Guarded;
use crate::device::devres::{self, Key};
use crate::device::{core as model, set_name as set_device_name};
use crate::errno::{Errno, Result, to_c};
use crate::slab::{GFP_KERNEL, GFP_ZERO, kfree, kmalloc};
use alloc::boxed::Box;
use alloc::sync::Arc;
use core::ffi::{CStr, c_char, c_int, c_uchar, c_uint, c_void};
use core::ptr::{null, null_mut, with_exposed_provenance_mut};
use core::sync::atomic::Ordering::{AcqRel, Relaxed};
use core::sync::atomic::{AtomicI32, AtomicU64};
use io::net::nic::{self, Nic};

type Setup = Option<unsafe extern "C" fn(*mut net_device)>;

crate::exports! {
    family "net";
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn alloc_netdev_mqs(sizeof_priv: c_int, name: *const c_char, name_assign_type: c_uchar, setup: Setup, txqs: c_uint, rxqs: c_uint) -> *mut net_device = allocate;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn alloc_etherdev_mqs(sizeof_priv: c_int, txqs: c_uint, rxqs: c_uint) -> *mut net_device = allocate_ether;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn devm_alloc_etherdev_mqs(dev: *mut bindings::device, sizeof_priv: c_int, txqs: c_uint, rxqs: c_uint) -> *mut net_device = allocate_managed;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn free_netdev(dev: *mut net_device) -> () = free;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn register_netdev(dev: *mut net_device) -> c_int = register_c;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn register_netdevice(dev: *mut net_device) -> c_int = register_locked;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn unregister_netdev(dev: *mut net_device) -> () = unregister;
    [sleeps, supported, "none"]
    fn unregister_netdevice_queue(dev: *mut net_device, head: *mut bindings::list_head) -> () = unregister_locked;
    [sleeps, supported, "none"]
    fn devm_register_netdev(dev: *mut bindings::device, ndev: *mut net_device) -> c_int = register_managed;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn dev_open(dev: *mut net_device, extack: *mut netlink_ext_ack) -> c_int = open_c;
    [sleeps, supported, "net::tests::a_device_is_a_port"]
    fn dev_close(dev: *mut net_device) -> () = close;
    [any, supported, "none"]
    fn netdev_name(dev: *const net_device) -> *const c_char = name;
    [any, supported, "none"]
    fn fv_netdev_parent(dev: *const net_device) -> *mut bindings::device = parent_c;
}

/// What `net_device.fv` points to.
pub(super) struct Core {
    pub outgoing: Arc<Outgoing>,
    pub nic: Option<Arc<Nic>>,
}

/// Queues of a kind at most.
const QUEUES: c_uint = 256;
static INDEX: AtomicI32 = AtomicI32::new(1);

/// The bits of a device's state.
pub(super) unsafe fn state<'a>(dev: *const net_device) -> &'a AtomicU64 {
    // SAFETY: the caller's; the bits are used atomically only.
    unsafe { AtomicU64::from_ptr((&raw const (*dev).state).cast_mut()) }
}

pub(super) unsafe fn core<'a>(dev: *const net_device) -> Option<&'a Core> {
    // SAFETY: the caller's device.
    unsafe { (*dev).fv.cast::<Core>().as_ref() }
}

/// Its device of the host, once it is registered.
pub(super) unsafe fn nic<'a>(dev: *const net_device) -> Option<&'a Nic> {
    // SAFETY: null, or the caller's device.
    unsafe { dev.as_ref().and_then(|dev| core(dev)).and_then(|core| core.nic.as_deref()) }
}

/// The device that the driver was bound to.
pub(super) unsafe fn parent(dev: *const net_device) -> *const bindings::device {
    // SAFETY: null, or the caller's device.
    unsafe { dev.as_ref().map_or(null(), |dev| dev.dev.parent.cast_const()) }
}

unsafe fn parent_c(dev: *const net_device) -> *mut bindings::device {
    // SAFETY: as the caller says.
    unsafe { parent(dev) }.cast_mut()
}

unsafe fn name(dev: *const net_device) -> *const c_char {
    // SAFETY: the caller's device.
    unsafe {
        match (*dev).name.first() {
            None | Some(0) => c"(unnamed net_device)".as_ptr(),
            Some(_) => (&raw const (*dev).name).cast(),
        }
    }
}

unsafe fn list_init(list: *mut bindings::list_head) {
    // SAFETY: the caller's.
    unsafe { ((*list).next, (*list).prev) = (list, list) };
}

unsafe fn allocate(size: c_int, name: *const c_char, assigned: c_uchar, setup: Setup, txqs: c_uint, rxqs: c_uint) -> *mut net_device {
    if !(1..=QUEUES).contains(&txqs) || !(1..=QUEUES).contains(&rxqs) || size < 0 {
        return null_mut();
    }
    let zeroed = |bytes: usize| kmalloc(bytes, GFP_KERNEL | GFP_ZERO);
    let dev = zeroed(size_of::<net_device>() + size as usize).cast::<net_device>();
    let tx = zeroed(size_of::<netdev_queue>() * txqs as usize).cast::<netdev_queue>();
    let rx = zeroed(size_of::<netdev_rx_queue>() * rxqs as usize).cast::<netdev_rx_queue>();
    // What phylib looks at when a PHY is to rest.
    let ethtool = zeroed(size_of::<bindings::ethtool_netdev_state>()).cast::<bindings::ethtool_netdev_state>();
    // SAFETY: new memory of these sizes, or null.
    unsafe {
        if dev.is_null() || tx.is_null() || rx.is_null() || ethtool.is_null() {
            [dev.cast(), tx.cast(), rx.cast(), ethtool.cast()].into_iter().for_each(|at: *mut c_void| kfree(at));
            return null_mut();
        }
        for n in 0..txqs as usize {
            (*tx.add(n)).dev = dev;
            (*tx.add(n)).xmit_lock_owner = -1;
        }
        for n in 0..rxqs as usize {
            (*rx.add(n)).dev = dev;
        }
        (*dev).priv_len = size as u32;
        ((*dev)._tx, (*dev)._rx) = (tx, rx);
        ((*dev).num_tx_queues, (*dev).real_num_tx_queues) = (txqs, txqs);
        ((*dev).num_rx_queues, (*dev).real_num_rx_queues) = (rxqs, rxqs);
        ((*dev).gso_max_size, (*dev).gso_max_segs, (*dev).tso_max_size, (*dev).tso_max_segs) = (65536, u16::MAX, 65536, u16::MAX);
        for list in [&raw mut (*dev).uc.list, &raw mut (*dev).mc.list, &raw mut (*dev).napi_list, &raw mut (*dev).dev_list] {
            list_init(list);
        }
        (*dev).ethtool = ethtool;
        (*dev).name_assign_type = assigned;
        (*dev).dev_addr = (&raw const (*dev).dev_addr_shadow).cast();
        (*dev).dev_refcnt.refs.counter = 1;
        if let Some(setup) = setup {
            setup(dev);
        }
        if !name.is_null() {
            set_name(dev, CStr::from_ptr(name).to_bytes());
        }
        let outgoing = Arc::new(Outgoing::new(dev));
        (*dev).fv = Box::into_raw(Box::new(Core { outgoing, nic: None })).cast();
        dev
    }
}

/// At most 15 bytes of it.
unsafe fn set_name(dev: *mut net_device, name: &[u8]) {
    // SAFETY: the caller's device.
    let to = unsafe { &mut (*dev).name };
    to.fill(0);
    to.iter_mut().zip(name.iter().take(15)).for_each(|(to, &byte)| *to = byte as c_char);
}

pub(super) unsafe fn allocate_ether(size: c_int, txqs: c_uint, rxqs: c_uint) -> *mut net_device {
    // SAFETY: nothing is asked.
    unsafe { allocate(size, c"eth%d".as_ptr(), 1, Some(ether::setup), txqs, rxqs) }
}

unsafe fn allocate_managed(device: *mut bindings::device, size: c_int, txqs: c_uint, rxqs: c_uint) -> *mut net_device {
    // SAFETY: the caller's device.
    unsafe {
        let dev = allocate_ether(size, txqs, rxqs);
        let at = dev.expose_provenance();
        let key = Key("netdev", at);
        if !dev.is_null() && devres::add(device, key, move || free(with_exposed_provenance_mut(at))).is_err() {
            return null_mut();
        }
        dev
    }
}

pub(super) unsafe fn free(dev: *mut net_device) {
    // SAFETY: the caller's device, which is not registered and which it uses no more.
    unsafe {
        if u32::from((*dev).reg_state) == NETREG_REGISTERED {
            return log::error!("free_netdev: {} is registered", CStr::from_ptr(name(dev)).to_string_lossy());
        }
        receive::forget(dev);
        napi::remove_all(dev);
        super::addresses::flush_all(dev);
        drop(Box::from_raw((*dev).fv.cast::<Core>()));
        if (*dev).dev.kobj.kref.refcount.refs.counter > 0 {
            (*dev).dev.release = Some(gone);
            model::put(&raw mut (*dev).dev);
        }
        kfree((*dev).ethtool.cast());
        kfree((*dev)._tx.cast());
        kfree((*dev)._rx.cast());
        kfree(dev.cast());
    }
}

/// The memory is freed by whoever frees the network device.
unsafe extern "C" fn gone(_: *mut bindings::device) {}

unsafe fn register(dev: *mut net_device) -> Result<()> {
    // SAFETY: the caller's device, and its driver's functions.
    unsafe {
        let ops = (*dev).netdev_ops.as_ref().ok_or(Errno::EINVAL)?;
        if (*dev).reg_state != 0 {
            return Err(Errno::EBUSY);
        }
        if let Some(init) = ops.ndo_init {
            Errno::check(init.guarded(parent(dev), (dev,)))?;
        }
        (*dev).features |= 1 << NETIF_F_GRO_BIT | 1 << NETIF_F_GSO_BIT;
        (*dev).wanted_features = (*dev).features & (*dev).hw_features | 1 << NETIF_F_GRO_BIT | 1 << NETIF_F_GSO_BIT;
        update_features(dev);
        let core = (*dev).fv.cast::<Core>();
        let nic = nic::register((*core).outgoing.clone());
        set_name(dev, nic.name().as_bytes());
        if (*dev).dev.kobj.kref.refcount.refs.counter == 0 {
            model::initialize(&raw mut (*dev).dev);
            model::get((*dev).dev.parent);
        }
        set_device_name(&raw mut (*dev).dev, CStr::from_ptr(name(dev)).into());
        (*dev).ifindex = INDEX.fetch_add(1, Relaxed);
        let length = usize::from((*dev).addr_len).min((*dev).perm_addr.len());
        (*dev).perm_addr = (*dev).dev_addr_shadow;
        (*dev).perm_addr.iter_mut().skip(length).for_each(|byte| *byte = 0);
        (*dev).reg_state = NETREG_REGISTERED as u8;
        state(dev).fetch_or(1 << __LINK_STATE_PRESENT, AcqRel);
        (*core).nic = Some(nic);
        notify::tell(dev, NETDEV_REGISTER);
        Ok(())
    }
}

unsafe fn register_locked(dev: *mut net_device) -> c_int {
    // SAFETY: as the caller says.
    let done = unsafe { register(dev) };
    if done.is_ok() {
        // SAFETY: it is registered. The lock is the caller's: the port comes after.
        unsafe { outgoing::attach_later(dev) };
    }
    to_c(done)
}

pub(super) unsafe fn register_c(dev: *mut net_device) -> c_int {
    lock();
    // SAFETY: as the caller says.
    let done = unsafe { register_locked(dev) };
    unlock();
    done
}

pub(super) unsafe fn unregister(dev: *mut net_device) {
    // SAFETY: as the caller says.
    unsafe {
        let core = (*dev).fv.cast::<Core>();
        let Some(nic) = (*core).nic.clone() else { return log::warn!("unregister_netdev: it is not registered") };
        // Takes the lock for closing.
        nic::unregister(&nic);
        (*core).outgoing.end();
        napi::remove_device(&(*core).outgoing);
        lock();
        close(dev);
        (*dev).reg_state = NETREG_UNREGISTERING as u8;
        notify::tell(dev, NETDEV_UNREGISTER);
        if let Some(uninit) = (*dev).netdev_ops.as_ref().and_then(|ops| ops.ndo_uninit) {
            uninit.guarded(parent(dev), (dev,));
        }
        unlock();
        receive::forget(dev);
        crate::locking::rcu::synchronize();
        (*core).nic = None;
        (*dev).reg_state = NETREG_UNREGISTERED as u8;
        if (*dev).needs_free_netdev {
            free(dev);
        }
    }
}

unsafe fn unregister_locked(dev: *mut net_device, _head: *mut bindings::list_head) {
    unlock();
    // SAFETY: as the caller says.
    unsafe { unregister(dev) };
    lock();
}

unsafe fn register_managed(device: *mut bindings::device, dev: *mut net_device) -> c_int {
    // SAFETY: the caller's devices.
    unsafe {
        let code = register_c(dev);
        if code != 0 {
            return code;
        }
        let at = dev.expose_provenance();
        to_c(devres::add(device, Key("netdev registration", at), move || unregister(with_exposed_provenance_mut(at))))
    }
}

/// Opens a device: it runs. The caller holds the lock of configuration.
pub(super) unsafe fn open(dev: *mut net_device) -> Result<()> {
    // SAFETY: the caller's device, and its driver's functions.
    unsafe {
        if state(dev).load(Relaxed) & 1 << __LINK_STATE_START != 0 {
            return Ok(());
        }
        if state(dev).load(Relaxed) & 1 << __LINK_STATE_PRESENT == 0 {
            return Err(Errno::ENODEV);
        }
        let ops = (*dev).netdev_ops.as_ref().ok_or(Errno::EINVAL)?;
        state(dev).fetch_or(1 << __LINK_STATE_START, AcqRel);
        let validated = ops.ndo_validate_addr.map_or(0, |f| f.guarded(parent(dev), (dev,)));
        let opened = if validated == 0 { ops.ndo_open.map_or(0, |f| f.guarded(parent(dev), (dev,))) } else { validated };
        if let Err(error) = Errno::check(opened) {
            state(dev).fetch_and(!(1 << __LINK_STATE_START), AcqRel);
            return Err(error);
        }
        (*dev).flags |= IFF_UP;
        super::addresses::set_rx_mode(dev);
        if let Some(core) = core(dev) {
            core.outgoing.open();
        }
        super::watchdog::start(dev);
        notify::tell(dev, NETDEV_UP);
        Ok(())
    }
}

unsafe fn open_c(dev: *mut net_device, _extack: *mut netlink_ext_ack) -> c_int {
    // SAFETY: as the caller says.
    to_c(unsafe { open(dev) })
}

/// Closes it. The caller holds the lock of configuration.
pub(super) unsafe fn close(dev: *mut net_device) {
    // SAFETY: the caller's device, and its driver's functions.
    unsafe {
        if state(dev).load(Relaxed) & 1 << __LINK_STATE_START == 0 {
            return;
        }
        notify::tell(dev, NETDEV_GOING_DOWN);
        state(dev).fetch_and(!(1 << __LINK_STATE_START), AcqRel);
        super::watchdog::stop(dev);
        if let Some(core) = core(dev) {
            core.outgoing.close();
        }
        if let Some(stop) = (*dev).netdev_ops.as_ref().and_then(|ops| ops.ndo_stop) {
            stop.guarded(parent(dev), (dev,));
        }
        (*dev).flags &= !IFF_UP;
        receive::forget(dev);
        notify::tell(dev, NETDEV_DOWN);
    }
}

/// What the device does is what was wanted, as far as the driver agrees.
pub(super) unsafe fn update_features(dev: *mut net_device) {
    // SAFETY: the caller's device, and its driver's functions.
    unsafe {
        let Some(ops) = (*dev).netdev_ops.as_ref() else { return };
        let mut wanted = (*dev).features & !(*dev).hw_features | (*dev).wanted_features & (*dev).hw_features;
        if let Some(fix) = ops.ndo_fix_features {
            wanted = fix.guarded(parent(dev), (dev, wanted));
        }
        if wanted != (*dev).features
            && ops.ndo_set_features.is_none_or(|set| set.guarded(parent(dev), (dev, wanted)) == 0)
        {
            (*dev).features = wanted;
        }
        if let Some(core) = core(dev) {
            core.outgoing.note(dev);
        }
    }
}

/// Hears the frames of all stations, or no more.
pub(super) unsafe fn set_promiscuous(dev: *mut net_device, on: bool) {
    // SAFETY: the caller's device.
    unsafe {
        (*dev).promiscuity = on.into();
        let bit = IFF_PROMISC;
        (*dev).flags = if on { (*dev).flags | bit } else { (*dev).flags & !bit };
        super::addresses::set_rx_mode(dev);
    }
}
