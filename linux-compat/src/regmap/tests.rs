// SPDX-License-Identifier: GPL-2.0-only
//! Maps over memory, over functions, and over a bus that carries bytes.

use super::{bulk, cache, field, init, single};
use crate::bindings::{self, reg_default, reg_field, reg_sequence, regmap, regmap_bus, regmap_config, regmap_range};
use crate::errno::Errno;
use crate::testing::zeroed;
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::{null, null_mut};
use std::sync::Mutex;

/// A device of 256 registers of a byte.
struct Chip {
    regs: [u8; 256],
    transfers: Vec<(bool, u8, usize)>,
}

/// The chip behind what a bus's function is given.
///
/// # Safety
/// `context` must be a fixture's chip, which must outlive the guard.
unsafe fn chip<'a>(context: *mut c_void) -> std::sync::MutexGuard<'a, Chip> {
    // SAFETY: as the caller promises.
    unsafe { &*context.cast::<Mutex<Chip>>() }.lock().unwrap()
}

unsafe extern "C" fn read(c: *mut c_void, reg: *const c_void, _n: usize, val: *mut c_void, len: usize) -> c_int {
    // SAFETY: the map was made with the fixture's chip as context, and a register number has a byte (`config`).
    let (mut chip, reg) = unsafe { (chip(c), reg.cast::<u8>().read() & 0x7f) };
    chip.transfers.push((true, reg, len));
    for n in 0..len {
        // SAFETY: the map's buffer for the answer has `len` bytes.
        unsafe { val.cast::<u8>().add(n).write(chip.regs[usize::from(reg) + n]) };
    }
    0
}

unsafe extern "C" fn write(c: *mut c_void, data: *const c_void, len: usize) -> c_int {
    // SAFETY: the map was made with the fixture's chip as context, and hands over `len` bytes.
    let (mut chip, bytes) = unsafe { (chip(c), core::slice::from_raw_parts(data.cast::<u8>(), len)) };
    chip.transfers.push((false, bytes[0], len - 1));
    for (n, b) in bytes[1..].iter().enumerate() {
        chip.regs[usize::from(bytes[0]) + n] = *b;
    }
    0
}

fn config() -> regmap_config {
    let mut config: regmap_config = zeroed();
    (config.reg_bits, config.val_bits, config.max_register) = (8, 8, 0x3f);
    config
}

struct Fixture {
    chip: Box<Mutex<Chip>>,
    map: *mut regmap,
}

impl Fixture {
    fn new(config: &regmap_config) -> Self {
        let mut chip = Box::new(Mutex::new(Chip { regs: [0; 256], transfers: vec![] }));
        let mut bus: regmap_bus = zeroed();
        bus.read = Some(read);
        bus.write = Some(write);
        bus.read_flag_mask = 0x80;
        let context = (&raw mut *chip).cast();
        // SAFETY: the chip is in a box that lives as long as the map, and the bus and the configuration are copied.
        let map = unsafe { init::init(null_mut(), &raw const bus, context, config, null_mut(), null()) };
        assert!(Errno::check_ptr(map).is_ok());
        Self { chip, map }
    }
    fn write(&self, reg: c_uint, val: c_uint) -> c_int {
        // SAFETY: the fixture's map, until it is dropped.
        unsafe { single::write(self.map, reg, val) }
    }
    fn read(&self, reg: c_uint) -> Result<c_uint, c_int> {
        let mut val = 0;
        // SAFETY: the fixture's map; the value is for the call only.
        match unsafe { single::read(self.map, reg, &raw mut val) } {
            0 => Ok(val),
            error => Err(error),
        }
    }
    /// What the fixture's map has for `bits` of register 0x10: 1, 0 or an error.
    fn test_bits(&self, bits: c_uint) -> c_int {
        // SAFETY: the fixture's map.
        unsafe { single::test_bits(self.map, 0x10, bits) }
    }
    /// Writes the registers of a sequence; its first `count`.
    fn sequence(&self, sequence: &[reg_sequence], count: c_int) -> c_int {
        let first = if sequence.is_empty() { null() } else { sequence.as_ptr() };
        // SAFETY: as many as the callers say, or null, which is refused.
        unsafe { single::write_sequence(self.map, first, count) }
    }
    fn cache_only(&self, only: bool) {
        // SAFETY: the fixture's map.
        unsafe { cache::cache_only(self.map, only) };
    }
    fn reg(&self, n: usize) -> u8 {
        self.chip.lock().unwrap().regs[n]
    }
    fn transfers(&self) -> Vec<(bool, u8, usize)> {
        core::mem::take(&mut self.chip.lock().unwrap().transfers)
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // SAFETY: made in `new`, and nobody uses it any more.
        unsafe { init::exit(self.map) };
    }
}

