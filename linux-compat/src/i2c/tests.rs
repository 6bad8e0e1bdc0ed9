// SPDX-License-Identifier: GPL-2.0-only
//! I2C through the functions that C drivers call: an adapter with a chip of 256 registers, and drivers of chips.

use super::{adapter, bus, client, misc, target, transfer};
use crate::bindings::{
    self, i2c_adapter, i2c_algorithm, i2c_board_info, i2c_client, i2c_device_id, i2c_driver, i2c_msg, of_device_id,
};
use crate::errno::Errno;
use crate::testing::{device_at, node, release_managed, zeroed};
use core::ffi::{CStr, c_char, c_int, c_void};
use core::ptr;
use std::sync::Mutex;

/// What an adapter's chip holds, and where the next access is.
#[derive(Clone, Copy)]
struct Chip {
    registers: [u8; 256],
    at: usize,
}

/// The chips by the addresses of their adapters.
static CHIPS: Mutex<Vec<(usize, Chip)>> = Mutex::new(Vec::new());

fn chip<R>(adap: *mut i2c_adapter, f: impl FnOnce(&mut Chip) -> R) -> R {
    let mut chips = CHIPS.lock().unwrap();
    f(&mut chips.iter_mut().find(|(a, _)| *a == adap.addr()).unwrap().1)
}

/// One chip at 0x50; at other addresses nobody answers.
unsafe extern "C" fn xfer(adap: *mut i2c_adapter, msgs: *mut i2c_msg, num: c_int) -> c_int {
    // SAFETY: as many messages, each with its buffer.
    unsafe {
        for m in core::slice::from_raw_parts_mut(msgs, num as usize) {
            if m.addr != 0x50 {
                return Errno::ENXIO.to_c();
            }
            // The chip says how many bytes follow the first one; the buffer has room for the most.
            if m.flags & bindings::I2C_M_RECV_LEN as u16 != 0 {
                m.len += u16::from(chip(adap, |c| c.registers[c.at & 255]));
            }
            let bytes = core::slice::from_raw_parts_mut(m.buf, m.len.into());
            chip(adap, |c| {
                for (n, byte) in bytes.iter_mut().enumerate() {
                    if m.flags & bindings::I2C_M_RD as u16 != 0 {
                        *byte = c.registers[c.at & 255];
                        c.at += 1;
                    } else if n == 0 {
                        c.at = (*byte).into();
                    } else {
                        c.registers[c.at & 255] = *byte;
                        c.at += 1;
                    }
                }
            });
        }
    }
    num
}

unsafe extern "C" fn functionality(_: *mut i2c_adapter) -> u32 {
    bindings::I2C_FUNC_I2C | bindings::I2C_FUNC_10BIT_ADDR | bindings::I2C_FUNC_SMBUS_EMUL_ALL
}

/// An adapter that is not registered yet.
fn new(path: Option<&str>) -> *mut i2c_adapter {
    let mut algo: i2c_algorithm = zeroed();
    algo.__bindgen_anon_1.xfer = Some(xfer);
    algo.functionality = Some(functionality);
    let mut adap: i2c_adapter = zeroed();
    adap.algo = Box::leak(Box::new(algo));
    adap.name.iter_mut().zip(b"test bus").for_each(|(to, from)| *to = *from as c_char);
    adap.dev.parent = device_at("test-i2c", path);
    adap.dev.of_node = path.map_or(ptr::null_mut(), |path| node(path).as_raw());
    adap.nr = -1;
    let adap = Box::into_raw(Box::new(adap));
    CHIPS.lock().unwrap().push((adap.addr(), Chip { registers: [0; 256], at: 0 }));
    adap
}

fn info(name: &str, address: u16) -> i2c_board_info {
    let mut info: i2c_board_info = zeroed();
    info.type_.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from as c_char);
    info.addr = address;
    info
}

