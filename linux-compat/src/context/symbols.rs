// SPDX-License-Identifier: GPL-2.0-only
//! The names of the drivers' functions, from the table that is filled when the image is made (crate `driver-config`,
//! module `symbols`, has its form). It is read from front to back: for reports, not for speed.

use alloc::boxed::Box;
use core::fmt;
use kernel::sync::Once;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// Begins the entry of a driver.
const DRIVER: u8 = 0xff;
/// Ends the table.
const END: u8 = 0xfe;
/// Characters of a name that are kept.
const NAME: usize = 96;

/// Where an address lies in the drivers' code.
#[derive(Clone, Copy)]
pub struct Symbol {
    /// The driver: its folder in `ported-drivers/`.
    pub driver: &'static str,
    name: [u8; NAME],
    length: usize,
    /// Bytes from the function's start.
    pub offset: u64,
}

impl Symbol {
    /// The function's name.
    pub fn name(&self) -> &str {
        self.name.get(..self.length).and_then(|name| core::str::from_utf8(name).ok()).unwrap_or("?")
    }
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}+{:#x} [{}]", self.name(), self.offset, self.driver)
    }
}

/// A table as it is read.
struct Reader(&'static [u8]);

impl Reader {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn bytes(&mut self, count: usize) -> Option<&'static [u8]> {
        let (bytes, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(bytes)
    }

    fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..63).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

/// Where `offset`, counted from the image's start, lies; `None` outside of the drivers' code.
fn find_in(table: &'static [u8], offset: u64) -> Option<Symbol> {
    let mut table = Reader(table);
    let mut symbol = Symbol { driver: "?", name: [0; NAME], length: 0, offset: 0 };
    let mut start = 0u64;
    loop {
        let shared = match table.byte()? {
            END => return None,
            DRIVER => {
                let length = table.byte()?;
                symbol.driver = core::str::from_utf8(table.bytes(length.into())?).ok()?;
                continue;
            }
            shared => usize::from(shared),
        };
        let length = table.byte()?;
        let suffix = table.bytes(length.into())?;
        for (to, &from) in symbol.name.iter_mut().skip(shared).zip(suffix) {
            *to = from;
        }
        symbol.length = (shared + suffix.len()).min(NAME);
        start = start.checked_add(table.number()?.checked_mul(4)?)?;
        let size = table.number()?.checked_mul(4)?;
        if offset < start {
            return None;
        }
        if offset - start < size {
            symbol.offset = offset - start;
            return Some(symbol);
        }
        start = start.checked_add(size)?;
    }
}

/// The table, unpacked.
static TABLE: Once<Box<[u8]>> = Once::new();

/// Unpacks the image's table. Context: boot, once; may allocate.
#[cfg(target_os = "none")]
pub(super) fn init() {
    unsafe extern "C" {
        /// As long as the drivers' build made it.
        static fv_driver_symbols: [u8; 4];
    }
    /// More than any table takes.
    const MOST: usize = 1 << 20;
    let packed = &raw const fv_driver_symbols;
    // SAFETY: read-only data of the image. It was filled when the image was made, which the compiler does not know.
    let length = u32::from_le_bytes(unsafe { packed.read_volatile() }) as usize;
    if length == 0 || length > MOST {
        return;
    }
    // SAFETY: the stream ends within the table; what is behind it in the image is not read beyond that end.
    let stream = unsafe { core::slice::from_raw_parts(packed.add(1).cast::<u8>(), MOST) };
    if let Some(table) = unpack(stream, length) {
        TABLE.call_once(|| table);
    }
}

#[cfg(not(target_os = "none"))]
pub(super) fn init() {}

#[cfg_attr(not(any(target_os = "none", test)), expect(dead_code, reason = "host builds have no table"))]
/// A table of that length from the deflate stream that `stream` begins with.
fn unpack(stream: &[u8], length: usize) -> Option<Box<[u8]>> {
    let mut table = alloc::vec![0; length].into_boxed_slice();
    let mut state = Box::<DecompressorOxide>::default();
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let (status, _, count) = decompress(&mut state, stream, &mut table, 0, flags);
    (status == TINFLStatus::Done && count == length).then_some(table)
}

fn table() -> &'static [u8] {
    TABLE.get().map_or(&[END], |table| table)
}

/// Where an address lies in the drivers' code; `None` outside of it. Context: any.
pub fn find(address: u64) -> Option<Symbol> {
    find_in(table(), address.checked_sub(kernel::panic::image().0)?)
}

/// An address for reports: by name in the drivers' code, else from the image's start.
pub struct Place(pub u64);

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match find(self.0) {
            Some(symbol) => symbol.fmt(f),
            None => write!(f, "image + {:#x}", self.0.wrapping_sub(kernel::panic::image().0)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driver_config::symbols::{Function, encode, list, pack};

    #[test]
    fn addresses_are_found_by_name() {
        let objects = [
            ("sunxi-mmc".to_owned(), vec!["sunxi_mmc_probe".to_owned(), "sunxi_mmc_remove".to_owned()]),
            ("rtc".to_owned(), vec!["rtc_probe".to_owned()]),
        ];
        let function = |start, size, name: &str| Function { start, size, name: name.into() };
        let functions = [
            function(0x20_0000, 0x104, "sunxi_mmc_probe"),
            function(0x20_0110, 0x20, "sunxi_mmc_remove"),
            function(0x20_0130, 6, "rtc_probe"),
        ];
        let table: &'static [u8] = encode(&list(&objects), &functions).leak();
        let at = |address| find_in(table, address).map(|symbol| symbol.to_string());
        assert_eq!(at(0x1f_fffc), None);
        assert_eq!(at(0x20_0000).as_deref(), Some("sunxi_mmc_probe+0x0 [sunxi-mmc]"));
        assert_eq!(at(0x20_0103).as_deref(), Some("sunxi_mmc_probe+0x103 [sunxi-mmc]"));
        assert_eq!(at(0x20_0108), None, "between two functions");
        assert_eq!(at(0x20_0114).as_deref(), Some("sunxi_mmc_remove+0x4 [sunxi-mmc]"));
        assert_eq!(at(0x20_0134).as_deref(), Some("rtc_probe+0x4 [rtc]"));
        assert_eq!(at(0x20_0138), None, "behind the last");
    }

    #[test]
    fn a_table_is_unpacked() {
        let table: Vec<u8> = (0..2000u32).map(|n| ((n * n) >> 3) as u8).collect();
        let packed = pack(&table);
        let (length, stream) = packed.split_first_chunk().unwrap();
        let length = u32::from_le_bytes(*length) as usize;
        let behind = [stream, &[0xaa; 100]].concat();
        assert_eq!(unpack(&behind, length).as_deref(), Some(&table[..]));
        assert!(unpack(&behind, length - 1).is_none() && unpack(&behind, length + 1).is_none());
        assert!(unpack(&stream[..stream.len() / 2], length).is_none());
    }

    #[test]
    fn a_table_that_is_cut_or_wrong_names_nothing() {
        for table in [&b""[..], b"\xff", b"\xff\x09sun", b"\x00\x20name", b"\x05", b"\x00\x01a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"] {
            assert!(find_in(Box::leak(table.to_vec().into_boxed_slice()), 0x1000).is_none());
        }
    }
}
