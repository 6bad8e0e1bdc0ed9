// SPDX-License-Identifier: GPL-2.0-only
//! Frames to a device: copied into buffers where the switch hands them over, sent by the tasklet as fast as the driver's queue
//! takes them. What is over the queue's length is lost, and the sender told.

use super::config::{lock, unlock};
use super::data::PARTIAL;
use super::device::{self, parent};
use super::napi;
use super::skb::{append_page, device as device_of, headers, headroom, new, next, put, put_chain, reserve, shared};
use super::stats;
use crate::bindings::{
    self, __LINK_STATE_NOCARRIER, __LINK_STATE_START, __QUEUE_STATE_DRV_XOFF, __QUEUE_STATE_FROZEN,
    NETDEV_TX_BUSY, NETDEV_TX_OK, NETIF_F_HW_CSUM_BIT, NETIF_F_IP_CSUM_BIT, NETIF_F_IPV6_CSUM_BIT, NETIF_F_SG_BIT,
    NETIF_F_TSO6_BIT, NETIF_F_TSO_BIT, NETIF_F_TSO_ECN_BIT, SKB_GSO_TCP_ECN, SKB_GSO_TCPV4, SKB_GSO_TCPV6, net_device,
    netdev_queue, sk_buff,
};
use crate::context::Guarded;
use crate::locking::{spin_lock, spin_unlock};
use crate::slab::{GFP_ATOMIC, GFP_NOWARN};
use core::ffi::{c_int, c_uint};
use core::ptr::null_mut;
use core::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};
use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64};
use io::net::nic::{Hardware, State};
use io::net::offload::{Features, Kind};
use io::net::port::Delivery;
use io::net::{Frame, Mac};
use io::Fault;
use kernel::sync::{Mutex, SpinLock};

crate::exports! {
    family "net";
    [any, supported, "net::tests::a_stopped_queue_is_woken"]
    fn netif_tx_wake_queue(dev_queue: *mut netdev_queue) -> () = wake;
    [any, supported, "net::tests::a_stopped_queue_is_woken"]
    fn netif_tx_stop_all_queues(dev: *mut net_device) -> () = stop_all;
    [any, supported, "none"]
    fn netif_schedule_queue(txq: *mut netdev_queue) -> () = serve_later;
    [any, supported, "none"]
    fn netdev_xmit_more() -> bool = more_follow;
    [any, supported, "none"]
    fn netif_tx_lock(dev: *mut net_device) -> () = lock_all;
    [any, supported, "none"]
    fn netif_tx_unlock(dev: *mut net_device) -> () = unlock_all;
    [atomic, supported, "none"]
    fn dev_queue_xmit(skb: *mut sk_buff) -> c_int = send;
}

/// Frames that wait for a device, at most.
const LENGTH: usize = 256;
/// Frames that are sent in one run.
const BURST: usize = 64;
/// Bytes in front of a frame.
const FRONT: usize = 64;
/// What is longer than this lies in pages, but for its first bytes, where the device can gather.
const LINEAR: usize = 2048;
/// The linear part of those: all headers.
const HEAD: usize = 256;

static MORE: AtomicBool = AtomicBool::new(false);

struct Queue {
    first: *mut sk_buff,
    last: *mut sk_buff,
    len: usize,
    open: bool,
}

// SAFETY: whoever is in the list belongs to it.
unsafe impl Send for Queue {}

impl Queue {
    unsafe fn push(&mut self, skb: *mut sk_buff) {
        // SAFETY: the caller's buffer, which is in no list.
        unsafe {
            *next(skb) = null_mut();
            match self.last {
                last if last.is_null() => self.first = skb,
                last => *next(last) = skb,
            }
        }
        self.last = skb;
        self.len += 1;
    }

    unsafe fn push_front(&mut self, skb: *mut sk_buff) {
        // SAFETY: as above.
        unsafe { *next(skb) = self.first };
        self.first = skb;
        if self.last.is_null() {
            self.last = skb;
        }
        self.len += 1;
    }

    fn pop(&mut self) -> Option<*mut sk_buff> {
        let skb = self.first;
        if skb.is_null() || !self.open {
            return None;
        }
        // SAFETY: the list's.
        self.first = unsafe { core::mem::replace(next(skb), null_mut()) };
        if self.first.is_null() {
            self.last = null_mut();
        }
        self.len -= 1;
        Some(skb)
    }
}

