// SPDX-License-Identifier: GPL-2.0-only
//! A controller that copies memory at once, and clients of it.

use super::{channel, device, transfer};
use crate::bindings::{
    self, dma_async_tx_descriptor, dma_cap_mask_t, dma_chan, dma_cookie_t, dma_device, dma_status, dma_tx_state,
};
use crate::errno::Errno;
use crate::testing::{device_at, release_managed};
use core::ffi::{c_int, c_ulong, c_void};
use core::ptr;
use io::Fault;
use std::sync::{Mutex, MutexGuard};

/// The list of controllers is everybody's: one test at a time.
static ONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

/// A channel of the tests', and the transfer that it prepares.
#[repr(C)]
struct Own {
    chan: dma_chan,
    tx: dma_async_tx_descriptor,
    what: (u64, u64, usize),
    /// Channels that are in use by the hardware.
    ready: bool,
    /// It never ends.
    stuck: bool,
    ended: u32,
}

unsafe fn own<'a>(chan: *mut dma_chan) -> &'a mut Own {
    // SAFETY: all channels of the tests are the first field of one of these.
    unsafe { &mut *chan.cast() }
}

unsafe extern "C" fn alloc(chan: *mut dma_chan) -> c_int {
    // SAFETY: a channel of the tests, as for all below.
    unsafe { own(chan).ready = true };
    1
}

unsafe extern "C" fn free(chan: *mut dma_chan) {
    // SAFETY: as above.
    unsafe { own(chan).ready = false };
}

unsafe extern "C" fn submit(tx: *mut dma_async_tx_descriptor) -> dma_cookie_t {
    // SAFETY: as above.
    unsafe {
        let chan = (*tx).chan;
        (*chan).cookie += 1;
        (*chan).cookie
    }
}

unsafe extern "C" fn memcpy(chan: *mut dma_chan, to: u64, from: u64, len: usize, _: c_ulong) -> *mut dma_async_tx_descriptor {
    // SAFETY: as above.
    unsafe {
        let own = own(chan);
        own.what = (to, from, len);
        transfer::init(&mut own.tx, chan);
        own.tx.tx_submit = Some(submit);
        &mut own.tx
    }
}

unsafe extern "C" fn issue(chan: *mut dma_chan) {
    // SAFETY: as above; the addresses are those of a test's buffers.
    unsafe {
        let own = own(chan);
        if !own.stuck && own.chan.completed_cookie != own.chan.cookie {
            let (to, from, len) = own.what;
            ptr::copy_nonoverlapping(from as *const u8, to as *mut u8, len);
            own.chan.completed_cookie = own.chan.cookie;
        }
    }
}

unsafe extern "C" fn status(chan: *mut dma_chan, cookie: dma_cookie_t, _: *mut dma_tx_state) -> dma_status {
    // SAFETY: as above.
    let own = unsafe { own(chan) };
    match (own.stuck, own.chan.completed_cookie >= cookie) {
        (true, _) => bindings::DMA_ERROR,
        (_, true) => bindings::DMA_COMPLETE,
        _ => bindings::DMA_IN_PROGRESS,
    }
}

unsafe extern "C" fn terminate(chan: *mut dma_chan) -> c_int {
    // SAFETY: as above.
    unsafe { own(chan).ended += 1 };
    0
}

/// A controller with as many channels, for memory and devices; it is never freed.
fn new(name: &str, count: usize) -> (*mut dma_device, Vec<*mut dma_chan>) {
    // SAFETY: all fields may be zero; the lists are chained as C does it.
    unsafe {
        let device: *mut dma_device = Box::into_raw(Box::new(core::mem::zeroed()));
        (*device).dev = device_at(name, None);
        // Memory of the host's may be anywhere.
        (*(*device).dev).dma_mask = Box::leak(Box::new(u64::MAX));
        (*device).cap_mask.bits[0] = 1 << bindings::DMA_MEMCPY | 1 << bindings::DMA_SLAVE;
        (*device).device_alloc_chan_resources = Some(alloc);
        (*device).device_free_chan_resources = Some(free);
        (*device).device_prep_dma_memcpy = Some(memcpy);
        (*device).device_issue_pending = Some(issue);
        (*device).device_tx_status = Some(status);
        (*device).device_terminate_all = Some(terminate);
        let head = &raw mut (*device).channels;
        (*head).next = head;
        (*head).prev = head;
        let mut list = Vec::new();
        for _ in 0..count {
            let chan: *mut dma_chan = Box::into_raw(Box::new(core::mem::zeroed::<Own>())).cast();
            (*chan).device = device;
            let node = &raw mut (*chan).device_node;
            let last = (*head).prev;
            ((*node).next, (*node).prev) = (head, last);
            ((*last).next, (*head).prev) = (node, node);
            list.push(chan);
        }
        (device, list)
    }
}

