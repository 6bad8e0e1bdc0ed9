// SPDX-License-Identifier: GPL-2.0-only
//! Network devices through the functions that C drivers call, with a driver of the tests' own.

use super::data::{append, csum_partial, finish_sum, pull_tail, set_partial};
use super::pages::{self, PAGE};
use super::skb::{headers, live, new, put, reserve, share, shared};
use super::{addresses, config, data, device, ether, napi, outgoing, pool, receive, skb, virtio};
use crate::bindings::{
    self, NAPI_STATE_SCHED, napi_struct, net_device, net_device_ops, netdev_tx_t, page_pool_params, sk_buff, virtio_net_hdr,
};
use crate::machine::machine;
use crate::slab::{GFP_KERNEL, kmalloc};
use core::ffi::c_int;
use core::mem::zeroed;
use io::net::port::{Delivery, PortConfig};
use io::net::{Endpoint, Frame, nic};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};

/// One count of buffers, one registry for all tests.
static TURN: Mutex<()> = Mutex::new(());

fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(|e| e.into_inner())
}

fn eventually(what: &str, mut until: impl FnMut() -> bool) {
    let start = std::time::Instant::now();
    while !until() {
        assert!(start.elapsed().as_secs() < 10, "{what} did not happen");
        kernel::sched::sleep_ns(1_000_000);
    }
}

/// A buffer with these bytes behind 64 free ones.
fn with_bytes(bytes: &[u8]) -> *mut sk_buff {
    let skb = new(64 + bytes.len() + 16, GFP_KERNEL);
    // SAFETY: a new buffer with that room.
    unsafe {
        reserve(skb, 64);
        append(skb, bytes.len() as u32).cast::<u8>().copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
    }
    skb
}

/// All bytes of a buffer.
fn bytes_of(skb: *mut sk_buff) -> Vec<u8> {
    let mut bytes = Vec::new();
    // SAFETY: a test's buffer.
    unsafe {
        data::runs(skb, 0, (*skb).len as usize, |at, count| {
            bytes.extend_from_slice(core::slice::from_raw_parts(at, count));
        })
        .unwrap();
    }
    bytes
}

#[test]
fn pages_go_with_their_last_holder() {
    let _turn = turn();
    machine().run(|| {
        let before = crate::slab::usage();
        let page = pages::descriptor(kmalloc(PAGE, GFP_KERNEL).expose_provenance());
        pages::get(page);
        assert_eq!(pages::with(page, |known| known.more), 1);
        assert_eq!((pages::release(page), pages::release(page)), (None, Some(0)));
        // SAFETY: the page's last holder.
        unsafe { pages::put(page) };
        assert_eq!(crate::slab::usage(), before);
    });
}

#[test]
fn pieces_of_pages() {
    let _turn = turn();
    machine().run(|| {
        let (a, b) = (pages::aligned_piece(1000, !0), pages::aligned_piece(1000, 256u32.wrapping_neg()));
        assert!(!a.is_null() && !b.is_null() && a != b && b.addr() % 256 == 0);
        let large = pages::aligned_piece(9000, !0);
        assert!(large.addr().is_multiple_of(PAGE));
        // SAFETY: pieces of the test.
        unsafe {
            for piece in [a, b, large] {
                piece.cast::<u8>().write_bytes(7, 1000);
                pages::put(pages::descriptor(piece.addr()));
            }
        }
    });
}