/// A device, as frames for it see it.
pub(super) struct Outgoing {
    queue: SpinLock<Queue>,
    /// The tasklet sends.
    busy: AtomicBool,
    features: AtomicU8,
    gathers: AtomicBool,
    front: AtomicU32,
    dropped: AtomicU64,
    /// The `net_device`, by address; 0 once it is gone.
    device: Mutex<usize>,
    /// The same, for the tasklet: it stays while it is open.
    at: usize,
}

impl Outgoing {
    pub fn new(dev: *mut net_device) -> Self {
        let at = dev.expose_provenance();
        Self {
            queue: SpinLock::new(Queue { first: null_mut(), last: null_mut(), len: 0, open: false }),
            busy: AtomicBool::new(false),
            features: AtomicU8::new(0),
            gathers: AtomicBool::new(false),
            front: AtomicU32::new(0),
            dropped: AtomicU64::new(0),
            device: Mutex::new(at),
            at,
        }
    }

    fn dev(&self) -> *mut net_device {
        core::ptr::with_exposed_provenance_mut(self.at)
    }

    /// Takes over what the device does.
    pub unsafe fn note(&self, dev: *const net_device) {
        // SAFETY: the caller's device.
        let (features, front) = unsafe { ((*dev).features, (*dev).needed_headroom) };
        let has = |bit: u32| features & 1 << bit != 0;
        let mut all = Features::empty();
        all.set(Features::CHECKSUM, has(NETIF_F_HW_CSUM_BIT) || has(NETIF_F_IP_CSUM_BIT) && has(NETIF_F_IPV6_CSUM_BIT));
        if all.contains(Features::CHECKSUM) && has(NETIF_F_SG_BIT) {
            all.set(Features::TCP4, has(NETIF_F_TSO_BIT));
            all.set(Features::TCP6, has(NETIF_F_TSO6_BIT));
            all.set(Features::ECN, has(NETIF_F_TSO_ECN_BIT));
        }
        self.features.store(all.bits(), Relaxed);
        self.gathers.store(has(NETIF_F_SG_BIT), Relaxed);
        self.front.store(front.into(), Relaxed);
    }

    pub fn open(&self) {
        self.queue.lock().open = true;
        napi::kick();
    }

    /// Nothing is sent any more when it returns; what waits is dropped. Context: sleeps.
    pub fn close(&self) {
        let waiting = {
            let mut queue = self.queue.lock();
            queue.open = false;
            (queue.last, queue.len) = (null_mut(), 0);
            core::mem::replace(&mut queue.first, null_mut())
        };
        // SAFETY: taken out of the list.
        unsafe { put_chain(waiting, 0) };
        while self.busy.load(SeqCst) {
            kernel::sched::sleep_ns(50_000);
        }
    }

    /// The device goes: nobody asks it any more. Context: sleeps.
    pub fn end(&self) {
        *self.device.lock() = 0;
    }

    /// Frames that were dropped before the driver had them.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Sends what the driver takes now; whether there is more to be done at once. The tasklet.
    pub fn serve(&self) -> bool {
        self.busy.store(true, SeqCst);
        let mut count = 0;
        while count < BURST {
            let popped = {
                let mut queue = self.queue.lock();
                // SAFETY: the device stays while its queue is open.
                if !queue.open || unsafe { stopped((*self.dev())._tx) } {
                    break;
                }
                let skb = queue.pop();
                MORE.store(queue.len > 0 && count + 1 < BURST, Relaxed);
                skb
            };
            let Some(skb) = popped else { break };
            // SAFETY: the queue's buffer; the device is open.
            if !unsafe { self.send(skb) } {
                break;
            }
            count += 1;
        }
        self.busy.store(false, SeqCst);
        count == BURST
    }

    /// Hands a buffer to the driver; false if it has no room.
    unsafe fn send(&self, skb: *mut sk_buff) -> bool {
        let dev = self.dev();
        // SAFETY: the device is open, and its driver's function.
        unsafe {
            *device_of(skb) = dev;
            let txq = (*dev)._tx;
            let lock = (&raw mut (*txq)._xmit_lock).cast();
            let Some(xmit) = (*dev).netdev_ops.as_ref().and_then(|ops| ops.ndo_start_xmit) else {
                put(skb);
                return true;
            };
            if (*dev).lltx() == 0 {
                spin_lock(lock);
            }
            let result = xmit.guarded(parent(dev), (skb, dev));
            if result == NETDEV_TX_OK {
                (*txq).trans_start = crate::time::jiffies();
            }
            if (*dev).lltx() == 0 {
                spin_unlock(lock);
            }
            if result == NETDEV_TX_BUSY {
                let mut queue = self.queue.lock();
                if queue.open {
                    queue.push_front(skb);
                } else {
                    drop(queue);
                    put(skb);
                }
                return false;
            }
            // A driver that failed may have the buffer still: it stays.
            true
        }
    }

