// SPDX-License-Identifier: GPL-2.0-only
//! DMA over the stand-in RAM of the host, whose "physical" addresses are the test program's own.

use super::bus::{Window, reach, to_bus, to_phys};
use super::coherent;
use super::map::*;
use super::mask::*;
use super::pool;
use super::track;
use crate::bindings::{DMA_BIDIRECTIONAL, DMA_FROM_DEVICE, DMA_TO_DEVICE, device, scatterlist, sg_table};
use crate::errno::Errno;
use crate::scatterlist::{fill, phys_to_page};
use arch::PhysAddr;
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use kernel::mm::segment::Buffer;

/// A device that sees all memory, or as much as `mask` says.
fn a_device(mask: u64) -> &'static mut device {
    // SAFETY: a struct of C for which zeroes are valid.
    let dev: &'static mut device = Box::leak(Box::new(unsafe { MaybeUninit::zeroed().assume_init() }));
    dev.coherent_dma_mask = mask;
    dev.dma_mask = Box::leak(Box::new(mask));
    dev
}

#[test]
fn memory_is_lent_and_comes_back() {
    let dev: *mut device = a_device(u64::MAX);
    let buffer = Buffer::new(8192).unwrap();
    let segment = buffer.segment(100, 5000);
    // SAFETY: a device and memory of the test.
    unsafe {
        let page = phys_to_page(segment.at().align_down(4096));
        let bus = map_page(dev, page, 100, 5000, DMA_FROM_DEVICE, 0);
        assert_eq!((bus, mapping_error(dev, bus)), (segment.at().0, 0));
        assert_eq!(track::count(dev), 1);
        unmap(dev, bus, 5000, DMA_FROM_DEVICE, 0);
        assert_eq!(track::count(dev), 0);
        assert_eq!(mapping_error(dev, u64::MAX), Errno::ENOMEM.to_c());
        assert_eq!(map_page(dev, page, 0, 0, DMA_TO_DEVICE, 0), u64::MAX, "no bytes");
    }
}

/// A device that reaches only a part of the stand-in RAM: the pages of `low`.
fn short_armed(low: &Buffer) -> *mut device {
    a_device(low.segment(0, 1).at().0 + low.size() as u64 - 1)
}

#[test]
fn memory_out_of_reach_is_bounced() {
    // Two pieces of RAM: the device reaches the lower one, so memory is taken from there.
    let (a, b) = (Buffer::new(1 << 20).unwrap(), Buffer::new(1 << 20).unwrap());
    let (low, high) = if a.segment(0, 1).at() < b.segment(0, 1).at() { (a, b) } else { (b, a) };
    let dev = short_armed(&low);
    drop(low);
    assert!(high.write(10, b"to the device"));
    let memory = high.segment(10, 13);
    // SAFETY: a device and memory of the test; the device's side is RAM of the test too.
    unsafe {
        let bus = map_single(dev, memory.at().to_virt().as_ptr(), 13, DMA_BIDIRECTIONAL, 0);
        assert_ne!(bus, u64::MAX);
        assert!(bus < memory.at().0 && bus + 12 <= *(*dev).dma_mask);
        let device_side = core::slice::from_raw_parts_mut(PhysAddr(bus).to_virt().as_ptr::<u8>(), 13);
        assert_eq!(device_side, b"to the device");
        device_side.copy_from_slice(b"from a device");
        let mut seen = [0; 13];
        assert!(memory.read(0, &mut seen) && &seen == b"to the device");
        sync_for_cpu(dev, bus, 13, DMA_BIDIRECTIONAL);
        assert!(memory.read(0, &mut seen) && &seen == b"from a device");
        assert!(memory.write(0, b"once more for"));
        sync_for_device(dev, bus, 13, DMA_BIDIRECTIONAL);
        assert_eq!(device_side, b"once more for");
        device_side.copy_from_slice(b"the last word");
        unmap(dev, bus, 13, DMA_BIDIRECTIONAL, 0);
        assert!(memory.read(0, &mut seen) && &seen == b"the last word");
    }
    let none = a_device(0xfff);
    // SAFETY: as above.
    unsafe { assert_eq!(map_single(none, memory.at().to_virt().as_ptr(), 13, DMA_TO_DEVICE, 0), u64::MAX) };
}