#[test]
fn pools_recycle_pages() {
    let _turn = turn();
    machine().run(|| {
        let before = crate::slab::usage();
        // SAFETY: a pool of the test, without a device.
        unsafe {
            let mut params: page_pool_params = zeroed();
            params.__bindgen_anon_1.fast.pool_size = 2;
            let pool = pool::create_c(&raw const params);
            let all: Vec<_> = (0..3).map(|_| pool::take(pool, GFP_KERNEL)).collect();
            pages::get(all[0]);
            pool::give(pool, all[0], 0, false);
            let other = pool::take(pool, GFP_KERNEL);
            assert!(!all.contains(&other), "a page that is held is not handed out");
            pool::give(pool, all[0], 0, false);
            assert_eq!(pool::take(pool, GFP_KERNEL), all[0], "it comes back with its last holder");
            for page in [all[0], all[1], all[2]] {
                pool::give(pool, page, 0, false);
            }
            // One is still out: the pool stays until it comes back, from a buffer.
            pool::destroy(pool);
            let skb = new(64, GFP_KERNEL);
            skb::add_page(skb, 0, other.addr() as bindings::netmem_ref, 0, 100, PAGE as u32);
            put(skb);
            let mut wrong = params;
            wrong.__bindgen_anon_2.slow.flags = 1 << 20;
            assert_eq!(pool::create_c(&raw const wrong), crate::errno::Errno::EINVAL.to_ptr());
        }
        assert_eq!(crate::slab::usage(), before);
    });
}

#[test]
fn buffers_grow_and_are_shared() {
    let _turn = turn();
    machine().run(|| {
        let before = (live(), crate::slab::usage());
        let skb = with_bytes(b"hello, world");
        // SAFETY: buffers of the test.
        unsafe {
            let clone = share(skb, GFP_KERNEL);
            assert_eq!((live(), (*clone).data), (before.0 + 2, (*skb).data));
            assert_eq!(data::expand_c(skb, 128, 64, GFP_KERNEL), 0);
            assert_ne!((*clone).data, (*skb).data);
            assert_eq!((bytes_of(skb), bytes_of(clone)), (b"hello, world".to_vec(), b"hello, world".to_vec()));
            data::push(skb, 2).cast::<[u8; 2]>().write(*b"> ");
            assert_eq!(bytes_of(skb), b"> hello, world");
            data::pull(skb, 4);
            data::trim(skb, 3);
            assert_eq!(bytes_of(skb), b"llo");
            assert!(data::pull(skb, 4).is_null());
            assert_eq!(data::add_zeroes(skb, 500, true), 0);
            put(clone);
            put(skb);
        }
        assert!(new(usize::MAX / 2, GFP_KERNEL | crate::slab::GFP_NOWARN).is_null());
        assert_eq!((live(), crate::slab::usage()), before);
    });
}

#[test]
fn buffers_around_pieces() {
    let _turn = turn();
    machine().run(|| {
        let before = live();
        // SAFETY: memory of the test.
        unsafe {
            let piece = pages::aligned_piece(2048, !0);
            let skb = skb::build(piece, 2048);
            assert_eq!((*skb).head_frag(), 1);
            append(skb, 100);
            put(skb);
            assert!(skb::build(pages::aligned_piece(64, !0), 64).is_null(), "there is no room for what lies behind");
            let skb = skb::build_slab(kmalloc(2048, GFP_KERNEL));
            put(skb);
        }
        assert_eq!(live(), before);
    });
}

/// A buffer of 10 linear bytes, and 3000 and 500 in pages.
fn paged() -> *mut sk_buff {
    let skb = with_bytes(&[1; 10]);
    for (n, bytes) in [3000, 500].into_iter().enumerate() {
        // SAFETY: a page that is handed over.
        unsafe { skb::append_page(skb, bytes).unwrap().write_bytes(2 + n as u8, bytes) };
    }
    skb
}

