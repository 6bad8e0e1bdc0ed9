// SPDX-License-Identifier: GPL-2.0-only
//! The names of the drivers' functions in the image, so that a report of a fault can say which one it was.
//!
//! Where a function lies is known when the image is linked. So the drivers' build makes room for a table
//! ([`TABLE`]) and lists the functions in a section that is not loaded ([`SECTION`]); whoever makes the flat
//! image fills the table with what [`encode`] gives.
//!
//! The table is a row of entries in the order of addresses. A driver's: [`DRIVER`], the length of its name, the
//! name; it holds until the next. A function's: how many characters its name has in common with the one before, how many
//! follow, those, and two LEB128 numbers in units of 4 bytes: how far it starts behind the end of the
//! function before, and its size. Then [`END`].
//!
//! In the image it is compressed: its length in 4 bytes, little endian, then a raw deflate stream (RFC 1951). No length
//! means that there is none.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The section of the linked image which lists the functions, as [`list`] writes it.
pub const SECTION: &str = ".ferrovisor.functions";
/// The symbol of the table.
pub const TABLE: &str = "fv_driver_symbols";
/// Begins the entry of a driver.
pub const DRIVER: u8 = 0xff;
/// Ends the table.
pub const END: u8 = 0xfe;
/// The longest name that is kept whole.
const LONGEST: usize = 0xf0;

/// A function of a driver where the linker put it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Function {
    /// From the image's start, in bytes.
    pub start: u64,
    /// In bytes.
    pub size: u64,
    /// Its name.
    pub name: String,
}

/// The functions of each object, with the driver that it is of, as text: `D driver` and `F function` by lines.
pub fn list(objects: &[(String, Vec<String>)]) -> String {
    let mut out = String::new();
    for (driver, functions) in objects {
        let _ = writeln!(out, "D {driver}");
        for function in functions {
            let _ = writeln!(out, "F {function}");
        }
    }
    out
}

/// Bytes to set aside for the table of these functions, before it is known which of them the linker keeps and where.
pub fn room(objects: &[(String, Vec<String>)]) -> usize {
    // As if each was kept, in this order, with a size that is not like the last.
    let names = objects.iter().flat_map(|(_, functions)| functions);
    let guess = names.scan(0, |at, name| {
        let start = *at;
        let size = 8 + 52 * (name.len() as u64 * 7 % 13);
        *at += size;
        Some(Function { start, size, name: name.clone() })
    });
    let packed = pack(&encode(&list(objects), &guess.collect::<Vec<_>>()));
    packed.len() + packed.len() / 8 + 64
}

/// A table as it is in the image.
pub fn pack(table: &[u8]) -> Vec<u8> {
    let mut packed = (table.len() as u32).to_le_bytes().to_vec();
    packed.extend(miniz_oxide::deflate::compress_to_vec(table, 10));
    packed
}

fn shared(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take(LONGEST).take_while(|(a, b)| a == b).count()
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// The table of those of `functions`, which are sorted, that `list` names. A name that several drivers have is of the
/// one whose functions lie beside it.
pub fn encode(list: &str, functions: &[Function]) -> Vec<u8> {
    let mut owners: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut driver = "";
    for line in list.lines() {
        match line.split_once(' ') {
            Some(("D", name)) => driver = name,
            Some(("F", name)) => _ = owners.entry(name).or_default().insert(driver),
            _ => {}
        }
    }
    let mut out = Vec::new();
    let (mut driver, mut before, mut end) = ("", "", 0);
    for function in functions {
        let Some(owner) = owners.get(function.name.as_str()) else { continue };
        if function.start < end {
            continue;
        }
        if !owner.contains(driver) {
            driver = owner.first().copied().unwrap_or_default();
            out.extend([DRIVER, driver.len() as u8]);
            out.extend(driver.bytes());
        }
        let name = function.name.get(..LONGEST).unwrap_or(&function.name);
        let common = shared(before, name);
        out.extend([common as u8, (name.len() - common) as u8]);
        out.extend(name.bytes().skip(common));
        number(&mut out, (function.start - end) / 4);
        number(&mut out, function.size.div_ceil(4));
        end = function.start + function.size.next_multiple_of(4);
        before = name;
    }
    out.push(END);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(start: u64, size: u64, name: &str) -> Function {
        Function { start, size, name: name.into() }
    }

    #[test]
    fn a_table_fits_its_room_and_shares_what_names_share() {
        let objects = [
            ("sunxi-mmc".to_owned(), vec!["sunxi_mmc_probe".to_owned(), "sunxi_mmc_remove".to_owned()]),
            ("rtc".to_owned(), vec!["rtc_probe".to_owned()]),
        ];
        let functions = [
            function(0x1000, 8, "_start"),
            function(0x20_0000, 0x104, "sunxi_mmc_probe"),
            function(0x20_0110, 0x20, "sunxi_mmc_remove"),
            function(0x20_0130, 6, "rtc_probe"),
        ];
        let table = encode(&list(&objects), &functions);
        assert!(pack(&table).len() <= room(&objects), "{} bytes in {}", pack(&table).len(), room(&objects));
        let mut expected = b"\xff\x09sunxi-mmc\x00\x0fsunxi_mmc_probe\x80\x80\x20\x41".to_vec();
        expected.extend(b"\x0a\x06remove\x03\x08\xff\x03rtc\x00\x09rtc_probe\x00\x02\xfe");
        assert_eq!(table, expected);
    }

    #[test]
    fn a_name_of_two_drivers_is_of_the_neighbours_driver() {
        let objects = [
            ("a".to_owned(), vec!["init".to_owned()]),
            ("b".to_owned(), vec!["b".to_owned(), "init".to_owned()]),
        ];
        let table = encode(&list(&objects), &[function(0, 4, "b"), function(4, 4, "init")]);
        assert_eq!(table, b"\xff\x01b\x00\x01b\x00\x01\x00\x04init\x00\x01\xfe");
    }
}
