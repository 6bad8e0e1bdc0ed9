// SPDX-License-Identifier: GPL-2.0-only
//! Small tools against what they are known to give.

use super::{bitmap, bitmap_text, crc, find, idr, kfifo, kobject, math, notifier, random, rbtree, sort, xarray};
use crate::bindings;
use core::ffi::{c_char, c_int, c_ulong, c_void};
use core::mem::zeroed;
use core::ptr::null_mut;

fn value(n: usize) -> *mut c_void {
    core::ptr::without_provenance_mut(n * 16)
}

#[test]
fn finding_bits() {
    let words = [0u64, 1 << 5 | 1 << 63, 0];
    // SAFETY: three words.
    unsafe {
        assert_eq!(find::next(words.as_ptr(), 192, 0), 69);
        assert_eq!(find::next(words.as_ptr(), 192, 70), 127);
        assert_eq!(find::next(words.as_ptr(), 192, 128), 192);
        assert_eq!(find::next(words.as_ptr(), 69, 0), 69);
        assert_eq!(find::next_zero(words.as_ptr(), 192, 69), 70);
        assert_eq!(find::last(words.as_ptr(), 192), 127);
        assert_eq!(find::last(words.as_ptr(), 127), 69);
        assert_eq!(find::last(words.as_ptr(), 69), 69);
        assert_eq!(find::nth(words.as_ptr(), 192, 1), 127);
        let mut clump = 0;
        assert_eq!(find::clump8(&mut clump, words.as_ptr(), 192, 0), 64);
        assert_eq!(clump, 0x20);
    }
}

#[test]
fn bitmaps() {
    let (mut a, mut b) = ([0u64; 3], [0u64; 3]);
    // SAFETY: three words each.
    unsafe {
        bitmap::set(a.as_mut_ptr(), 60, 10);
        assert_eq!(a, [0xf << 60, 0x3f, 0]);
        assert_eq!(bitmap::weight(a.as_ptr(), 190), 10);
        bitmap::shift_left(b.as_mut_ptr(), a.as_ptr(), 64, 190);
        assert_eq!(b, [0, 0xf << 60, 0x3f]);
        bitmap::shift_right(b.as_mut_ptr(), b.as_ptr(), 64, 190);
        assert!(bitmap::equal(a.as_ptr(), b.as_ptr(), 190));
        bitmap::clear(a.as_mut_ptr(), 61, 8);
        assert_eq!(a, [1 << 60, 0x20, 0]);
        let mut halves = [0u32; 3];
        bitmap::to_32(halves.as_mut_ptr(), a.as_ptr(), 70);
        assert_eq!(halves, [0, 1 << 28, 0x20]);
        bitmap::from_32(b.as_mut_ptr(), halves.as_ptr(), 70);
        assert_eq!(b[..2], a[..2]);
        let room = bitmap::zalloc(100, 0);
        assert_eq!(bitmap::weight(room, 100), 0);
        bitmap::free(room);
    }
}

#[test]
fn bitmap_areas() {
    let mut a = [0b1011u64, 0];
    // SAFETY: two words.
    unsafe {
        assert_eq!(bitmap::zero_area(a.as_mut_ptr(), 128, 0, 4, 0, 0), 4);
        assert_eq!(bitmap::zero_area(a.as_mut_ptr(), 128, 0, 4, 7, 0), 8);
        assert!(bitmap::zero_area(a.as_mut_ptr(), 128, 0, 125, 0, 0) > 128);
        assert_eq!(bitmap::find_region(a.as_mut_ptr(), 128, 2), 4);
        assert_eq!(bitmap::take_region(a.as_mut_ptr(), 4, 1), -16);
        bitmap::release_region(a.as_mut_ptr(), 4, 2);
        assert_eq!(a[0], 0b1011);
        assert_eq!(bitmap::find_region(a.as_mut_ptr(), 4, 2), -12);
    }
}

#[test]
fn bitmap_maps() {
    let (old, fresh) = ([0b1_0110u64], [0b111_0000_0000u64]);
    // SAFETY: one word each.
    unsafe {
        assert_eq!(bitmap::remap_bit(2, old.as_ptr(), fresh.as_ptr(), 64), 9);
        assert_eq!(bitmap::remap_bit(3, old.as_ptr(), fresh.as_ptr(), 64), 3);
    }
}