#[test]
fn transfers_reach_the_algorithm() {
    let adap = new(None);
    // SAFETY: the test's adapter, its client, and buffers of the lengths that are said.
    unsafe {
        let mut registers = [5u8, 1, 2];
        let mut msg = i2c_msg { addr: 0x50, flags: 0, len: 3, buf: registers.as_mut_ptr() };
        assert_eq!(transfer::transfer(adap, &mut msg, 1), Errno::ENODEV.to_c(), "not registered yet");
        assert_eq!(adapter::add(adap), 0);
        assert_eq!(transfer::transfer(adap, &mut msg, 1), 1);
        assert_eq!(transfer::transfer(adap, &mut msg, 0), Errno::EINVAL.to_c());
        msg.addr = 0x51;
        assert_eq!(transfer::transfer(adap, &mut msg, 1), Errno::ENXIO.to_c(), "nobody is there");
        let c = client::new_client(adap, &info("chip", 0x50));
        assert!(Errno::check_ptr(c).is_ok());
        assert_eq!(client::new_client(adap, &info("chip", 0x50)), Errno::EBUSY.to_ptr());
        assert_eq!((transfer::read_byte_data(c, 5), transfer::read_word_data(c, 5)), (1, 0x0201));
        assert_eq!((transfer::write_byte_data(c, 6, 7), transfer::write_word_data(c, 8, 0x1234)), (0, 0));
        assert_eq!(chip(adap, |c| c.registers[5..10].to_vec()), [1, 7, 0, 0x34, 0x12]);
        // A byte without a command sets the place, and a read goes on from there.
        assert_eq!((transfer::write_byte(c, 8), transfer::read_byte(c)), (0, 0x34));
        let mut block = [0u8; 32];
        assert_eq!(transfer::write_i2c_block(c, 0x20, 3, [9u8, 8, 7].as_ptr()), 0);
        assert_eq!(transfer::read_i2c_block(c, 0x20, 3, block.as_mut_ptr()), 3);
        assert_eq!(block[..4], [9, 8, 7, 0]);
        assert_eq!(transfer::read_i2c_block_or_emulated(c, 0x21, 2, block.as_mut_ptr()), 2);
        assert_eq!(block[..2], [8, 7]);
        assert_eq!(transfer::write_block_data(c, 0x40, 2, [5u8, 6].as_ptr()), 0);
        assert_eq!(chip(adap, |c| c.registers[0x40..0x43].to_vec()), [2, 5, 6], "its length comes first");
        assert_eq!(transfer::read_block_data(c, 0x40, block.as_mut_ptr()), 2);
        assert_eq!(block[..2], [5, 6]);
        let mut text = [0x60 as c_char, 3];
        assert_eq!(transfer::transfer_buffer(c, text.as_mut_ptr(), 2, 0), 2);
        assert_eq!(transfer::transfer_buffer(c, text.as_mut_ptr(), 70000, 0), Errno::EINVAL.to_c());
        let mut data = zeroed::<bindings::i2c_smbus_data>();
        let read = |command, kind, data: *mut _| transfer::smbus_xfer(adap, 0x50, 0, 1, command, kind, data);
        assert_eq!(read(0x60, bindings::I2C_SMBUS_BYTE_DATA as c_int, &mut data), 0);
        assert_eq!((data.byte, read(0, 99, &mut data)), (3, Errno::EOPNOTSUPP.to_c()));
        // A held bus is used by who holds it.
        assert_eq!(transfer::try_lock(adap, 0), 1);
        assert_eq!(transfer::try_lock(adap, 0), 0);
        msg.addr = 0x50;
        assert_eq!(transfer::transfer_unlocked(adap, &mut msg, 1), 1);
        assert_eq!(transfer::smbus_xfer_unlocked(adap, 0x50, 0, 1, 5, bindings::I2C_SMBUS_BYTE_DATA as c_int, &mut data), 0);
        transfer::unlock(adap, 0);
        transfer::lock(adap, 0);
        transfer::unlock(adap, 0);
        misc::mark_suspended(adap);
        assert_eq!(transfer::read_byte(c), Errno::ESHUTDOWN.to_c());
        misc::mark_resumed(adap);
        assert!(transfer::read_byte(c) >= 0);
        client::unregister(c);
        adapter::del(adap);
        assert_eq!(transfer::transfer(adap, &mut msg, 1), Errno::ENODEV.to_c());
        // Of x^8 + x^2 + x + 1.
        assert_eq!(transfer::pec(0, [0x31u8].as_ptr().cast_mut(), 1), 0x97);
    }
}

