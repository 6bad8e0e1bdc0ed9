// SPDX-License-Identifier: GPL-2.0-only
//! The device tree through the functions that C drivers call.

use super::{Node, Span, address, find, fwnode, phandle, property};
use crate::bindings::{self, of_device_id};
use crate::errno::Errno;
use crate::testing::{node, tree};
use core::ffi::{CStr, c_char, c_int};
use core::ptr;

fn root() -> Node {
    tree();
    super::root().unwrap()
}

fn named(raw: *mut bindings::device_node) -> String {
    // SAFETY: of the tests' tree.
    unsafe { Node::from_raw(raw) }.map_or("none".into(), |n| n.path())
}

#[test]
fn the_tree_is_made() {
    let uart = node("/soc/uart@1000");
    assert_eq!((uart.name(), uart.full_name()), (c"uart", c"uart@1000"));
    assert_eq!(uart.path(), "/soc/uart@1000");
    assert_eq!(root().path(), "/");
    assert_eq!((root().name(), root().full_name()), (c"", c"/"));
    assert_eq!(uart.host_node().unwrap().name(), "uart@1000");
    // SAFETY: written once, when the tree was made.
    unsafe {
        assert_eq!(named(super::tree::of_chosen), "/chosen");
        assert_eq!(named(super::tree::of_aliases), "/aliases");
        assert_eq!(named(super::tree::of_stdout), "/soc/uart@200010");
    }
    let all = core::iter::successors(Some(root()), |n| n.next()).count();
    fn below(n: Node) -> usize {
        1 + n.children().map(below).sum::<usize>()
    }
    assert_eq!(all, below(root()));
}

#[test]
fn nodes_are_found() {
    let none = ptr::null_mut();
    let by_name = find::find_by_name(root().as_raw(), c"uart".as_ptr());
    assert_eq!(named(by_name), "/soc/uart@1000");
    assert_eq!(named(find::find_by_name(by_name, c"uart".as_ptr())), "/soc/uart@200010");
    assert_eq!(named(find::find_by_type(none, c"cpu".as_ptr())), "/cpus/cpu@0");
    let compatible = find::find_compatible(none, ptr::null(), c"TEST,gpio".as_ptr());
    assert_eq!(named(compatible), "/soc/gpio@3000");
    assert_eq!(named(find::find_with_property(none, c"flag".as_ptr())), "/soc/uart@1000");
    assert_eq!(named(find::find_by_phandle(0x42)), "/soc/gpio@3000");
    assert_eq!(named(find::find_by_phandle(0x4242)), "none");
    let uart7 = node("/soc/uart@200010").as_raw();
    let child = find::next_available_child(uart7, none);
    assert_eq!(named(child), "/soc/uart@200010/child");
    assert_eq!(named(find::next_available_child(uart7, child)), "none");
    assert_eq!(named(find::next_child(uart7, child)), "/soc/uart@200010/second");
    assert_eq!(named(find::child_by_name(uart7, c"second".as_ptr())), "/soc/uart@200010/second");
    assert_eq!(named(find::parent(uart7)), "/soc");
    assert_eq!(named(find::parent(root().as_raw())), "none");
    assert_eq!(named(find::cpu_node(1, ptr::null_mut())), "/cpus/cpu@1");
    assert_eq!(find::machine_is_compatible(c"test,base".as_ptr()), 1);
    assert!(!find::is_available(node("/soc/off@4000").as_raw()));
    let uart = node("/soc/uart@1000").as_raw();
    let rank = |name: &CStr| find::is_compatible(uart, name.as_ptr());
    assert!(rank(c"test,uart-v2") > rank(c"test,uart"));
    assert_eq!(rank(c"test,gpio"), 0);
}

#[test]
fn paths_and_aliases() {
    let mut options = ptr::null();
    let path = c"serial7:115200n8";
    assert_eq!(named(find::find_by_path(path.as_ptr(), &raw mut options)), "/soc/uart@200010");
    // SAFETY: a part of the path.
    assert_eq!(unsafe { CStr::from_ptr(options) }, c"115200n8");
    assert_eq!(named(find::find_by_path(c"/soc/gpio@3000".as_ptr(), &raw mut options)), "/soc/gpio@3000");
    assert!(options.is_null());
    assert_eq!(named(find::find_by_path(c"/soc/none".as_ptr(), ptr::null_mut())), "none");
    let (uart, uart7) = (node("/soc/uart@1000").as_raw(), node("/soc/uart@200010").as_raw());
    assert_eq!(find::alias_id(uart7, c"serial".as_ptr()), 7);
    assert_eq!(find::alias_id(uart, c"i2c".as_ptr()), 0);
    assert_eq!(find::alias_id(uart7, c"i2c".as_ptr()), Errno::ENODEV.to_c());
    assert_eq!(find::highest_alias(c"serial".as_ptr()), 7);
    let mut alias = [0 as c_char; 5];
    // SAFETY: an array of that length.
    unsafe {
        assert_eq!(find::alias_from_compatible(uart, alias.as_mut_ptr(), 5), 0);
        assert_eq!(CStr::from_ptr(alias.as_ptr()), c"uart");
    }
}