#[test]
fn bitmap_text() {
    let mut a = [0u64; 2];
    // SAFETY: strings, and two words.
    unsafe {
        assert_eq!(bitmap_text::parse_list_c(c"1-3,8,60-66:1/3,N\n".as_ptr(), a.as_mut_ptr(), 100), 0);
        assert_eq!(a, [0b1_0000_1110 | 1 << 60 | 1 << 63, 1 << 2 | 1 << 35]);
        assert_eq!(bitmap_text::parse_list_c(c"5-3".as_ptr(), a.as_mut_ptr(), 100), -22);
        assert_eq!(bitmap_text::parse_list_c(c"100".as_ptr(), a.as_mut_ptr(), 100), -34);
        assert_eq!(bitmap_text::parse_c(c"1,00000138".as_ptr(), 11, a.as_mut_ptr(), 40), 0);
        assert_eq!(a[0], 0x1_0000_0138);
        assert_eq!(bitmap_text::parse_c(c"100,0".as_ptr(), 6, a.as_mut_ptr(), 40), -75);
    }
}

#[test]
fn xarrays() {
    // SAFETY: an array of the test's own, all zero.
    unsafe {
        let xa: *mut bindings::xarray = Box::leak(Box::new(zeroed()));
        assert!(xarray::is_empty(xa));
        assert!(xarray::store(xa, 5, value(1), 0).is_null());
        assert_eq!(xarray::store(xa, 5, value(2), 0), value(1));
        assert_eq!(xarray::load(xa, 5), value(2));
        assert!(xarray::load(xa, 6).is_null());
        assert_eq!(xarray::insert_locked(xa, 5, value(3), 0), -16);
        assert_eq!(xarray::erase_locked(xa, 5), value(2));
        assert!(xarray::is_empty(xa));
        xarray::store(xa, u64::MAX, value(9), 0);
        xarray::destroy(xa);
        assert!(xarray::load(xa, u64::MAX).is_null());
    }
}

#[test]
fn xarrays_find_room() {
    let limit = bindings::xa_limit { min: 2, max: 4 };
    let mut id = 0;
    // SAFETY: as above.
    unsafe {
        let xa: *mut bindings::xarray = Box::leak(Box::new(zeroed()));
        for wanted in 2..=4 {
            assert_eq!(xarray::alloc(xa, &mut id, value(1), limit, 0), 0);
            assert_eq!(id, wanted);
        }
        assert_eq!(xarray::alloc(xa, &mut id, value(1), limit, 0), -16);
        xarray::erase_locked(xa, 3);
        assert_eq!((xarray::alloc(xa, &mut id, null_mut(), limit, 0), id), (0, 3));
    }
}

#[test]
fn xarrays_mark() {
    // SAFETY: as above.
    unsafe {
        let xa: *mut bindings::xarray = Box::leak(Box::new(zeroed()));
        [3, 7, 11].iter().for_each(|&i| _ = xarray::store(xa, i, value(i as usize), 0));
        xarray::set_mark(xa, 7, 1);
        assert!(xarray::get_mark(xa, 7, 1) && !xarray::get_mark(xa, 7, 0) && !xarray::get_mark(xa, 3, 1));
        let mut index = 0;
        assert_eq!((xarray::find(xa, &mut index, u64::MAX, 8), index), (value(3), 3));
        assert_eq!((xarray::find_after(xa, &mut index, u64::MAX, 8), index), (value(7), 7));
        assert_eq!((xarray::find_after(xa, &mut index, 10, 8), index), (null_mut(), 7));
        index = 0;
        assert_eq!((xarray::find(xa, &mut index, u64::MAX, 1), index), (value(7), 7));
    }
}