/// What probes and removes said.
static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());

unsafe extern "C" fn probe(c: *mut i2c_client) -> c_int {
    // SAFETY: called for a client.
    unsafe {
        let data = client::match_data(c).addr();
        let of = client::of_match((*(*c).dev.driver).of_match_table, c);
        SAID.lock().unwrap().push(format!("probe {:#x} data {data} {}", (*c).addr, !of.is_null()));
    }
    0
}

unsafe extern "C" fn remove(c: *mut i2c_client) {
    // SAFETY: called for a client.
    SAID.lock().unwrap().push(format!("remove {:#x}", unsafe { (*c).addr }));
}

fn ids(names: &[(&str, usize)]) -> *const i2c_device_id {
    let mut table: Vec<i2c_device_id> = Vec::new();
    for (name, data) in names {
        let mut id: i2c_device_id = zeroed();
        id.name.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from as c_char);
        id.driver_data = *data as _;
        table.push(id);
    }
    table.push(zeroed());
    table.leak().as_ptr()
}

#[test]
fn clients_meet_drivers() {
    let adap = new(Some("/i2c-a"));
    let mut table: [of_device_id; 2] = [zeroed(), zeroed()];
    table[0].compatible.iter_mut().zip(b"maker,clock-chip").for_each(|(to, from)| *to = *from as c_char);
    table[0].data = ptr::without_provenance::<c_void>(11);
    let mut driver: i2c_driver = zeroed();
    driver.driver.name = c"test-clock".as_ptr();
    driver.driver.of_match_table = Box::leak(Box::new(table)).as_ptr();
    driver.id_table = ids(&[("other", 21), ("by-name", 22)]);
    driver.probe = Some(probe);
    driver.remove = Some(remove);
    let driver = Box::into_raw(Box::new(driver));
    // SAFETY: the test's adapter, driver, and clients of both.
    unsafe {
        assert_eq!(bus::register(ptr::null_mut(), driver), 0);
        assert_eq!(adapter::add(adap), 0);
        assert_eq!(*SAID.lock().unwrap(), ["probe 0x68 data 11 true"], "of the tree");
        let c = client::new_client(adap, &info("by-name", 0x30));
        assert_eq!(SAID.lock().unwrap()[1], "probe 0x30 data 22 false");
        assert_eq!((*client::device_id(c)).driver_data, 22);
        assert!(client::match_id((*driver).id_table, ptr::null()).is_null());
        assert_eq!(client::verify(&raw mut (*c).dev), c);
        assert!(client::verify(&raw mut (*adap).dev).is_null() && adapter::verify(&raw mut (*c).dev).is_null());
        assert_eq!(adapter::verify(&raw mut (*adap).dev), adap);
        let fwnode = |path: &str| &raw mut (*node(path).as_raw()).fwnode;
        let clock = misc::find_device(fwnode("/i2c-a/clock@68"));
        assert_eq!(((*clock).addr, (*clock).flags), (0x68, bindings::I2C_CLIENT_WAKE as u16));
        crate::device::put(&raw mut (*clock).dev);
        assert!(misc::find_device(fwnode("/i2c-a/off@20")).is_null(), "it is not available");
        let wide = misc::find_device(fwnode("/i2c-a/wide@40000123"));
        assert_eq!(((*wide).addr, (*wide).flags), (0x123, bindings::I2C_CLIENT_TEN as u16));
        crate::device::put(&raw mut (*wide).dev);
        let by_node = misc::find_adapter(&raw mut (*node("/i2c-a").as_raw()).fwnode);
        assert!(by_node == adap && misc::find_adapter(ptr::null_mut()).is_null());
        adapter::put(by_node);
        // A second address by its name, a third by default.
        let memory = client::new_ancillary(clock, c"memory".as_ptr(), 0x10);
        let third = client::new_ancillary(clock, c"nothing".as_ptr(), 0x11);
        assert_eq!(((*memory).addr, (*third).addr), (0x6a, 0x11));
        let owner = device_at("owner", None);
        assert_eq!((*client::new_dummy_managed(owner, adap, 0x12)).addr, 0x12);
        assert_eq!(client::new_dummy(adap, 0x12), Errno::EBUSY.to_ptr());
        release_managed(owner);
        let again = client::new_dummy(adap, 0x12);
        assert!(Errno::check_ptr(again).is_ok(), "the device gave it back");
        let mut found = info("", 0);
        assert_eq!(client::board_info_c(ptr::null_mut(), node("/i2c-a/clock@68").as_raw(), &mut found), 0);
        assert_eq!((found.addr, CStr::from_ptr(found.type_.as_ptr())), (0x68, c"clock-chip"));
        bus::unregister(driver);
        adapter::del(adap);
        assert_eq!(SAID.lock().unwrap()[2..].iter().filter(|s| s.starts_with("remove")).count(), 2);
        assert!(misc::find_device(fwnode("/i2c-a/clock@68")).is_null(), "clients go with their adapter");
    }
}