fn mask(caps: &[bindings::dma_transaction_type]) -> dma_cap_mask_t {
    dma_cap_mask_t { bits: [caps.iter().fold(0, |bits, cap| bits | 1 << cap)] }
}

unsafe extern "C" fn is(chan: *mut dma_chan, wanted: *mut c_void) -> bool {
    ptr::eq(chan.cast(), wanted)
}

#[test]
fn channels_are_given_out() {
    let _alone = alone();
    let (d, chans) = new("dma-out", 2);
    let memory = mask(&[bindings::DMA_MEMCPY]);
    let null = ptr::null_mut::<c_void>;
    // SAFETY: the test's controller and channels.
    unsafe {
        assert_eq!(device::register_c(ptr::null_mut()), Errno::ENODEV.to_c());
        assert_eq!(channel::request_by_mask(&memory), Errno::EPROBE_DEFER.to_ptr());
        (*d).cap_mask.bits[0] |= 1 << bindings::DMA_XOR;
        assert_eq!(device::register_c(d), Errno::EIO.to_c(), "it has no operation for that");
        (*d).cap_mask.bits[0] &= !(1 << bindings::DMA_XOR);
        assert_eq!(device::register_c(d), 0);
        assert_eq!(device::name_of(chans[1]), format!("dma{}chan1", (*d).dev_id));
        assert!(channel::request(&mask(&[bindings::DMA_PQ]), None, null(), ptr::null_mut()).is_null());
        let second = channel::request(&memory, Some(is), chans[1].cast(), ptr::null_mut());
        assert!(ptr::eq(second, chans[1]) && own(second).ready && (*second).client_count == 1);
        assert!(ptr::eq(channel::request_by_mask(&memory), chans[0]));
        assert_eq!(channel::request_by_mask(&memory), Errno::ENODEV.to_ptr(), "all are taken");
        assert!(channel::slave_channel(chans[0]).is_null() && channel::any_slave_channel(d).is_null());
        channel::release_channel(second);
        assert!(!own(second).ready && (*second).client_count == 0);
        assert!(ptr::eq(channel::slave_channel(second), second));
        channel::release_channel(second);
        assert!(ptr::eq(channel::any_slave_channel(d), second));
        channel::release_channel(second);
        channel::release_channel(chans[0]);
        // It was shared before, and is again.
        assert!(!device::has(&(*d).cap_mask, bindings::DMA_PRIVATE) && (*d).privatecnt == 0);
        device::unregister(d);
    }
}

#[test]
fn channels_by_name() {
    let _alone = alone();
    let (d, chans) = new("dma-named", 1);
    let client = device_at("dma-client", None);
    let map = bindings::dma_slave_map { devname: c"dma-client".as_ptr(), slave: c"tx".as_ptr(), param: chans[0].cast() };
    let name = c"tx".as_ptr();
    // SAFETY: the test's controller, channel, device and table.
    unsafe {
        assert_eq!(channel::request_by_name(client, name), Errno::EPROBE_DEFER.to_ptr());
        ((*d).filter.map, (*d).filter.mapcnt) = (&map, 1);
        (*d).filter.fn_ = Some(is);
        assert_eq!(device::register_c(d), 0);
        assert_eq!(channel::request_by_name(client, c"rx".as_ptr()), Errno::EPROBE_DEFER.to_ptr());
        assert!(ptr::eq(channel::managed(client, name), chans[0]));
        let shown = io::dma::list().last().unwrap().engine().channels();
        assert_eq!(shown[0].user.as_deref(), Some("dma-client"));
        assert_eq!(channel::request_by_name(client, name), Errno::EPROBE_DEFER.to_ptr(), "it is taken");
        release_managed(client);
        assert_eq!((*chans[0]).client_count, 0);
        device::unregister(d);
    }
}