#[test]
fn radix_trees() {
    // SAFETY: as above.
    unsafe {
        let tree: *mut bindings::xarray = Box::leak(Box::new(zeroed()));
        assert_eq!(xarray::radix_insert(tree, 100, value(1)), 0);
        assert_eq!(xarray::radix_insert(tree, 100, value(2)), -17);
        assert_eq!(xarray::radix_lookup(tree, 100), value(1));
        xarray::radix_insert(tree, 50, value(3));
        let mut found = [null_mut(); 4];
        assert_eq!(xarray::gang_lookup(tree, found.as_mut_ptr(), 0, 4), 2);
        assert_eq!(found[..2], [value(3), value(1)]);
    }
}

unsafe extern "C" fn sum(id: c_int, _p: *mut c_void, data: *mut c_void) -> c_int {
    // SAFETY: the test's counter.
    unsafe { *data.cast::<c_int>() += id };
    0
}

#[test]
fn idrs() {
    // SAFETY: all zero is an empty one.
    unsafe {
        let map: *mut bindings::idr = Box::leak(Box::new(zeroed()));
        assert_eq!(idr::alloc(map, value(1), 5, 0, 0), 5);
        assert_eq!(idr::alloc(map, null_mut(), 5, 7, 0), 6);
        assert_eq!(idr::alloc(map, value(1), 5, 7, 0), -28);
        assert_eq!((idr::lookup(map, 5), idr::lookup(map, 6)), (value(1), null_mut()));
        let mut total = 0;
        idr::for_each(map, Some(sum), (&raw mut total).cast());
        assert_eq!(total, 11);
        let mut next = 0;
        assert_eq!((idr::get_next(map, &mut next), next), (value(1), 5));
        assert_eq!(idr::remove(map, 5), value(1));
        assert_eq!(idr::alloc_cyclic(map, value(2), 0, 3, 0), 0);
        assert_eq!(idr::alloc_cyclic(map, value(2), 0, 3, 0), 1);
        idr::remove(map, 0);
        assert_eq!(idr::alloc_cyclic(map, value(2), 0, 3, 0), 2);
        assert_eq!(idr::alloc_cyclic(map, value(2), 0, 3, 0), 0);
        idr::idr_destroy(map);
    }
}

#[test]
fn idas() {
    // SAFETY: all zero is an empty one.
    unsafe {
        let ida: *mut bindings::ida = Box::leak(Box::new(zeroed()));
        assert!(idr::ida_is_empty(ida));
        assert_eq!([idr::ida_alloc(ida, 0, 9, 0), idr::ida_alloc(ida, 0, 9, 0), idr::ida_alloc(ida, 5, 9, 0)], [0, 1, 5]);
        idr::ida_free(ida, 0);
        assert_eq!(idr::ida_alloc(ida, 0, 9, 0), 0);
        assert_eq!(idr::ida_alloc(ida, 0, 1, 0), -28);
        assert_eq!(idr::ida_first(ida, 2, 9), 5);
        idr::ida_destroy(ida);
    }
}

unsafe extern "C" fn order(a: *const c_void, b: *const c_void) -> c_int {
    // SAFETY: the test's numbers.
    unsafe { (*a.cast::<u32>()).cmp(&*b.cast::<u32>()) as c_int }
}

#[test]
fn sorting() {
    let mut seed = 12345u32;
    for n in [0, 1, 2, 3, 10, 100, 257] {
        let mut numbers: Vec<u32> = (0..n)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                seed >> 16
            })
            .collect();
        let mut sorted = numbers.clone();
        sorted.sort_unstable();
        // SAFETY: the array.
        unsafe { sort::sort_plain(numbers.as_mut_ptr().cast(), n, 4, Some(order), None) };
        assert_eq!(numbers, sorted);
        for number in &numbers {
            // SAFETY: the array.
            let at = unsafe { sort::search((&raw const *number).cast(), numbers.as_ptr().cast(), n, 4, Some(order)) };
            // SAFETY: it is there.
            assert_eq!(unsafe { *at.cast::<u32>() }, *number);
        }
    }
}