#[test]
fn lists_are_mapped_whole_or_not_at_all() {
    let dev: *mut device = a_device(u64::MAX);
    let buffer = Buffer::new(1 << 16).unwrap();
    let segments = [buffer.segment(0, 512), buffer.segment(8192, 4096), buffer.segment(60_000, 100)];
    // SAFETY: structs of C, for which zeroes are valid; lists and devices of the test.
    unsafe {
        let mut list: [scatterlist; 3] = MaybeUninit::zeroed().assume_init();
        fill(&mut list, &segments);
        assert_eq!(map_sg(dev, list.as_mut_ptr(), 3, DMA_TO_DEVICE, 0), 3);
        for (entry, segment) in list.iter().zip(&segments) {
            assert_eq!((entry.dma_address, entry.dma_length as usize), (segment.at().0, segment.len()));
        }
        assert_eq!(track::count(dev), 3);
        unmap_sg(dev, list.as_mut_ptr(), 3, DMA_TO_DEVICE, 0);
        assert_eq!(track::count(dev), 0);
        let mut table = sg_table { sgl: list.as_mut_ptr(), nents: 0, orig_nents: 3 };
        assert_eq!((map_table(dev, &raw mut table, DMA_TO_DEVICE, 0), table.nents), (0, 3));
        unmap_sg(dev, list.as_mut_ptr(), 3, DMA_TO_DEVICE, 0);
        let none: *mut device = a_device(0xfff);
        assert_eq!(map_sg(none, list.as_mut_ptr(), 3, DMA_TO_DEVICE, 0), 0);
        assert_eq!(map_table(none, &raw mut table, DMA_TO_DEVICE, 0), Errno::EIO.to_c());
        assert_eq!(track::count(none), 0);
    }
}

#[test]
fn what_a_driver_leaves_is_counted_and_forgotten() {
    let dev: *mut device = a_device(u64::MAX);
    let buffer = Buffer::new(4096).unwrap();
    let mut bus = 0;
    // SAFETY: a device and memory of the test.
    unsafe {
        map_single(dev, buffer.segment(0, 1).at().to_virt().as_ptr(), 64, DMA_TO_DEVICE, 0);
        let at = coherent::allocate(dev, 100, &raw mut bus, 0, 0);
        assert_eq!((track::count(dev), coherent::left(dev)), (1, 1));
        coherent::free(dev, 100, at, bus, 0);
        (track::HOOK.after)(dev);
    }
    assert_eq!(track::count(dev), 0);
}

#[test]
fn coherent_buffers_are_zeroed_and_freed() {
    let dev: *mut device = a_device(u64::MAX);
    for cached in [false, true] {
        // SAFETY: a device of the test.
        unsafe {
            (*dev).set_dma_coherent(cached);
            let mut bus = 0;
            let at = coherent::allocate(dev, 5000, &raw mut bus, 0, 0);
            assert!(!at.is_null() && bus != 0 && bus.is_multiple_of(8192));
            assert!(core::slice::from_raw_parts(at.cast::<u8>(), 5000).iter().all(|b| *b == 0));
            assert_eq!(to_phys(dev, bus).to_virt().0, at.addr());
            coherent::free(dev, 5000, at, bus, 0);
            assert_eq!(coherent::left(dev), 0);
            assert!(coherent::allocate(a_device(0xfff), 100, &raw mut bus, 0, 0).is_null());
        }
    }
}

#[test]
fn masks_are_checked() {
    let dev: *mut device = a_device(u64::MAX);
    // SAFETY: a device of the test.
    unsafe {
        let needed = required_mask(dev);
        assert!((needed + 1).is_power_of_two() && !limited(dev));
        assert_eq!(max_size(dev), usize::MAX);
        assert_eq!(set_mask(dev, needed), 0);
        assert_eq!((*(*dev).dma_mask, limited(dev)), (needed, false));
        assert_eq!(set_mask(dev, 0xfff), Errno::EIO.to_c(), "no RAM there");
        assert_eq!(set_coherent_mask(dev, 0xfff), Errno::EIO.to_c());
        assert_eq!((set_coherent_mask(dev, needed), (*dev).coherent_dma_mask), (0, needed));
        (*dev).dma_mask = null_mut();
        assert_eq!(set_mask(dev, u64::MAX), Errno::EIO.to_c());
        assert_eq!(merge_boundary(dev), 0);
    }
}