#[test]
fn registers_are_read_and_written() {
    let f = Fixture::new(&config());
    assert_eq!(f.write(0x10, 0xa5), 0);
    assert_eq!((f.reg(0x10), f.read(0x10)), (0xa5, Ok(0xa5)));
    let mut change = false;
    let update = |mask, val, change: &mut bool, force| {
        // SAFETY: the fixture's map; `change` is for the call only.
        unsafe { single::update_bits(f.map, 0x10, mask, val, change, false, force) }
    };
    assert_eq!(update(0x0f, 0x05, &mut change, false), 0);
    assert!(!change);
    assert_eq!(update(0xf0, 0x30, &mut change, false), 0);
    assert!(change && f.reg(0x10) == 0x35);
    f.transfers();
    update(0, 0, &mut change, true);
    assert_eq!(f.transfers(), [(true, 0x10, 1), (false, 0x10, 1)]);
    assert_eq!((f.test_bits(0x31), f.test_bits(0x40)), (1, 0));
}

#[test]
fn what_may_not_be_accessed_is_refused() {
    let ranges = [regmap_range { range_min: 8, range_max: 9 }];
    let table = bindings::regmap_access_table {
        yes_ranges: null(),
        n_yes_ranges: 0,
        no_ranges: ranges.as_ptr(),
        n_no_ranges: 1,
    };
    let mut c = config();
    (c.wr_table, c.reg_stride) = (&raw const table, 2);
    let f = Fixture::new(&c);
    assert_eq!(f.write(8, 1), Errno::EIO.to_c());
    assert_eq!(f.write(6, 1), 0);
    assert_eq!(f.write(7, 1), Errno::EINVAL.to_c(), "between registers");
    assert_eq!(f.read(0x40), Err(Errno::EIO.to_c()), "behind the last");
}

#[test]
fn many_registers_go_at_once() {
    let mut c = config();
    c.max_raw_read = 3;
    let f = Fixture::new(&c);
    // SAFETY: the fixture's map, and four registers of a byte.
    assert_eq!(unsafe { bulk::bulk_write(f.map, 4, [1u8, 2, 3, 4].as_ptr().cast(), 4) }, 0);
    assert_eq!(f.transfers(), [(false, 4, 4)]);
    let mut back = [0u8; 4];
    // SAFETY: the fixture's map, and room for four registers of a byte.
    assert_eq!(unsafe { bulk::bulk_read(f.map, 4, back.as_mut_ptr().cast(), 4) }, 0);
    assert_eq!((back, f.transfers()), ([1, 2, 3, 4], vec![(true, 4, 3), (true, 7, 1)]));
}

#[test]
fn sequences_are_written_in_order() {
    let f = Fixture::new(&config());
    let seq = [(1, 2), (3, 4)].map(|(reg, def)| reg_sequence { reg, def, delay_us: 0 });
    assert_eq!(f.sequence(&seq, 2), 0);
    assert_eq!(f.transfers(), [(false, 1, 1), (false, 3, 1)]);
    assert_eq!(f.sequence(&[], 2), Errno::EINVAL.to_c());
}