#[test]
fn adapters_have_numbers() {
    let (adap, other) = (new(None), new(None));
    // SAFETY: the test's adapters and device.
    unsafe {
        (*adap).nr = 77;
        assert_eq!(adapter::add_numbered(adap), 0);
        (*other).nr = 77;
        assert_eq!(adapter::add_numbered(other), Errno::EBUSY.to_c());
        (*other).nr = -1;
        let owner = device_at("owner", None);
        assert_eq!(adapter::add_managed(owner, other), 0);
        assert!((*other).nr != 77 && (*other).timeout == bindings::HZ as c_int);
        let got = adapter::get(77);
        assert!(got == adap && adapter::get(78).is_null());
        adapter::put(got);
        assert_eq!(misc::recover_bus(adap), Errno::EBUSY.to_c(), "it has no means");
        release_managed(owner);
        assert!(adapter::get((*other).nr).is_null());
        adapter::del(adap);
        let nameless = new(None);
        (*nameless).name[0] = 0;
        assert_eq!(adapter::add(nameless), Errno::EINVAL.to_c());
    }
}

#[test]
fn timings_of_the_tree() {
    let dev = device_at("timings", Some("/i2c-a"));
    let mut t: bindings::i2c_timings = zeroed();
    t.sda_hold_ns = 5;
    // SAFETY: the test's device and variable; names are C strings.
    unsafe {
        misc::parse_timings(dev, &mut t, false);
        assert_eq!((t.bus_freq_hz, t.scl_rise_ns, t.sda_hold_ns), (400_000, 111, 5));
        misc::parse_timings(dev, &mut t, true);
        assert_eq!((t.scl_fall_ns, t.sda_fall_ns, t.sda_hold_ns), (300, 300, 0));
        assert_eq!(CStr::from_ptr(misc::mode_name(400_000)), c"Fast Mode (400 kHz)");
        assert_eq!(CStr::from_ptr(misc::mode_name(1)), c"Unknown Mode");
        let mut byte = 0u8;
        let mut msg = i2c_msg { addr: 1, flags: 0, len: 1, buf: &mut byte };
        assert!(misc::dma_buffer(&mut msg, 1).is_null());
        msg.flags = bindings::I2C_M_DMA_SAFE as u16;
        assert!(misc::dma_buffer(&mut msg, 2).is_null() && misc::dma_buffer(&mut msg, 1) == &raw mut byte);
        misc::put_dma_buffer(&mut byte, &mut msg, true);
    }
}

/// A device that holds the data line until it has seen as many clock pulses.
static HELD: Mutex<(u32, bool, Vec<&str>)> = Mutex::new((0, true, Vec::new()));

unsafe extern "C" fn get_scl(_: *mut i2c_adapter) -> c_int {
    HELD.lock().unwrap().1.into()
}

unsafe extern "C" fn set_scl(_: *mut i2c_adapter, high: c_int) {
    let mut held = HELD.lock().unwrap();
    if high != 0 && !held.1 {
        held.0 = held.0.saturating_sub(1);
    }
    held.1 = high != 0;
}

unsafe extern "C" fn get_sda(_: *mut i2c_adapter) -> c_int {
    (HELD.lock().unwrap().0 == 0).into()
}

unsafe extern "C" fn prepare(_: *mut i2c_adapter) {
    HELD.lock().unwrap().2.push("prepare");
}