#[test]
fn check_sums() {
    let text = b"123456789".as_ptr();
    // SAFETY: nine bytes.
    unsafe {
        assert_eq!(!crc::crc32_le(!0, text, 9), 0xcbf4_3926);
        assert_eq!(crc::crc32_be(!0, text, 9), !0xfc89_1918);
        assert_eq!(!crc::crc32c(!0, text, 9), 0xe306_9283);
        assert_eq!(crc::crc16(0, text, 9), 0xbb3d);
        assert_eq!(crc::ccitt(0, text, 9), 0x2189);
        assert_eq!(crc::itu_t(0xffff, text, 9), 0x29b1);
        assert_eq!(crc::crc7(0, text, 9) >> 1, 0x75);
        let mut table = [0u8; 256];
        crc::table_msb(table.as_mut_ptr(), 0x07);
        assert_eq!(crc::crc8(table.as_ptr(), text, 9, 0), 0xf4);
    }
}

#[test]
fn arithmetic() {
    assert_eq!(math::mul_div(u64::MAX, u64::MAX, u64::MAX), u64::MAX);
    assert_eq!(math::mul_div(1 << 40, 1 << 40, 1 << 50), 1 << 30);
    assert_eq!(math::mul_div(1, 1, 0), u64::MAX);
    assert_eq!((math::gcd(48, 36), math::lcm(4, 6), math::lcm_not_zero(0, 7)), (12, 12, 7));
    assert_eq!(math::pow(3, 5), 243);
    let (mut n, mut d): (c_ulong, c_ulong) = (0, 0);
    for (given, limits, best) in [
        ((1230, 10), (100, 20), (100, 1)),
        ((34567, 100), (120, 20), (120, 1)),
        ((1155, 7735), (255, 255), (33, 221)),
        ((87, 32), (70, 32), (68, 25)),
        ((14533, 4626), (15000, 2400), (7433, 2366)),
    ] {
        // SAFETY: places of the test's own.
        unsafe { math::approximate(given.0, given.1, limits.0, limits.1, &mut n, &mut d) };
        assert_eq!((n, d), best, "{given:?} within {limits:?}");
    }
}

#[test]
fn random_numbers() {
    let seen: std::collections::BTreeSet<u64> = (0..1000).map(|_| random::next()).collect();
    assert_eq!(seen.len(), 1000);
    assert!((0..1000).all(|_| random::below(7) < 7));
    assert_eq!(random::below(0), 0);
    let mut bytes = [0u8; 13];
    // SAFETY: so many bytes.
    unsafe { random::bytes(bytes.as_mut_ptr().cast(), 13) };
    assert!(bytes.iter().any(|&b| b != 0));
    // Tests have no boot loader, no CPU and no firmware that would give a seed; a driver's device may.
    assert!(!random::is_initialized());
    assert_eq!(random::wait(), -(bindings::ERESTARTSYS as i32));
    // SAFETY: so many bytes; none at all may be anywhere.
    unsafe {
        random::stir(bytes.as_ptr().cast(), 13);
        assert!(!random::is_initialized(), "nobody says that these cannot be foreseen");
        random::stir_from([7u8; 32].as_ptr().cast(), 32, 256, false);
        random::bytes(core::ptr::null_mut(), 0);
    }
    assert_eq!((random::is_initialized(), random::wait()), (true, 0));
}

#[test]
fn rings() {
    let (mut out, input) = ([0u16; 8], [1u16, 2, 3, 4, 5, 6]);
    // SAFETY: a ring of the test's own.
    unsafe {
        let mut fifo: bindings::__kfifo = zeroed();
        assert_eq!(kfifo::alloc(&mut fifo, 3, 2, 0), 0);
        assert_eq!(kfifo::put(&mut fifo, input.as_ptr().cast(), 6), 4);
        assert_eq!(kfifo::take(&mut fifo, out.as_mut_ptr().cast(), 3), 3);
        assert_eq!(kfifo::put(&mut fifo, input.as_ptr().cast(), 2), 2);
        assert_eq!(kfifo::take(&mut fifo, out.as_mut_ptr().cast(), 8), 3);
        assert_eq!(out[..3], [4, 1, 2]);
    }
}

