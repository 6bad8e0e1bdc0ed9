// SPDX-License-Identifier: GPL-2.0-only
//! Small tools of the kernel: bitmaps, tables by number, trees, sorting, check sums, arithmetic, random numbers,
//! notifiers, parameters of drivers.

mod bitmap;
mod bitmap_text;
mod crc;
mod files;
mod find;
mod idr;
pub(crate) mod kfifo;
mod kobject;
mod math;
mod notifier;
pub mod params;
mod random;
mod rbtree;
mod sort;
#[cfg(test)]
mod tests;
pub(crate) mod xarray;

use crate::export::Export;

/// The tables of exports of this family.
pub const TABLES: &[&[Export]] = &[
    C,
    bitmap::EXPORTS,
    bitmap_text::EXPORTS,
    crc::EXPORTS,
    files::EXPORTS,
    find::EXPORTS,
    idr::EXPORTS,
    kfifo::EXPORTS,
    kobject::EXPORTS,
    math::EXPORTS,
    notifier::EXPORTS,
    params::EXPORTS,
    params::numbers::EXPORTS,
    params::numbers::DATA,
    params::other::EXPORTS,
    params::other::DATA,
    random::EXPORTS,
    rbtree::EXPORTS,
    sort::EXPORTS,
    xarray::EXPORTS,
];

crate::exports_c! {
    family "library";
    [any, supported, "library::tests::objects_are_counted"]
    fn kobject_set_name;
    [sleeps, supported, "library::tests::objects_are_counted"]
    fn kobject_add;
    [sleeps, supported, "library::tests::objects_are_counted"]
    fn kobject_init_and_add;
    [any, partial, "library::tests::objects_are_counted"]
    fn add_uevent_var;
}