    /// A buffer with the frame, which may be read once only.
    fn buffer(&self, frame: &Frame<'_>) -> Option<*mut sk_buff> {
        let len = frame.len();
        let front = FRONT + self.front.load(Relaxed) as usize;
        let head = if len > LINEAR && self.gathers.load(Relaxed) { HEAD } else { len };
        let skb = new(front + head.max(60), GFP_ATOMIC | GFP_NOWARN);
        if skb.is_null() {
            return None;
        }
        // SAFETY: a new buffer with that room.
        let done = unsafe {
            reserve(skb, front);
            super::data::append(skb, head as c_uint);
            let mut done = frame.read(0, core::slice::from_raw_parts_mut((*skb).data, head)) == head;
            let mut at = head;
            while done && at < len {
                let bytes = (len - at).min(super::pages::PAGE);
                done = append_page(skb, bytes).is_some_and(|to| {
                    to.write_bytes(0, bytes);
                    frame.read(at, core::slice::from_raw_parts_mut(to, bytes)) == bytes
                });
                at += bytes;
            }
            done && describe(skb, frame)
        };
        if !done {
            // SAFETY: this function's.
            unsafe { put(skb) };
            return None;
        }
        Some(skb)
    }
}

/// Says in the buffer what the device has to do for the frame.
unsafe fn describe(skb: *mut sk_buff, frame: &Frame<'_>) -> bool {
    // SAFETY: the caller's buffer, which has the frame.
    unsafe {
        let (start, h, info) = (headroom(skb) as u16, headers(skb), shared(skb));
        let kind = (*skb).data.add(frame.head_len()).cast::<u16>();
        h.mac_header = start;
        h.network_header = start + frame.head_len() as u16 + 2;
        // The type behind the addresses: a tag's is the tag's.
        h.protocol = (*skb).data.add(12).cast::<u16>().read_unaligned();
        if frame.tag.is_none() {
            h.protocol = kind.read_unaligned();
        }
        if let Some(sum) = frame.offload.checksum {
            let at = frame.head_len() + usize::from(sum.start);
            if at + usize::from(sum.offset) + 2 > super::skb::linear(skb) {
                return false;
            }
            h.set_ip_summed(PARTIAL);
            h.__bindgen_anon_1.__bindgen_anon_1.csum_start = start + at as u16;
            h.__bindgen_anon_1.__bindgen_anon_1.csum_offset = sum.offset;
            h.transport_header = start + at as u16;
        }
        if let Some(segments) = frame.offload.segments {
            info.gso_size = segments.size;
            info.gso_type = match segments.kind {
                Kind::Tcp4 => SKB_GSO_TCPV4,
                Kind::Tcp6 => SKB_GSO_TCPV6,
            };
            if segments.ecn {
                info.gso_type |= SKB_GSO_TCP_ECN;
            }
            info.gso_segs = (frame.len().div_ceil(usize::from(segments.size).max(1))).min(usize::from(u16::MAX)) as u16;
        }
        true
    }
}

impl Hardware for Outgoing {
    fn transmit(&self, frame: &Frame<'_>) -> Delivery {
        {
            let queue = self.queue.lock();
            if !queue.open {
                return Delivery::Unwanted;
            }
            if queue.len >= LENGTH {
                self.dropped.fetch_add(1, Relaxed);
                return Delivery::NoRoom;
            }
        }
        let Some(skb) = self.buffer(frame) else {
            self.dropped.fetch_add(1, Relaxed);
            return Delivery::NoRoom;
        };
        {
            let mut queue = self.queue.lock();
            if !queue.open {
                drop(queue);
                // SAFETY: this function's.
                unsafe { put(skb) };
                return Delivery::Unwanted;
            }
            // SAFETY: it is in no list.
            unsafe { queue.push(skb) };
        }
        napi::kick();
        Delivery::Taken
    }

    fn features(&self) -> Features {
        Features::from_bits_truncate(self.features.load(Relaxed))
    }

    fn start(&self) -> Result<(), Fault> {
        let at = *self.device.lock();
        if at == 0 {
            return Err(Fault::NoDevice);
        }
        lock();
        // SAFETY: the device stays until it was taken out of the registry, which waits for this one.
        let done = unsafe {
            device::open(self.dev()).map(|()| {
                device::set_promiscuous(self.dev(), true);
                device::update_features(self.dev());
            })
        };
        unlock();
        done.map_err(Fault::from)
    }

