// SPDX-License-Identifier: GPL-2.0-only
//! Lists over buffers of the stand-in RAM.

use super::copy::copy_buffer;
use super::iter::*;
use super::list::*;
use super::*;
use crate::bindings::{sg_mapping_iter, sg_page_iter, sg_table};
use core::ffi::{c_uint, c_void};
use core::mem::MaybeUninit;
use kernel::mm::segment::Buffer;
use std::vec::Vec;

fn zeroed<T>() -> T {
    // SAFETY: only for structs of C, for which zeroes are valid.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// A list of the parts of a buffer, in two arrays that are chained.
fn chained(buffer: &Buffer, parts: &[(usize, usize)]) -> [Vec<scatterlist>; 2] {
    let segments: Vec<Segment> = parts.iter().map(|(at, len)| buffer.segment(*at, *len)).collect();
    let half = parts.len() / 2;
    let mut second: Vec<scatterlist> = (half..parts.len()).map(|_| zeroed()).collect();
    fill(&mut second, &segments[half..]);
    let mut first: Vec<scatterlist> = (0..=half).map(|_| zeroed()).collect();
    fill(&mut first[..half], &segments[..half]);
    first[half - 1].page_link &= !END;
    first[half].page_link = second.as_mut_ptr().expose_provenance() as c_ulong | CHAIN;
    [first, second]
}

#[test]
fn lists_are_walked_over_links() {
    let buffer = Buffer::new(1 << 16).unwrap();
    let mut list = chained(&buffer, &[(0, 100), (5000, 200), (8192, 300), (20_000, 400)]);
    let sg = list[0].as_mut_ptr();
    // SAFETY: a list with an end.
    unsafe {
        assert_eq!(count(sg), 4);
        assert_eq!([count_for(sg, 0), count_for(sg, 100), count_for(sg, 101), count_for(sg, 1000)], [0, 1, 2, 4]);
        assert_eq!(count_for(sg, 1001), Errno::EINVAL.to_c());
        assert_eq!((*last(sg, 4)).length, 400);
        let lengths: Vec<u32> = core::iter::successors(Some(sg), |sg| Some(next(*sg)).filter(|n| !n.is_null()))
            .map(|sg| (*sg).length)
            .collect();
        assert_eq!(lengths, [100, 200, 300, 400]);
        assert_eq!(memory(next(sg)).0, buffer.segment(5000, 1).at());
        let mut array: [scatterlist; 3] = zeroed();
        init_table(array.as_mut_ptr(), 3);
        assert_eq!(count(array.as_mut_ptr()), 3);
    }
}

use crate::errno::Errno;

#[test]
fn bytes_are_copied_through_lists() {
    let buffer = Buffer::new(1 << 16).unwrap();
    let mut list = chained(&buffer, &[(0, 100), (5000, 200), (8190, 300), (20_000, 400)]);
    let sg = list[0].as_mut_ptr();
    let data: Vec<u8> = (0..1000u32).map(|n| (n * 3 + n / 256) as u8).collect();
    let mut back = vec![0u8; 1000];
    // SAFETY: a list with an end, and buffers of these lengths.
    unsafe {
        assert_eq!(copy_buffer(sg, 4, data.as_ptr().cast_mut().cast(), 1000, 0, false), 1000);
        assert_eq!(copy_buffer(sg, 4, back.as_mut_ptr().cast(), 1000, 0, true), 1000);
        assert!(back == data);
        assert_eq!(copy_buffer(sg, 4, back.as_mut_ptr().cast(), 1000, 250, true), 750);
        assert!(back[..750] == data[250..]);
        assert_eq!(copy_buffer(sg, 2, back.as_mut_ptr().cast(), 1000, 0, true), 300);
    }
    let mut part = [0; 10];
    buffer.read(5000, &mut part);
    assert_eq!(part, data[100..110]);
    let mut one: scatterlist = zeroed();
    // SAFETY: the memory is the buffer's.
    unsafe { init_one(&raw mut one, buffer.segment(77, 9).at().to_virt().as_ptr::<c_void>(), 9) };
    // SAFETY: an entry without link.
    assert_eq!(unsafe { memory(&raw const one) }, (buffer.segment(77, 9).at(), 9));
}

#[test]
fn pages_and_pieces_are_walked() {
    let buffer = Buffer::new(1 << 16).unwrap();
    let mut list = chained(&buffer, &[(100, 5000), (12_288, 10), (16_384, 8192), (30_000, 20)]);
    let sg = list[0].as_mut_ptr();
    let start_at = buffer.segment(0, 1).at();
    let mut pieces = Vec::new();
    let mut found = Vec::new();
    // SAFETY: a list with an end, and iterators over it.
    unsafe {
        let mut miter: sg_mapping_iter = zeroed();
        start(&raw mut miter, sg, 4, 0);
        while piece_next(&raw mut miter) {
            pieces.push((miter.addr.addr() as u64 - start_at.0, miter.length));
            // Half of the long piece is used, and comes again.
            if miter.length == 4096 && pieces.len() == 4 {
                miter.consumed = 96;
            }
        }
        assert_eq!(
            pieces,
            [(100, 3996), (4096, 1004), (12_288, 10), (16_384, 4096), (16_480, 4000), (20_480, 4096), (30_000, 20)]
        );
        start(&raw mut miter, sg, 4, 0);
        assert!(skip(&raw mut miter, 4000) && piece_next(&raw mut miter));
        assert_eq!((miter.addr.addr() as u64 - start_at.0, miter.length), (4100, 1000));
        assert!(!skip(&raw mut miter, 1 << 20));
        let mut piter: sg_page_iter = zeroed();
        page_start(&raw mut piter, sg, 4, 0);
        while page_next(&raw mut piter) {
            let page = memory(piter.sg).0.align_down(4096) + u64::from(piter.sg_pgoffset) * 4096;
            found.push((page - start_at) / 4096);
        }
    }
    assert_eq!(found, [0, 1, 3, 4, 5, 7]);
}

#[test]
fn tables_are_made_and_freed() {
    let buffer = Buffer::new(1 << 16).unwrap();
    let mut table: sg_table = zeroed();
    let page = |n: u64| phys_to_page(buffer.segment(0, 1).at() + n * 4096);
    let mut pages = [page(0), page(1), page(2), page(5), page(6)];
    // SAFETY: tables and pages of the test.
    unsafe {
        assert_eq!(alloc_table(&raw mut table, 0, 0), Errno::EINVAL.to_c());
        assert_eq!(alloc_table(&raw mut table, 300, 0), 0);
        assert_eq!((count(table.sgl), table.nents), (300, 300));
        free_table(&raw mut table);
        assert!(table.sgl.is_null());
        assert_eq!(table_from_pages(&raw mut table, pages.as_mut_ptr(), 5, 100, 20_000, c_uint::MAX, 0), 0);
        let sizes = [(*table.sgl).length, (*table.sgl.add(1)).length];
        assert_eq!((table.nents, sizes), (2, [12_188, 7812]));
        free_table(&raw mut table);
        assert_eq!(table_from_pages(&raw mut table, pages.as_mut_ptr(), 5, 0, 20_480, 8192, 0), 0);
        assert_eq!(table.nents, 3);
        free_table(&raw mut table);
    }
}