#[test]
fn frames_in_pages() {
    let _turn = turn();
    machine().run(|| {
        let before = (live(), crate::slab::usage());
        // SAFETY: buffers of the test.
        unsafe {
            let skb = paged();
            let all = bytes_of(skb);
            assert_eq!((all.len(), all[9], all[10], all[3009], all[3010]), (3510, 1, 2, 2, 3));
            let mut part = [0u8; 4];
            assert_eq!(data::read_c(skb, 3008, part.as_mut_ptr().cast(), 4), 0);
            assert_eq!(part, [2, 2, 3, 3]);
            assert!(data::read_c(skb, 3508, part.as_mut_ptr().cast(), 4) < 0);
            let copy = data::copy(skb, GFP_KERNEL);
            assert_eq!(((*copy).data_len, bytes_of(copy)), (0, all.clone()));
            let clone = share(skb, GFP_KERNEL);
            assert!(!pull_tail(skb, 3100).is_null());
            assert_eq!((skb::linear(skb), shared(skb).nr_frags), (3110, 1));
            assert_eq!((bytes_of(skb), bytes_of(clone)), (all.clone(), all.clone()));
            assert!(pull_tail(skb, 4000).is_null());
            assert_eq!(data::trim_pages(clone, 2000), 0);
            assert_eq!((bytes_of(clone), shared(clone).nr_frags), (all[..2000].to_vec(), 1));
            [skb, copy, clone].into_iter().for_each(|skb| put(skb));
        }
        assert_eq!((live(), crate::slab::usage()), before);
    });
}

#[test]
fn sums() {
    let _turn = turn();
    machine().run(|| {
        let bytes: Vec<u8> = (0..=254).collect();
        // SAFETY: buffers of the test.
        unsafe {
            let whole = csum_partial(bytes.as_ptr().cast(), 255, 0);
            let skb = with_bytes(&bytes);
            assert_eq!(data::sum(skb, 0, 255, 0), whole);
            // What is left to the device, done here: the sum over all is right then.
            assert!(set_partial(skb, 0, 10) && !set_partial(skb, 250, 10));
            (*skb).data.add(10).cast::<[u8; 2]>().write([0, 0]);
            assert!(set_partial(skb, 0, 10));
            assert_eq!((finish_sum(skb), headers(skb).ip_summed()), (0, 0));
            let sum = data::sum(skb, 0, 255, 0);
            let half = (sum & 0xffff) + (sum >> 16);
            assert_eq!((half & 0xffff) + (half >> 16), 0xffff);
            put(skb);
        }
    });
}

#[test]
fn tags_go_in() {
    let _turn = turn();
    machine().run(|| {
        let skb = with_bytes(&[9; 20]);
        // SAFETY: a buffer of the test.
        unsafe {
            let skb = data::insert_tag(skb, 0x8100u16.to_be(), 5);
            let bytes = bytes_of(skb);
            assert_eq!((bytes.len(), &bytes[12..16], bytes[16]), (24, &[0x81, 0, 0, 5][..], 9));
            put(skb);
        }
    });
}

#[test]
fn virtio_s_headers() {
    let _turn = turn();
    machine().run(|| {
        let skb = with_bytes(&[0; 100]);
        // SAFETY: a buffer of the test.
        unsafe {
            let mut hdr: virtio_net_hdr = zeroed();
            (hdr.flags, hdr.csum_start, hdr.csum_offset) = (1, 34, 16);
            assert_eq!(virtio::to_buffer(skb, &raw const hdr), 0);
            let mut back: virtio_net_hdr = zeroed();
            assert_eq!(virtio::from_buffer(skb, &raw mut back, false, 0), 0);
            assert_eq!((back.flags, back.csum_start, back.csum_offset), (1, 34, 16));
            (hdr.gso_type, hdr.gso_size) = (1, 0);
            assert!(virtio::to_buffer(skb, &raw const hdr) < 0, "segments of no bytes");
            hdr.gso_size = 1400;
            assert_eq!((virtio::to_buffer(skb, &raw const hdr), shared(skb).gso_size), (0, 1400));
            hdr.csum_start = 99;
            assert!(virtio::to_buffer(skb, &raw const hdr) < 0, "a sum outside of the frame");
            put(skb);
        }
    });
}

static SENT: AtomicU32 = AtomicU32::new(0);
static FULL: AtomicBool = AtomicBool::new(false);
static POLLS: AtomicI32 = AtomicI32::new(0);
static WORK: AtomicI32 = AtomicI32::new(0);