    fn stop(&self) {
        lock();
        // SAFETY: as above.
        unsafe {
            device::set_promiscuous(self.dev(), false);
            device::close(self.dev());
        }
        unlock();
    }

    fn state(&self) -> State {
        let device = self.device.lock();
        let mut state = State { mac: Mac([0; 6]), mtu: 0, up: false, link: false, counters: Default::default() };
        if *device == 0 {
            return state;
        }
        let dev = self.dev();
        // SAFETY: it stays while the lock is held.
        unsafe {
            let bits = device::state(dev).load(Relaxed);
            state.mac = Mac((*dev).dev_addr.cast::<[u8; 6]>().read_unaligned());
            state.mtu = (*dev).mtu;
            state.up = bits & 1 << __LINK_STATE_START != 0;
            state.link = state.up && bits & 1 << __LINK_STATE_NOCARRIER == 0;
            state.counters = stats::counters(dev);
        }
        state.counters.tx_dropped += self.dropped();
        state
    }
}

/// The first device of the machine becomes a port by itself: from a work item, since the caller holds the lock of configuration.
pub(super) unsafe fn attach_later(dev: *mut net_device) {
    // SAFETY: a registered device.
    let Some(nic) = (unsafe { device::core(dev) }).and_then(|core| core.nic.clone()) else { return };
    // SAFETY: as above.
    napi::add_device(unsafe { (*(*dev).fv.cast::<device::Core>()).outgoing.clone() });
    kernel::work::system().queue(alloc::boxed::Box::new(move || {
        if let Err(error) = nic.attach_uplink() {
            log::warn!("{error}");
        }
    }));
}

unsafe fn bits<'a>(txq: *const netdev_queue) -> &'a AtomicU64 {
    // SAFETY: the caller's; the bits are used atomically only.
    unsafe { AtomicU64::from_ptr((&raw const (*txq).state).cast_mut()) }
}

unsafe fn stopped(txq: *const netdev_queue) -> bool {
    // SAFETY: the caller's queue.
    unsafe { bits(txq).load(Acquire) & (1 << __QUEUE_STATE_DRV_XOFF | 1 << __QUEUE_STATE_FROZEN) != 0 }
}

pub(super) unsafe fn wake(txq: *mut netdev_queue) {
    // SAFETY: the caller's queue.
    if unsafe { bits(txq) }.fetch_and(!(1 << __QUEUE_STATE_DRV_XOFF), AcqRel) & 1 << __QUEUE_STATE_DRV_XOFF != 0 {
        napi::kick();
    }
}

pub(super) unsafe fn stop_all(dev: *mut net_device) {
    // SAFETY: the caller's device.
    unsafe {
        for n in 0..(*dev).num_tx_queues as usize {
            bits((*dev)._tx.add(n)).fetch_or(1 << __QUEUE_STATE_DRV_XOFF, Release);
        }
    }
}

fn serve_later(_txq: *mut netdev_queue) {
    napi::kick();
}

fn more_follow() -> bool {
    MORE.load(Relaxed)
}

unsafe fn lock_all(dev: *mut net_device) {
    // SAFETY: the caller's device: frames wait while the bit is set.
    unsafe {
        spin_lock((&raw mut (*dev).tx_global_lock).cast());
        for n in 0..(*dev).num_tx_queues as usize {
            let txq = (*dev)._tx.add(n);
            spin_lock((&raw mut (*txq)._xmit_lock).cast());
            bits(txq).fetch_or(1 << __QUEUE_STATE_FROZEN, AcqRel);
            spin_unlock((&raw mut (*txq)._xmit_lock).cast());
        }
    }
}

unsafe fn unlock_all(dev: *mut net_device) {
    // SAFETY: as above.
    unsafe {
        for n in 0..(*dev).num_tx_queues as usize {
            bits((*dev)._tx.add(n)).fetch_and(!(1 << __QUEUE_STATE_FROZEN), AcqRel);
        }
        spin_unlock((&raw mut (*dev).tx_global_lock).cast());
    }
    napi::kick();
}

/// A driver's own frame for its device.
unsafe fn send(skb: *mut sk_buff) -> c_int {
    // SAFETY: the caller's buffer.
    unsafe {
        let Some(core) = device::core(*device_of(skb)) else {
            put(skb);
            return crate::errno::Errno::ENODEV.to_c();
        };
        {
            let mut queue = core.outgoing.queue.lock();
            if queue.open && queue.len < LENGTH {
                queue.push(skb);
                drop(queue);
                napi::kick();
                return 0;
            }
        }
        put(skb);
        bindings::NET_XMIT_DROP as c_int
    }
}