#[test]
fn channels_say_what_they_can() {
    let _alone = alone();
    let (d, chans) = new("dma-caps", 1);
    // SAFETY: the test's controller and channel.
    unsafe {
        assert_eq!(device::register_c(d), 0);
        let mut caps: bindings::dma_slave_caps = core::mem::zeroed();
        assert_eq!(channel::slave_caps(chans[0], ptr::null_mut()), Errno::EINVAL.to_c());
        assert_eq!(channel::slave_caps(chans[0], &mut caps), Errno::ENXIO.to_c(), "it does not say");
        ((*d).directions, (*d).max_burst, (*d).src_addr_widths) = (1 << bindings::DMA_MEM_TO_DEV, 16, 1 << 4);
        assert_eq!(channel::slave_caps(chans[0], &mut caps), 0);
        assert_eq!((caps.max_burst, caps.src_addr_widths), (16, 16));
        assert!(caps.cmd_terminate && !caps.cmd_pause);
        device::unregister(d);
    }
}

#[test]
fn transfers() {
    let _alone = alone();
    let (d, chans) = new("dma-copy", 2);
    let (from, mut to) = ([7u8; 64], [0u8; 64]);
    // SAFETY: the test's controller, channels and buffers.
    unsafe {
        assert_eq!(device::register_c(d), 0);
        let engine = io::dma::list().pop().unwrap();
        assert!(engine.copies());
        let (source, target) = (from.as_ptr() as u64, to.as_mut_ptr() as u64);
        assert_eq!(engine.engine().copy(target, source, 64), Ok(()));
        assert_eq!((to, (*chans[0]).client_count), (from, 0));
        // By name, with the buffers lent to the controller.
        let name = engine.engine().channels()[1].name.clone();
        let mut bytes = vec![0u8; 4096];
        assert_eq!(engine.engine().copy_bytes(&name, &mut bytes, &[9; 4096]), Ok(()));
        assert_eq!((bytes, own(chans[1]).what.2), (vec![9; 4096], 4096));
        assert_eq!(engine.engine().copy_bytes(&name, &mut [0; 4], &[0; 3]), Err(Fault::Invalid));
        assert_eq!(engine.engine().copy_bytes("none", &mut [0; 4], &[0; 4]), Err(Fault::NoDevice));
        // One that fails is ended, and the channel given back.
        own(chans[0]).stuck = true;
        assert_eq!(engine.engine().copy(target, source, 64), Err(Fault::Io));
        assert_eq!((own(chans[0]).ended, (*chans[0]).client_count), (1, 0));
        let held: Vec<_> = (0..2).map(|_| channel::any_slave_channel(d)).collect();
        assert_eq!(engine.engine().copy(target, source, 64), Err(Fault::Busy));
        held.into_iter().for_each(|chan| channel::release_channel(chan));
        assert_eq!(transfer::wait_for(ptr::null_mut()), bindings::DMA_COMPLETE);
        let tx = memcpy(chans[1], target, source, 8, 0);
        (*tx).cookie = submit(tx);
        transfer::run_dependencies(tx);
        assert_eq!(transfer::wait_for(tx), bindings::DMA_COMPLETE);
        device::unregister(d);
        assert_eq!(engine.engine().copy(target, source, 64), Err(Fault::NoDevice));
        assert!(engine.engine().channels().is_empty());
    }
}