unsafe extern "C" fn xmit(skb: *mut sk_buff, dev: *mut net_device) -> netdev_tx_t {
    // SAFETY: the core's buffer and device.
    unsafe {
        if FULL.load(SeqCst) {
            outgoing::stop_all(dev);
            return bindings::NETDEV_TX_BUSY;
        }
        put(skb);
    }
    SENT.fetch_add(1, SeqCst);
    bindings::NETDEV_TX_OK
}

static OPS: Ops = Ops(net_device_ops { ndo_start_xmit: Some(xmit), ..NO_OPS });

struct Ops(net_device_ops);

// SAFETY: functions only.
unsafe impl Sync for Ops {}

// SAFETY: no functions.
const NO_OPS: net_device_ops = unsafe { zeroed() };

fn card() -> *mut net_device {
    // SAFETY: a new device.
    unsafe {
        let dev = device::allocate_ether(16, 1, 1);
        (*dev).netdev_ops = &raw const OPS.0;
        ether::setup(dev);
        addresses::set_address(dev, 0, [2u8, 0, 0, 0, 0, 9].as_ptr().cast(), 6);
        dev
    }
}

/// A guest's side.
#[derive(Default)]
struct Guest(AtomicU32);

impl Endpoint for Guest {
    fn deliver(&self, frame: &Frame<'_>) -> Delivery {
        self.0.fetch_add(frame.len() as u32, SeqCst);
        Delivery::Taken
    }
}

fn ethernet() -> Vec<u8> {
    [&[0xff; 6][..], &[2, 0, 0, 0, 0, 1], &[8, 0], &[0; 46]].concat()
}

#[test]
fn addresses() {
    let _turn = turn();
    machine().run(|| {
        let dev = card();
        // SAFETY: a device of the test.
        unsafe {
            let group = [1u8, 0, 0x5e, 0, 0, 1];
            assert_eq!(addresses::add_group(dev, group.as_ptr()), 0);
            assert_eq!((addresses::add_group(dev, group.as_ptr()), (*dev).mc.count), (0, 1));
            assert_eq!(addresses::remove_group(dev, group.as_ptr()), 0);
            assert_eq!((addresses::remove_group(dev, group.as_ptr()), (*dev).mc.count), (0, 0));
            assert!(addresses::remove_group(dev, group.as_ptr()) < 0);
            assert_eq!(ether::validate(dev), 0);
            let mut wanted = [0u8; 16];
            wanted[2..8].copy_from_slice(&[2, 0, 0, 0, 0, 7]);
            assert_eq!(ether::change(dev, wanted.as_mut_ptr().cast()), 0);
            assert_eq!((*dev).dev_addr_shadow[5], 7);
            wanted[2] = 1;
            assert!(ether::change(dev, wanted.as_mut_ptr().cast()) < 0);
            addresses::add_station(dev, [2u8, 0, 0, 0, 0, 5].as_ptr());
            device::free(dev);
        }
    });
}

#[test]
fn a_device_is_a_port() {
    let _turn = turn();
    machine().run(|| {
        let before = live();
        let dev = card();
        // SAFETY: a device of the test.
        unsafe {
            assert_eq!(device::register_c(dev), 0);
            let nic = nic::list().pop().unwrap();
            config::carrier_on(dev);
            assert!(!nic.state().up);
            nic.attach("shim-port").unwrap();
            assert!(nic.state().up && nic.state().link);
            let (switch, _) = nic.port().unwrap();
            let port = switch.attach(PortConfig::new("guest"), Arc::new(Guest::default())).unwrap();
            let bytes = ethernet();
            let frame = Frame::new(io::net::frame::Bytes::Own(&bytes), Default::default()).unwrap();
            SENT.store(0, SeqCst);
            (0..10).for_each(|_| assert_eq!(switch.transmit(&port, &frame), 1));
            eventually("ten frames are sent", || SENT.load(SeqCst) == 10);
            // Gone amid traffic: nothing is left.
            FULL.store(true, SeqCst);
            (0..10).for_each(|_| _ = switch.transmit(&port, &frame));
            device::unregister(dev);
            FULL.store(false, SeqCst);
            assert!(nic.port().is_none() && nic.attach("shim-port").is_err());
            assert_eq!(switch.transmit(&port, &frame), 0);
            device::free(dev);
        }
        assert_eq!(live(), before);
    });
}