#[test]
fn rings_lie_in_memory_of_others() {
    let mut room = [0u8; 12];
    // SAFETY: a ring of the test's own, and room for it.
    unsafe {
        let mut fifo: bindings::__kfifo = zeroed();
        assert_eq!(kfifo::init(&mut fifo, room.as_mut_ptr().cast(), 1, 1), -22);
        assert_eq!(kfifo::init(&mut fifo, room.as_mut_ptr().cast(), 12, 1), 0);
        assert_eq!(kfifo::put(&mut fifo, b"0123456789".as_ptr().cast(), 10), 8);
    }
    assert_eq!(&room, b"01234567\0\0\0\0");
}

/// A node with a key behind it.
#[repr(C)]
struct Keyed {
    node: bindings::rb_node,
    key: u32,
}

/// Black nodes on every path below; asserts the rules.
unsafe fn check(n: *mut bindings::rb_node) -> u32 {
    if n.is_null() {
        return 1;
    }
    // SAFETY: the test's tree.
    unsafe {
        let red = |n: *mut bindings::rb_node| !n.is_null() && (*n).__rb_parent_color & 1 == 0;
        let ((left, right), key) = (((*n).rb_left, (*n).rb_right), (*n.cast::<Keyed>()).key);
        assert!(!(red(n) && (red(left) || red(right))), "two red ones");
        assert!(left.is_null() || (*left.cast::<Keyed>()).key <= key);
        assert!(right.is_null() || (*right.cast::<Keyed>()).key >= key);
        let (a, b) = (check(left), check(right));
        assert_eq!(a, b, "not balanced");
        a + u32::from(!red(n))
    }
}

#[test]
fn trees_stay_balanced() {
    // SAFETY: a tree of the test's own nodes.
    unsafe {
        let mut root: bindings::rb_root = zeroed();
        let mut nodes: Vec<Box<Keyed>> = Vec::new();
        let mut seed = 1u32;
        for _ in 0..300 {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let mut new = Box::new(Keyed { node: zeroed(), key: seed >> 8 });
            let (mut link, mut parent) = (&raw mut root.rb_node, null_mut::<bindings::rb_node>());
            while !(*link).is_null() {
                parent = *link;
                let left = new.key < (*parent.cast::<Keyed>()).key;
                link = if left { &raw mut (*parent).rb_left } else { &raw mut (*parent).rb_right };
            }
            new.node.__rb_parent_color = parent.expose_provenance() as u64;
            *link = &raw mut new.node;
            rbtree::insert(&raw mut new.node, &mut root);
            check(root.rb_node);
            nodes.push(new);
        }
        let walk = |root: &bindings::rb_root| {
            let (mut n, mut keys) = (rbtree::first(root), Vec::new());
            while !n.is_null() {
                keys.push((*n.cast::<Keyed>()).key);
                n = rbtree::next(n);
            }
            keys
        };
        assert_eq!(walk(&root).len(), 300);
        assert!(walk(&root).is_sorted());
        while let Some(mut gone) = (!nodes.is_empty()).then(|| {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            nodes.swap_remove((seed >> 8) as usize % nodes.len())
        }) {
            rbtree::erase(&raw mut gone.node, &mut root);
            check(root.rb_node);
            assert_eq!(walk(&root).len(), nodes.len());
        }
    }
}

unsafe extern "C" fn hear(nb: *mut bindings::notifier_block, val: c_ulong, v: *mut c_void) -> c_int {
    // SAFETY: the test's list.
    unsafe { (*v.cast::<Vec<c_int>>()).push((*nb).priority) };
    if val == 9 { bindings::NOTIFY_STOP_MASK as c_int | 1 } else { 1 }
}

#[test]
fn notifiers() {
    // SAFETY: a chain of the test's own blocks.
    unsafe {
        let mut head: bindings::raw_notifier_head = zeroed();
        let mut blocks: [bindings::notifier_block; 3] = zeroed();
        for (block, priority) in blocks.iter_mut().zip([0, 10, 5]) {
            block.priority = priority;
            block.notifier_call = Some(hear);
            assert_eq!(notifier::raw_add(&mut head, block), 0);
        }
        assert_eq!(notifier::raw_add(&mut head, &mut blocks[0]), -17);
        let mut heard: Vec<c_int> = Vec::new();
        notifier::raw_call(&mut head, 1, (&raw mut heard).cast());
        assert_eq!(heard, [10, 5, 0]);
        heard.clear();
        assert_eq!(notifier::raw_call(&mut head, 9, (&raw mut heard).cast()), 0x8001);
        assert_eq!(heard, [10]);
        assert_eq!(notifier::raw_remove(&mut head, &mut blocks[1]), 0);
        assert_eq!(notifier::raw_remove(&mut head, &mut blocks[1]), -2);
    }
}

