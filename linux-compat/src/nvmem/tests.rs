// SPDX-License-Identifier: GPL-2.0-only
//! A driver in C's way whose memory is an array.

use super::{consumer, provider};
use crate::bindings::{device, nvmem_cell_info, nvmem_config, nvmem_keepout};
use crate::errno::Errno;
use crate::testing::{release_managed, zeroed};
use core::ffi::{c_int, c_uint, c_void};
use core::ptr::null_mut;

unsafe extern "C" fn read(private: *mut c_void, offset: c_uint, val: *mut c_void, bytes: usize) -> c_int {
    // SAFETY: the core asks for bytes within `size`, which is the array's, and has room for them; they do not overlap.
    unsafe { val.cast::<u8>().copy_from(private.cast::<u8>().add(offset as usize), bytes) };
    0
}

unsafe extern "C" fn write(private: *mut c_void, offset: c_uint, val: *mut c_void, bytes: usize) -> c_int {
    // SAFETY: the core writes bytes within `size`, which is the array's; they do not overlap.
    unsafe { private.cast::<u8>().add(offset as usize).copy_from(val.cast::<u8>(), bytes) };
    0
}

#[test]
fn a_driver_s_memory_is_registered_and_read() {
    let mut memory: Box<[u8; 32]> = Box::new(core::array::from_fn(|n| n as u8));
    let keepout = nvmem_keepout { start: 8, end: 12, value: 0xee };
    let (mut dev, mut config): (Box<device>, nvmem_config) = (Box::new(zeroed()), zeroed());
    // SAFETY: array, device and what is kept out outlive the memory, which the device gives back within; buffers have as
    // many bytes as the calls say.
    unsafe {
        (config.dev, config.name, config.id) = (&raw mut *dev, c"array".as_ptr(), -1);
        (config.size, config.word_size, config.stride) = (32, 4, 4);
        config.reg_read = Some(read);
        config.reg_write = Some(write);
        config.priv_ = memory.as_mut_ptr().cast();
        (config.keepout, config.nkeepout) = (&raw const keepout, 1);
        let nvmem = provider::register_managed(&raw mut *dev, &raw const config);
        assert!(Errno::check_ptr(nvmem).is_ok());
        let mut back = [0u8; 8];
        assert_eq!(consumer::read(nvmem, 4, 8, back.as_mut_ptr().cast()), 8);
        assert_eq!(back, [4, 5, 6, 7, 0xee, 0xee, 0xee, 0xee], "kept out");
        assert_eq!(consumer::write(nvmem, 16, 4, [9u8; 4].as_mut_ptr().cast()), 4);
        assert_eq!(consumer::write(nvmem, 8, 4, [9u8; 4].as_mut_ptr().cast()), Errno::EPERM.to_c());
        assert_eq!(memory[15..21], [15, 9, 9, 9, 9, 20]);
        let mut info: nvmem_cell_info = zeroed();
        (info.name, info.offset, info.bytes) = (c"cell".as_ptr(), 20, 2);
        assert_eq!(provider::provider(nvmem).unwrap().nvmem.read_cell(&provider::cell(&info)), Ok(vec![20, 21]));
        let again = consumer::get(null_mut(), c"array".as_ptr());
        assert!(core::ptr::eq(again, nvmem));
        consumer::put(again);
        // Numbers of their own, which come back.
        let name = |nvmem| provider::provider(nvmem).unwrap().nvmem.info().name.clone();
        config.id = -2;
        let second = provider::register(&raw const config);
        config.name = core::ptr::null();
        config.id = 0;
        let third = provider::register(&raw const config);
        let (second_name, third_name) = (name(second), name(third));
        let number = |name: &str, of: &str| name.strip_prefix(of).and_then(|n| n.parse::<u32>().ok());
        let (a, b) = (number(&second_name, "array"), number(&third_name, "nvmem"));
        assert!(a.is_some() && b.is_some() && a != b, "{second_name} {third_name}");
        provider::unregister(second);
        provider::unregister(third);
        release_managed(&raw mut *dev);
        assert_eq!(consumer::get(null_mut(), c"array".as_ptr()), Errno::ENOENT.to_ptr());
        config.reg_read = None;
        config.reg_write = None;
        assert_eq!(provider::register(&raw const config), Errno::EINVAL.to_ptr());
    }
}