#[test]
fn a_stopped_queue_is_woken() {
    let _turn = turn();
    machine().run(|| {
        let before = live();
        let dev = card();
        // SAFETY: a device of the test.
        unsafe {
            device::register_c(dev);
            let nic = nic::list().pop().unwrap();
            nic.attach("shim-queue").unwrap();
            let (switch, port) = nic.port().unwrap();
            let guest = switch.attach(PortConfig::new("guest"), Arc::new(Guest::default())).unwrap();
            let bytes = ethernet();
            let frame = Frame::new(io::net::frame::Bytes::Own(&bytes), Default::default()).unwrap();
            FULL.store(true, SeqCst);
            SENT.store(0, SeqCst);
            (0..400).for_each(|_| _ = switch.transmit(&guest, &frame));
            let lost = port.statistics().lost();
            assert!((100..=145).contains(&lost), "256 wait, the others are lost: {lost}");
            FULL.store(false, SeqCst);
            outgoing::wake((*dev)._tx);
            eventually("all that waited are sent", || u64::from(SENT.load(SeqCst)) == 400 - lost);
            device::unregister(dev);
            device::free(dev);
        }
        assert_eq!(live(), before);
    });
}

unsafe extern "C" fn poll(n: *mut napi_struct, budget: c_int) -> c_int {
    POLLS.fetch_add(1, SeqCst);
    let left = WORK.load(SeqCst);
    let done = left.min(budget);
    WORK.fetch_sub(done, SeqCst);
    if done < budget {
        // SAFETY: the core's.
        unsafe { napi::complete(n, done) };
    }
    done
}

#[test]
fn polls_have_a_budget() {
    let _turn = turn();
    machine().run(|| {
        let dev = card();
        // SAFETY: a device of the test.
        unsafe {
            let n: *mut napi_struct = Box::leak(Box::new(zeroed()));
            napi::add(dev, n, Some(poll), 64);
            assert!(!napi::prepare(n), "it is not enabled yet");
            napi::enable(n);
            POLLS.store(0, SeqCst);
            WORK.store(1000, SeqCst);
            assert!(napi::prepare(n) && !napi::prepare(n));
            napi::schedule(n);
            eventually("the work is done", || WORK.load(SeqCst) == 0);
            eventually("it is complete", || (*n).state & 1 << NAPI_STATE_SCHED == 0);
            assert!(POLLS.load(SeqCst) >= 16, "at most 64 at once");
            napi::disable(n);
            assert!(!napi::prepare(n));
            napi::remove(n);
            device::free(dev);
        }
    });
}

#[test]
fn frames_reach_the_switch() {
    let _turn = turn();
    machine().run(|| {
        let before = live();
        let dev = card();
        // SAFETY: a device of the test.
        unsafe {
            device::register_c(dev);
            let nic = nic::list().pop().unwrap();
            nic.attach("shim-receive").unwrap();
            let guest = Arc::new(Guest::default());
            nic.port().unwrap().0.attach(PortConfig::new("guest"), guest.clone()).unwrap();
            let arrive = || {
                let skb = with_bytes(&ethernet());
                headers(skb).protocol = receive::type_of(skb, dev);
                skb
            };
            assert_eq!(headers(arrive_and_free(arrive())).protocol, 0x0800u16.to_be());
            receive::receive(arrive());
            assert_eq!(guest.0.load(SeqCst), 60);
            receive::queue(arrive());
            eventually("what came in an interrupt is received", || guest.0.load(SeqCst) == 120);
            device::unregister(dev);
            receive::receive(arrive());
            receive::queue(arrive());
            eventually("nothing is left", || live() == before + 1);
            device::free(dev);
        }
    });
}

/// Hands it back: it is the test's to look at, and stays.
fn arrive_and_free(skb: *mut sk_buff) -> *mut sk_buff {
    skb
}
