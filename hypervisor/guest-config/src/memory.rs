// SPDX-License-Identifier: GPL-2.0-only
//! `/memory`: the guest's RAM.

use alloc::format;
use alloc::vec::Vec;

use super::error::Problems;
use super::node::Reader;
use super::range::{GuestRange, PAGE, RAM_BASE};

/// The guest's tree does not say that this RAM is there.
const HIDDEN: &str = "ferrovisor,hidden";

/// All RAM of a guest.
#[derive(Default)]
pub(super) struct Ram {
    /// In rising order.
    pub(super) all: Vec<GuestRange>,
    /// What of it is not in the guest's tree.
    pub(super) hidden: Vec<GuestRange>,
}

/// Reads one `memory` node. Overlaps are found later, together with those of devices.
pub(super) fn read(reader: &Reader<'_>, ram: &mut Ram, problems: &mut Problems) {
    reader.only(&["device_type", "reg", "size", HIDDEN], problems);
    reader.no_children(problems);
    match (reader.has("reg"), reader.has("size")) {
        (true, true) => reader.problem("size", "both 'reg' and 'size'", "one of them", problems),
        (false, false) => {
            let expected = "'size' (RAM at the default address) or 'reg' (address and size)";
            reader.problem("", "neither 'reg' nor 'size'", expected, problems);
        }
        (false, true) => {
            if let Some(size) = reader.u64("size", problems) {
                add(reader, "size", RAM_BASE, size, ram, problems);
            }
        }
        (true, false) => {
            for (base, size) in reader.pairs("reg", problems).unwrap_or_default() {
                add(reader, "reg", base, size, ram, problems);
            }
        }
    }
}

/// Adds a region after checking that it consists of pages.
fn add(reader: &Reader<'_>, property: &str, base: u64, size: u64, ram: &mut Ram, problems: &mut Problems) {
    match GuestRange::new(base, size) {
        Some(range) if range.is_aligned(PAGE) => {
            ram.all.insert(ram.all.partition_point(|other| *other <= range), range);
            if reader.flag(HIDDEN, problems) {
                ram.hidden.push(range);
            }
        }
        _ => {
            let expected = "a size that is not zero, and address and size multiples of 4096 below 2^64";
            reader.problem(property, format!("{size:#x} bytes at {base:#x}"), expected, problems);
        }
    }
}