#[test]
fn pools_give_buffers_of_one_size() {
    let dev: *mut device = a_device(u64::MAX);
    // SAFETY: a device of the test, and its pools.
    unsafe {
        assert!(pool::create(c"odd".as_ptr(), dev, 64, 3, 0).is_null());
        assert!(pool::create(c"small".as_ptr(), dev, 64, 1, 32).is_null());
        let p = pool::create(c"tasks".as_ptr(), dev, 96, 32, 256);
        let mut taken = Vec::new();
        for _ in 0..100 {
            let mut bus = 0;
            let at = pool::allocate(p, 1 << 8, &raw mut bus);
            assert!(!at.is_null() && bus.is_multiple_of(32) && bus / 256 == (bus + 95) / 256);
            assert_eq!(core::slice::from_raw_parts(at.cast::<u8>(), 96), [0; 96]);
            at.cast::<u8>().write_bytes(0xff, 96);
            assert!(!taken.iter().any(|(other, _)| *other == at));
            taken.push((at, bus));
        }
        let count = coherent::left(dev);
        for (at, bus) in taken {
            pool::free(p, at, bus);
        }
        let mut bus = 0;
        let again = pool::allocate(p, 0, &raw mut bus);
        assert_eq!(coherent::left(dev), count, "freed buffers are used again");
        pool::free(p, again, bus);
        pool::destroy(p);
        assert_eq!(coherent::left(dev), 0);
    }
}

#[test]
fn windows_translate() {
    let dev: *mut device = a_device(u64::MAX);
    // Without a node, memory is seen as it is.
    // SAFETY: a device of the test.
    unsafe {
        assert_eq!(to_bus(dev, PhysAddr(0x4000_0000), 10), Some(0x4000_0000));
        assert_eq!(to_phys(dev, 0x1234), PhysAddr(0x1234));
        assert_eq!(reach(dev, 0xffff_ffff), PhysAddr(0)..PhysAddr(1 << 32));
    }
    assert_eq!(core::mem::size_of::<Window>(), 24);
}

#[test]
fn registers_of_others_are_reached_or_not() {
    const FIFO: u64 = 0x01c2_2010;
    let all: *mut device = a_device(u64::MAX);
    let few: *mut device = a_device(0xffff);
    // A bus whose devices see the RAM from 0x4000_0000 on as if it began at 0.
    let windowed: *mut device = a_device(0xffff_ffff);
    // SAFETY: devices of the test.
    unsafe {
        (*windowed).of_node = crate::testing::node("/dma-bus/engine@0").as_raw();
        for (dev, phys, size, expected) in [
            (all, FIFO, 4, FIFO),
            (all, u64::MAX - 3, 4, u64::MAX - 3),
            (all, u64::MAX - 3, 5, u64::MAX),
            (all, FIFO, 0, u64::MAX),
            (all, 0, 0, u64::MAX),
            (few, 0xfff0, 16, 0xfff0),
            (few, 0xfff0, 17, u64::MAX),
            (few, FIFO, 4, u64::MAX),
            (windowed, 0x4000_1000, 0x1000, 0x1000),
            (windowed, FIFO, 4, FIFO),
            (windowed, 1 << 32, 4, u64::MAX),
        ] {
            let bus = map_resource(dev, phys, size, DMA_BIDIRECTIONAL, 0);
            assert_eq!(bus, expected, "{phys:#x} + {size:#x}");
            if bus != u64::MAX {
                assert_eq!(mapping_error(dev, bus), 0);
                unmap_resource(dev, bus, size, DMA_BIDIRECTIONAL, 0);
            }
            // Nothing is copied and nothing kept: they are registers.
            assert_eq!(track::count(dev), 0);
        }
    }
}