#[test]
fn objects_are_counted() {
    static GONE: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(0);
    unsafe extern "C" fn release(_kobj: *mut bindings::kobject) {
        GONE.fetch_add(1, core::sync::atomic::Ordering::SeqCst);
    }
    // SAFETY: objects of the test's own.
    unsafe {
        let mut kind: bindings::kobj_type = zeroed();
        kind.release = Some(release);
        let (mut parent, mut child): (bindings::kobject, bindings::kobject) = (zeroed(), zeroed());
        kobject::init(&mut parent, &kind);
        kobject::init(&mut child, &kind);
        child.parent = kobject::get(&mut parent);
        kobject::put(&mut parent);
        let gone = || GONE.load(core::sync::atomic::Ordering::SeqCst);
        assert_eq!(gone(), 0);
        kobject::put(&mut child);
        assert_eq!(gone(), 2, "the parent goes with its last child");
    }
}

#[test]
fn text_files() {
    let mut buf = [0 as c_char; 8];
    // SAFETY: a file with that buffer.
    unsafe {
        let mut file: bindings::seq_file = zeroed();
        (file.buf, file.size) = (buf.as_mut_ptr(), 8);
        super::files::puts(&mut file, c"abc".as_ptr());
        assert_eq!(file.count, 3);
        super::files::puts(&mut file, c"too long".as_ptr());
        assert_eq!(file.count, 8, "full");
    }
}

#[test]
fn files_are_refused() {
    assert_eq!(super::files::single_open(null_mut(), None, null_mut()), -19);
}

#[test]
fn parameters() {
    let mut target = 0i32;
    // SAFETY: a parameter of the test's own, whose argument is an int.
    unsafe {
        let mut kp: bindings::kernel_param = zeroed();
        kp.__bindgen_anon_1.arg = (&raw mut target).cast();
        let set = |text: &core::ffi::CStr| super::params::numbers::set::<i32>(text.as_ptr(), &kp);
        assert_eq!((set(c"-12\n"), target), (0, -12));
        assert_eq!((set(c"0x20"), target), (0, 32));
        assert_eq!((set(c"4294967296"), target), (-34, 32));
        assert_eq!((set(c"x"), target), (-22, 32));
    }
    assert_eq!(super::params::set("nobody.knows", "1"), Err(crate::errno::Errno::ENOENT));
}

#[repr(C)]
struct Item {
    link: bindings::list_head,
    key: u32,
    order: u32,
}

unsafe extern "C" fn by_key(_data: *mut c_void, a: *const bindings::list_head, b: *const bindings::list_head) -> c_int {
    // SAFETY: the test's items.
    unsafe { (*a.cast::<Item>()).key as c_int - (*b.cast::<Item>()).key as c_int }
}

#[test]
fn lists_are_sorted() {
    // SAFETY: a list of the test's own items.
    unsafe {
        let mut head: bindings::list_head = zeroed();
        let ring = crate::locking::List(&raw mut head);
        ring.init();
        let mut items: Vec<Box<Item>> =
            [3, 1, 2, 3, 1].into_iter().zip(0..).map(|(key, order)| Box::new(Item { link: zeroed(), key, order })).collect();
        items.iter_mut().for_each(|item| ring.push(crate::locking::List(&raw mut item.link)));
        sort::sort_list(null_mut(), &mut head, Some(by_key));
        let (mut seen, mut at) = (Vec::new(), ring.next());
        while at != ring {
            let item = &*at.0.cast::<Item>();
            seen.push((item.key, item.order));
            at = at.next();
        }
        assert_eq!(seen, [(1, 1), (1, 4), (2, 2), (3, 0), (3, 3)], "equal ones keep their order");
    }
}