unsafe extern "C" fn unprepare(_: *mut i2c_adapter) {
    HELD.lock().unwrap().2.push("unprepare");
}

#[test]
fn a_bus_that_is_held_is_freed() {
    // Time goes on in the machine only.
    crate::machine::machine().run(free_a_bus);
}

fn free_a_bus() {
    let adap = new(None);
    // SAFETY: the test's adapter and its means.
    unsafe {
        assert_eq!(misc::scl_recovery(adap), Errno::EBUSY.to_c(), "it has no means");
        let info: *mut bindings::i2c_bus_recovery_info = Box::into_raw(Box::new(core::mem::zeroed()));
        (*adap).bus_recovery_info = info;
        assert_eq!(misc::scl_recovery(adap), Errno::EOPNOTSUPP.to_c(), "it cannot move the lines");
        (*info).get_scl = Some(get_scl);
        (*info).set_scl = Some(set_scl);
        (*info).get_sda = Some(get_sda);
        (*info).prepare_recovery = Some(prepare);
        (*info).unprepare_recovery = Some(unprepare);
        *HELD.lock().unwrap() = (3, true, Vec::new());
        assert_eq!(misc::scl_recovery(adap), 0);
        assert_eq!(*HELD.lock().unwrap(), (0, true, vec!["prepare", "unprepare"]));
        // It holds on for longer than a byte lasts.
        *HELD.lock().unwrap() = (30, true, Vec::new());
        assert_eq!(misc::scl_recovery(adap), Errno::EBUSY.to_c());
        assert_eq!(*HELD.lock().unwrap(), (21, true, vec!["prepare", "unprepare"]));
    }
}

/// What others did with our address.
static EVENTS: Mutex<Vec<u32>> = Mutex::new(Vec::new());

unsafe extern "C" fn heard(_: *mut i2c_client, event: bindings::i2c_slave_event, val: *mut u8) -> c_int {
    EVENTS.lock().unwrap().push(event);
    // SAFETY: the caller's byte.
    unsafe { *val += 1 };
    0
}

unsafe extern "C" fn listen(client: *mut i2c_client) -> c_int {
    let mut byte = 7;
    // SAFETY: the core calls with a client.
    unsafe {
        let result = target::event_c(client, bindings::I2C_SLAVE_WRITE_REQUESTED, &raw mut byte);
        if result == 0 && byte == 8 { 0 } else { Errno::EIO.to_c() }
    }
}

unsafe extern "C" fn ignore(_: *mut i2c_client) -> c_int {
    0
}

#[test]
fn an_adapter_is_a_device_of_another_s_bus() {
    let adap = new(None);
    // SAFETY: adapters and clients of the test.
    unsafe {
        assert_eq!(adapter::add(adap), 0);
        let own = client::new_client(adap, &info("own", 0x42));
        assert_eq!(target::register(own, None), Errno::EINVAL.to_c());
        assert_eq!(target::register(own, Some(heard)), Errno::EOPNOTSUPP.to_c(), "the adapter cannot");
        let mut algorithm = *(*adap).algo;
        algorithm.__bindgen_anon_3.reg_slave = Some(listen);
        algorithm.__bindgen_anon_4.unreg_slave = Some(ignore);
        let before = (*adap).algo;
        (*adap).algo = &raw const algorithm;
        assert_eq!(target::register(own, Some(heard)), 0);
        assert_eq!(*EVENTS.lock().unwrap(), [bindings::I2C_SLAVE_WRITE_REQUESTED]);
        assert_eq!((target::unregister(own), (*own).slave_cb.is_none()), (0, true));
        assert_eq!(target::event_c(own, bindings::I2C_SLAVE_STOP, ptr::null_mut()), Errno::EINVAL.to_c());
        (*own).addr = 3;
        assert_eq!(target::register(own, Some(heard)), Errno::EINVAL.to_c(), "an address of the bus");
        (*own).addr = 0x42;
        assert_eq!(target::unregister(ptr::null_mut()), Errno::EINVAL.to_c());
        assert!(!target::is_wanted(&raw mut (*adap).dev));
        (*adap).algo = before;
        client::unregister(own);
        adapter::del(adap);
    }
}