fn id(compatible: &str, data: usize) -> of_device_id {
    // SAFETY: all fields may be zero.
    let mut entry: of_device_id = unsafe { core::mem::zeroed() };
    for (to, from) in entry.compatible.iter_mut().zip(compatible.bytes()) {
        *to = from as c_char;
    }
    entry.data = ptr::without_provenance(data);
    entry
}

#[test]
fn tables_match_the_most_specific() {
    let table = [id("test,uart", 1), id("test,uart-v2", 2), id("", 0)];
    let data = |path: &str| {
        // SAFETY: the table ends in an empty entry.
        unsafe { super::match_table(table.as_ptr(), node(path)).as_ref() }.map(|e| e.data.addr())
    };
    assert_eq!(data("/soc/uart@1000"), Some(2));
    assert_eq!(data("/soc/uart@200010"), Some(1));
    assert_eq!(data("/soc/gpio@3000"), None);
    let mut found = ptr::null();
    // SAFETY: as above.
    unsafe {
        let first = find::find_matching(ptr::null_mut(), table.as_ptr(), &raw mut found);
        assert_eq!(named(first), "/soc/uart@1000");
        assert_eq!((*found).data.addr(), 2);
        assert!(find::match_device(table.as_ptr(), ptr::null()).is_null());
    }
}

#[test]
fn properties_are_read() {
    let uart = node("/soc/uart@1000").as_raw();
    let (mut word, mut long, mut len) = (0, 0, 0);
    // SAFETY: a node of the tree, C strings, and variables.
    unsafe {
        assert_eq!(property::read_u32_index(uart, c"words".as_ptr(), 2, &raw mut word), 0);
        assert_eq!(word, 3);
        let read = |name: &CStr, index| property::read_u32_index(uart, name.as_ptr(), index, &raw mut word);
        let read = &mut { read };
        assert_eq!(read(c"words", 3), Errno::EOVERFLOW.to_c());
        assert_eq!(read(c"nothing", 0), Errno::EINVAL.to_c());
        assert_eq!(read(c"flag", 0), Errno::ENODATA.to_c());
        assert_eq!(property::read_u64_index(uart, c"longs".as_ptr(), 0, &raw mut long), 0);
        assert_eq!(long, 0x0123_4567_89ab_cdef);
        assert_eq!(property::count_elements(uart, c"words".as_ptr(), 4), 3);
        assert_eq!(property::count_elements(uart, c"bytes".as_ptr(), 4), Errno::EINVAL.to_c());
        assert!(!property::find_property(uart, c"flag".as_ptr(), &raw mut len).is_null());
        assert_eq!(len, 0);
        assert!(property::find_property(uart, c"nothing".as_ptr(), ptr::null_mut()).is_null());
        assert!(!property::get_property(uart, c"bytes".as_ptr(), &raw mut len).is_null());
        assert_eq!(len, 3);
    }
}

#[test]
fn arrays_of_variable_length() {
    let uart = node("/soc/uart@1000").as_raw();
    let mut words = [0; 4];
    let mut read = |min, max| {
        // SAFETY: an array with room for all that is asked for.
        unsafe { property::read_u32_array(uart, c"words".as_ptr(), words.as_mut_ptr(), min, max) }
    };
    assert_eq!(read(1, 4), 3);
    assert_eq!(read(2, 0), 2);
    assert_eq!(read(4, 0), Errno::EOVERFLOW.to_c());
    assert_eq!(read(1, 2), Errno::EOVERFLOW.to_c());
    assert_eq!(words, [1, 2, 3, 0]);
    let (mut shorts, mut bytes) = ([0; 2], [0; 3]);
    // SAFETY: as above.
    unsafe {
        assert_eq!(property::read_u16_array(uart, c"shorts".as_ptr(), shorts.as_mut_ptr(), 2, 0), 2);
        assert_eq!(property::read_u8_array(uart, c"bytes".as_ptr(), bytes.as_mut_ptr(), 3, 3), 3);
    }
    assert_eq!((shorts, bytes), ([0x1234, 0x5678], [1, 2, 3]));
}