#[test]
fn the_cache_keeps_what_was_written() {
    let defaults = [reg_default { reg: 2, def: 0x22 }, reg_default { reg: 3, def: 0x33 }];
    let mut c = config();
    c.cache_type = bindings::REGCACHE_MAPLE;
    (c.reg_defaults, c.num_reg_defaults) = (defaults.as_ptr(), 2);
    let f = Fixture::new(&c);
    assert_eq!(f.read(2), Ok(0x22));
    f.write(4, 0x44);
    assert_eq!(f.read(4), Ok(0x44));
    assert_eq!(f.transfers(), [(false, 4, 1)], "reads come from the cache");
    f.cache_only(true);
    f.write(3, 0x99);
    assert_eq!(f.read(9), Err(Errno::EBUSY.to_c()), "not in the cache");
    assert_eq!(f.transfers(), []);
    f.cache_only(false);
    // SAFETY: the fixture's map, which has a cache.
    let error = unsafe {
        cache::mark_dirty(f.map);
        cache::sync(f.map)
    };
    assert_eq!(error, 0);
    assert_eq!(f.transfers(), [(false, 3, 1), (false, 4, 1)], "what the device lacks");
    f.chip.lock().unwrap().regs[4] = 7;
    let mut val = 0;
    // SAFETY: the fixture's map; the value is for the call only.
    assert_eq!(unsafe { single::read_bypassed(f.map, 4, &raw mut val) }, 0);
    assert_eq!((val, f.read(4)), (7, Ok(0x44)));
    // SAFETY: the fixture's map.
    unsafe { cache::drop_region(f.map, 4, 4) };
    assert_eq!(f.read(4), Ok(7));
}

#[test]
fn fields_are_bits_of_a_register() {
    let f = Fixture::new(&config());
    let made = field::alloc_field(f.map, reg_field { reg: 5, lsb: 2, msb: 4, id_size: 3, id_offset: 0x10 });
    f.write(5, 0xff);
    let mut val = 0;
    // SAFETY: the field is used until it is freed, at the end, and its map outlives it.
    unsafe {
        assert_eq!(field::update(made, !0, 0b010, null_mut(), false, false), 0);
        assert_eq!(field::read(made, &raw mut val), 0);
        assert_eq!((val, f.reg(5)), (0b010, 0xeb));
        assert_eq!(field::update_of(made, 2, !0, 7, null_mut(), false, false), 0);
        assert_eq!(f.reg(0x25), 0x1c);
        assert_eq!(field::read_of(made, 3, &raw mut val), Errno::EINVAL.to_c());
        field::free(made);
    }
    let wrong = field::alloc_field(f.map, reg_field { reg: 5, lsb: 4, msb: 2, id_size: 0, id_offset: 0 });
    assert!(Errno::check_ptr(wrong).is_err());
}

#[test]
fn registers_in_memory() {
    let mut memory = [0u32; 4];
    let mut c = config();
    (c.reg_bits, c.val_bits, c.reg_stride, c.max_register) = (32, 32, 4, 12);
    let mut dev: Box<bindings::device> = Box::new(zeroed());
    // SAFETY: the device and the four words outlive the map.
    let map = unsafe {
        init::init_memory(&raw mut *dev, null(), memory.as_mut_ptr().cast(), &raw const c, null_mut(), null())
    };
    // SAFETY: the map is used until `exit`, at the end.
    unsafe {
        assert_eq!(single::write(map, 8, 0x1234_5678), 0);
        assert_eq!(single::write(map, 16, 1), Errno::EIO.to_c());
        let mut val = 0;
        assert_eq!(single::read(map, 8, &raw mut val), 0);
        assert_eq!((val, init::find(&raw mut *dev, null())), (0x1234_5678, map));
        init::exit(map);
        assert!(init::find(&raw mut *dev, null()).is_null());
    }
    assert_eq!(memory, [0, 0, 0x1234_5678, 0]);
}

#[test]
fn pages_are_selected_by_a_register() {
    let range = bindings::regmap_range_cfg {
        name: null(),
        range_min: 0x100,
        range_max: 0x1ff,
        selector_reg: 0x3f,
        selector_mask: 0x0f,
        selector_shift: 0,
        window_start: 0x20,
        window_len: 0x10,
    };
    let mut c = config();
    (c.ranges, c.num_ranges, c.max_register) = (&raw const range, 1, 0x1ff);
    let f = Fixture::new(&c);
    assert_eq!(f.write(0x125, 0x77), 0);
    assert_eq!((f.reg(0x3f), f.reg(0x25)), (2, 0x77));
}