#[test]
fn public_channels() {
    let _alone = alone();
    let (d, mut chans) = new("dma-public", 2);
    let (late, of_late) = new("dma-late", 1);
    // SAFETY: the tests' controllers and channels.
    unsafe {
        assert_eq!(device::register_c(d), 0);
        assert!(channel::find_public(bindings::DMA_MEMCPY).is_null(), "nobody has asked for any");
        channel::get_public();
        assert!(ptr::eq(channel::find_public(bindings::DMA_MEMCPY), chans[0]));
        assert!(channel::find_public(bindings::DMA_PQ).is_null());
        // Shared ones are not given to one alone; a controller that comes later shares, too.
        assert!(channel::any_slave_channel(d).is_null());
        assert_eq!(device::register_c(late), 0);
        assert_eq!((*of_late[0]).client_count, 1);
        (*chans[1]).cookie = 5;
        own(chans[1]).what = (0, 0, 0);
        own(chans[1]).stuck = true;
        channel::issue_all();
        channel::put_public();
        assert!([chans[0], chans[1], of_late[0]].iter().all(|chan| (**chan).client_count == 0));
        device::unregister(d);
        device::unregister(late);
    }
}

#[test]
fn controllers_come_and_go() {
    static GONE: Mutex<u32> = Mutex::new(0);
    unsafe extern "C" fn released(_: *mut dma_device) {
        *GONE.lock().unwrap() += 1;
    }
    let _alone = alone();
    let (d, chans) = new("dma-managed", 2);
    // SAFETY: the test's controller and channels.
    unsafe {
        (*d).device_release = Some(released);
        assert_eq!(device::managed(d), 0);
        assert_eq!((*d).chancnt, 2);
        device::unregister_channel(d, chans[1]);
        assert_eq!((*d).chancnt, 1);
        assert_eq!(device::register_channel(d, chans[1], c"dma-own-name".as_ptr()), 0);
        assert_eq!((device::name_of(chans[1]).as_str(), (*chans[1]).chan_id), ("dma-own-name", 1));
        let held = channel::any_slave_channel(d);
        release_managed((*d).dev);
        // The driver may free it when the last channel is given back.
        assert_eq!(*GONE.lock().unwrap(), 0);
        channel::release_channel(held);
        assert_eq!(*GONE.lock().unwrap(), 1);
        device::unregister(d);
        assert_eq!(*GONE.lock().unwrap(), 1);
    }
}

#[test]
fn metadata() {
    unsafe extern "C" fn attach(_: *mut dma_async_tx_descriptor, _: *mut c_void, len: usize) -> c_int {
        len as c_int
    }
    let (d, chans) = new("dma-metadata", 1);
    // SAFETY: the test's controller, channel and transfer.
    unsafe {
        let tx = memcpy(chans[0], 0, 0, 0, 0);
        assert_eq!(transfer::attach(ptr::null_mut(), ptr::null_mut(), 1), Errno::EINVAL.to_c());
        assert_eq!(transfer::attach(tx, ptr::null_mut(), 1), Errno::ENOTSUPP.to_c());
        (*d).desc_metadata_modes = bindings::DESC_METADATA_CLIENT;
        assert_eq!(transfer::attach(tx, ptr::null_mut(), 1), Errno::ENOTSUPP.to_c());
        let mut ops: bindings::dma_descriptor_metadata_ops = core::mem::zeroed();
        ops.attach = Some(attach);
        (*tx).metadata_ops = &mut ops;
        assert_eq!(transfer::attach(tx, ptr::null_mut(), 3), 3);
        // One way only for one transfer.
        assert_eq!(transfer::set_length(tx, 3), Errno::EINVAL.to_c());
        assert_eq!(transfer::get_pointer(tx, ptr::null_mut(), ptr::null_mut()), Errno::EINVAL.to_ptr());
    }
}

#[test]
fn buffers_are_unmapped_with_the_last_user() {
    let dev = device_at("dma-unmap", None);
    // SAFETY: what is made here; no buffer was mapped, so none is in it.
    unsafe {
        assert!(transfer::new_unmap(dev, 256, 0).is_null());
        let unmap = transfer::new_unmap(dev, 2, 0);
        assert_eq!(((*unmap).map_cnt, (*unmap).dev, (*unmap).kref.refcount.refs.counter), (2, dev, 1));
        (*unmap).kref.refcount.refs.counter += 1;
        transfer::put_unmap(unmap);
        assert_eq!((*unmap).kref.refcount.refs.counter, 1);
        transfer::put_unmap(unmap);
        transfer::put_unmap(ptr::null_mut());
    }
}