#[test]
fn strings_are_read() {
    let uart = node("/soc/uart@1000").as_raw();
    let mut list = [ptr::null(); 4];
    // SAFETY: a node of the tree, C strings, and arrays.
    unsafe {
        assert_eq!(property::read_string(uart, c"names".as_ptr(), list.as_mut_ptr()), 0);
        assert_eq!(CStr::from_ptr(list[0]), c"one");
        let other = |name: &CStr| property::read_string(uart, name.as_ptr(), ptr::null_mut());
        assert_eq!(other(c"unterminated"), Errno::EILSEQ.to_c());
        assert_eq!(other(c"flag"), Errno::ENODATA.to_c());
        assert_eq!(other(c"nothing"), Errno::EINVAL.to_c());
        let place = |name: &CStr| property::match_string(uart, c"names".as_ptr(), name.as_ptr());
        assert_eq!((place(c"three"), place(c"four")), (2, Errno::ENODATA.to_c()));
        assert_eq!(property::read_strings(uart, c"names".as_ptr(), list.as_mut_ptr(), 4, 1), 2);
        assert_eq!((CStr::from_ptr(list[0]), CStr::from_ptr(list[1])), (c"two", c"three"));
        assert_eq!(property::read_strings(uart, c"names".as_ptr(), ptr::null_mut(), 0, 0), 3);
        let beyond = property::read_strings(uart, c"names".as_ptr(), list.as_mut_ptr(), 4, 3);
        assert_eq!(beyond, Errno::ENODATA.to_c());
    }
}

#[test]
fn iterators_of_c() {
    let uart = node("/soc/uart@1000");
    let words = uart.raw_property(b"words");
    let (mut at, mut value, mut seen) = (ptr::null(), 0, Vec::new());
    // SAFETY: a property of the tree; positions of the iterators themselves.
    unsafe {
        loop {
            at = property::next_u32(words, at, &raw mut value);
            if at.is_null() {
                break;
            }
            seen.push(value);
        }
        assert_eq!(seen, [1, 2, 3]);
        assert!(property::next_u32(ptr::null(), ptr::null(), &raw mut value).is_null());
        let names = uart.raw_property(b"names");
        let first = property::next_string(names, ptr::null());
        let second = property::next_string(names, first);
        assert_eq!((CStr::from_ptr(first), CStr::from_ptr(second)), (c"one", c"two"));
        let third = property::next_string(names, second);
        assert!(property::next_string(names, third).is_null());
    }
}

#[test]
fn phandles_with_arguments() {
    let uart = node("/soc/uart@1000");
    let entry = |index| super::parse_phandle_with_args(uart, b"refs", b"#gpio-cells", index);
    let first = entry(0).unwrap();
    assert_eq!((first.node.path().as_str(), first.args()), ("/soc/gpio@3000", &[1, 2][..]));
    assert_eq!(entry(1), Err(Errno::ENOENT));
    // The provider does not say how many arguments it has.
    assert_eq!(entry(2), Err(Errno::EINVAL));
    // SAFETY: any bytes will do.
    let mut args: bindings::of_phandle_args = unsafe { core::mem::zeroed() };
    let refs = c"refs".as_ptr();
    // SAFETY: a node of the tree, C strings, a variable.
    unsafe {
        let gpio = c"#gpio-cells".as_ptr();
        assert_eq!(phandle::parse(uart.as_raw(), refs, gpio, 0, 2, &raw mut args), 0);
        assert_eq!((named(args.np), args.args_count), ("/soc/uart@200010".into(), 0));
        assert_eq!(phandle::parse(uart.as_raw(), refs, ptr::null(), 2, 0, &raw mut args), 0);
        assert_eq!((args.args[0], args.args[1]), (1, 2));
        let missing = phandle::parse(uart.as_raw(), c"nothing".as_ptr(), gpio, -1, 0, &raw mut args);
        assert_eq!(missing, Errno::ENOENT.to_c());
        assert_eq!(phandle::count(uart.as_raw(), refs, gpio), Errno::EINVAL.to_c());
    }
}

#[test]
fn addresses_are_translated() {
    let span = |path: &str, index| super::address_to_resource(node(path), index);
    assert_eq!(span("/soc/uart@1000", 0), Ok(Span { start: 0x4000_1000, size: 0x100 }));
    assert_eq!(span("/soc/uart@1000", 1), Ok(Span { start: 0x4000_2000, size: 0x10 }));
    assert_eq!(span("/soc/uart@1000", 2), Err(Errno::EINVAL));
    assert_eq!(span("/soc/uart@200010", 0), Ok(Span { start: 0x1_0000_0010, size: 0x10 }));
    assert_eq!(span("/soc/unreachable@900000", 0), Err(Errno::EINVAL));
    // A bus without `ranges` keeps its addresses to itself.
    assert_eq!(span("/island@10/thing@5", 0), Err(Errno::EINVAL));
    let (mut address, mut size) = (0, 0);
    let thing = node("/island@10/thing@5").as_raw();
    // SAFETY: any bytes are a resource; nodes of the tree, variables.
    unsafe {
        assert_eq!(address::read_reg(thing, 0, &raw mut address, &raw mut size), 0);
        assert_eq!((address, size), (5, 0));
        let mut r: bindings::resource = core::mem::zeroed();
        let uart = node("/soc/uart@1000").as_raw();
        assert_eq!(address::to_resource(uart, 1, &raw mut r), 0);
        assert_eq!((r.start, r.end, CStr::from_ptr(r.name)), (0x4000_2000, 0x4000_200f, c"extra"));
        assert_eq!(r.flags, u64::from(bindings::IORESOURCE_MEM));
        let cells = [0x1000_u32.to_be(), 0];
        assert_eq!(address::translate_c(uart, cells.as_ptr()), 0x4000_1000);
    }
    assert!(super::is_coherent(node("/soc/uart@1000")));
    assert!(!super::is_coherent(node("/soc/uart@200010")));
    assert!(!super::is_coherent(node("/island@10")));
}

#[test]
fn firmware_nodes() {
    let uart = node("/soc/uart@200010");
    // SAFETY: a node of the tree; a device with that node; variables.
    unsafe {
        let mut dev: bindings::device = core::mem::zeroed();
        dev.of_node = uart.as_raw();
        let fw = fwnode::of_device(&raw mut dev);
        assert!(fwnode::is_of(fw));
        assert!(!fwnode::is_of(ptr::null()) && !fwnode::is_of(Errno::ENOENT.to_ptr()));
        assert_eq!(super::from_fwnode(fw), Some(uart));
        let mut words = [0u32; 2];
        assert_eq!(fwnode::read_u32(fw, c"reg".as_ptr(), words.as_mut_ptr(), 2), 0);
        assert_eq!(words, [0x0020_0010, 0x10]);
        assert_eq!(fwnode::read_u32(fw, c"reg".as_ptr(), ptr::null_mut(), 0), 2);
        assert_eq!(fwnode::device_child_count(&raw const dev), 1);
        let wanted = [c"fail".as_ptr(), c"okay".as_ptr()];
        assert_eq!(fwnode::match_in_array(fw, c"status".as_ptr(), wanted.as_ptr(), 2), 1);
        let mut args: bindings::fwnode_reference_args = core::mem::zeroed();
        let other = (&raw mut (*node("/soc/uart@1000").as_raw()).fwnode).cast_const();
        let gpio = c"#gpio-cells".as_ptr();
        assert_eq!(fwnode::reference_args(other, c"refs".as_ptr(), gpio, 0, 0, &raw mut args), 0);
        assert_eq!((args.nargs, args.args[1]), (2, 2));
        assert_eq!(fwnode::dma_attr(&raw const dev), bindings::DEV_DMA_NON_COHERENT);
    }
}

/// A tree whose lists and cells are nonsense is refused, not followed.
#[test]
fn nonsense_is_refused() {
    let source = r#"/dts-v1/; / { #address-cells = <9>; #size-cells = <0xffffffff>;
        a { #address-cells = <0xffffffff>; #size-cells = <0xffffffff>; ranges = <1>;
            b { reg = <1 2 3>; refs = <0x77777777>; status = [00]; }; }; };"#;
    let blob = crate::testing::compile(source).leak();
    let fdt = kernel::dt::check(blob).unwrap();
    let mut last = ptr::null_mut();
    let raw = super::tree::make(&kernel::dt::Node::root(fdt), ptr::null_mut(), &mut last).unwrap();
    // SAFETY: just made.
    let b = unsafe { Node::from_raw(raw) }.unwrap().child(b"a").unwrap().child(b"b").unwrap();
    assert_eq!(super::address_to_resource(b, 0), Err(Errno::EINVAL));
    assert_eq!(super::address_to_resource(b, usize::MAX), Err(Errno::EINVAL));
    assert_eq!(super::translate(b, 5), None);
    assert_eq!(super::parse_phandle_with_args(b, b"refs", b"#x", 0), Err(Errno::EINVAL));
    assert!(!b.is_available());
    let _: c_int = 0;
}
