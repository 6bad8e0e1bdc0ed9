// SPDX-License-Identifier: GPL-2.0-only
//! The devices' nodes as a user writes them: guests in DTS, compiled by `dtc`, read by the configuration.

use std::io::Write;
use std::process::{Command, Stdio};

use alloc::sync::Arc;

use io::serial;
use vmm::config::{ConfigError, GuestConfig};
use vmm::device::{Context, Emulator, Error, Width, find};

use crate::testing::{self, IRQ, Irqs, Power};
use crate::{FACTORIES, pl061};

/// The configuration of a guest with these nodes.
pub(crate) fn parse(guest: &str, nodes: &str) -> Result<GuestConfig, ConfigError> {
    let dts = format!(
        "/dts-v1/; / {{ compatible = \"ferrovisor,guest\"; #address-cells = <2>; #size-cells = <2>;
        memory {{ size = <0x0 0x10000000>; }}; images {{ kernel {{ file = \"Image\"; }}; }}; {nodes} }};"
    );
    let mut dtc = Command::new("dtc")
        .args(["-q", "-I", "dts", "-O", "dtb", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("dtc must be there: install the package device-tree-compiler");
    dtc.stdin.take().unwrap().write_all(dts.as_bytes()).unwrap();
    let output = dtc.wait_with_output().unwrap();
    assert!(output.status.success(), "dtc refused {dts}");
    let bindings: Vec<_> = FACTORIES.iter().map(|factory| &factory.binding).collect();
    GuestConfig::from_dtb(guest, &output.stdout, &bindings)
}

struct Guest {
    name: String,
    devices: Vec<Arc<dyn Emulator>>,
    irqs: Arc<Irqs>,
}

impl Guest {
    /// A guest with these nodes, and all its devices.
    fn new(nodes: &str) -> Result<Self, Error> {
        let name = testing::guest_name();
        let config = parse(&name, nodes).unwrap_or_else(|error| panic!("{error}"));
        let irqs = Irqs::new();
        let mut devices = Vec::new();
        for node in &config.devices {
            let factory =
                FACTORIES.iter().find(|f| f.compatible.contains(&node.compatible.as_str())).unwrap();
            assert!(node.interrupts.len() >= factory.irqs);
            let lines = (0..node.interrupts.len() as u32).map(|i| irqs.line(IRQ + i)).collect();
            let power = Arc::new(Power::default());
            devices.push((factory.create)(&Context {
                guest: &name,
                node,
                irqs: lines,
                power,
                ram: testing::no_ram(),
            })?);
        }
        Ok(Self { name, devices, irqs })
    }

    fn r(&self, offset: u64) -> u64 {
        self.devices[0].read(offset, Width::B4)
    }

    fn w(&self, offset: u64, value: u64) {
        self.devices[0].write(offset, Width::B4, value);
    }
}

/// The message for a device that cannot be made.
fn refused(nodes: &str) -> String {
    Guest::new(nodes).err().expect("this node is wrong").to_string()
}

#[test]
fn consoles_have_names_and_sizes() {
    let guest = Guest::new(
        "uart0 { compatible = \"arm,pl011\"; ferrovisor,scrollback = <4>; };
         uart1 { compatible = \"ns16550a\"; ferrovisor,console = \"modem-1\"; };",
    )
    .unwrap();
    let port = |uart| serial::find(&format!("{}/{uart}", guest.name));
    for byte in b"abcdef" {
        guest.w(0, (*byte).into());
    }
    assert_eq!(port("uart0").unwrap().scrollback(), b"cdef");
    guest.devices[1].write(0, Width::B1, b'x'.into());
    assert_eq!(port("modem-1").unwrap().scrollback(), b"x");
    assert!(port("uart1").is_err());
    assert_eq!(serial::find(&guest.name).unwrap().name(), format!("{}/uart0", guest.name));
}

#[test]
fn wrong_console_options() {
    let uart = |option| refused(&format!("uart0 {{ compatible = \"arm,pl011\"; ferrovisor,{option}; }};"));
    let name = "expected a name of 1 to 31 letters, digits, '-', '_' or '.'";
    for (option, found) in [
        ("console = \"\"", "\"\\0\""),
        ("console = \"a/b\"", "\"a/b\\0\""),
        ("console = \"a\", \"b\"", "\"a\\0b\\0\""),
        ("console", "\"\""),
        ("console = <0>", "\"\\0\\0\\0\\0\""),
    ] {
        assert_eq!(uart(option), format!("/uart0: property 'ferrovisor,console': found {found}, {name}"));
    }
    let size = "expected one cell, 1 to 1048576 bytes";
    for (option, found) in [
        ("scrollback = <0>", "0"),
        ("scrollback = <1048577>", "1048577"),
        ("scrollback", "not one cell"),
        ("scrollback = <0 1>", "not one cell"),
    ] {
        assert_eq!(uart(option), format!("/uart0: property 'ferrovisor,scrollback': found {found}, {size}"));
    }
    // Two consoles of one name.
    let twice = "uart0 { compatible = \"arm,pl011\"; }; a { compatible = \"ns16550a\"; ferrovisor,console = \"uart0\"; };";
    assert!(refused(twice).contains("is open already"));
    // What no emulator of the kind knows is found by the configuration.
    let text =
        parse("g", "uart0 { compatible = \"arm,pl011\"; ferrovisor,time = <0>; };").unwrap_err().to_string();
    assert!(text.contains("ferrovisor,time"), "{text}");
}

#[test]
fn register_layouts_of_16550s() {
    for (shift, width) in [(0, Width::B1), (1, Width::B2), (2, Width::B4), (3, Width::B4)] {
        let guest =
            Guest::new(&format!("u {{ compatible = \"ns16550a\"; reg-shift = <{shift}>; }};")).unwrap();
        let uart = &guest.devices[0];
        uart.write(7 << shift, width, 0x5a);
        assert_eq!((uart.read(7 << shift, width), uart.read(5 << shift, Width::B1)), (0x5a, 0x60));
        assert_eq!(uart.read(8 << shift, Width::B1), 0);
        assert!(uart.info().ends_with("unimplemented 1"), "{}", uart.info());
    }
    let expected = "/u: property 'reg-shift': found 4, expected one cell, 0 to 3";
    assert_eq!(refused("u { compatible = \"ns16550a\"; reg-shift = <4>; };"), expected);
    let expected = "/u: property 'reg-shift': found 0, expected one cell, 2 to 2";
    assert_eq!(refused("u { compatible = \"snps,dw-apb-uart\"; reg-shift = <0>; };"), expected);
    assert!(refused("u { compatible = \"ns16550a\"; reg-shift; };").contains("found not one cell"));
    assert!(refused("u { compatible = \"ns16550a\"; reg-offset = <4>; };").contains("'reg-offset'"));
}

#[test]
fn a_clock_with_a_time_of_its_own() {
    let guest = Guest::new("rtc { compatible = \"arm,pl031\"; ferrovisor,time = <1700000000>; };").unwrap();
    assert_eq!((guest.r(0), guest.r(8)), (1_700_000_000, 1_700_000_000));
    let error = refused("rtc { compatible = \"arm,pl031\"; ferrovisor,time = \"now, please\"; };");
    assert_eq!(
        error,
        "/rtc: property 'ferrovisor,time': found not one cell, expected one cell, seconds since 1970"
    );
}

#[test]
fn lines_that_are_high_at_first() {
    let guest = Guest::new("gpio { compatible = \"arm,pl061\"; ferrovisor,inputs = <0x81>; };").unwrap();
    assert_eq!(guest.r(0x3fc), 0x81);
    let gpio = pl061::find(&format!("{}/gpio", guest.name)).unwrap();
    assert!(gpio.set_input(7, false));
    assert_eq!(guest.r(0x3fc), 1);
    let error = refused("gpio { compatible = \"arm,pl061\"; ferrovisor,inputs = <0x100>; };");
    assert_eq!(error, "/gpio: property 'ferrovisor,inputs': found 0x100, expected one cell, 0 to 0xff");
}

#[test]
fn clocks_of_timers() {
    let _time = testing::time();
    for compatible in ["arm,sp804", "arm,sp805"] {
        for bad in ["<999>", "<1000000001>", "<0>", "<1 0>"] {
            let error = refused(&format!(
                "t {{ compatible = \"{compatible}\"; ferrovisor,clock-frequency = {bad}; }};"
            ));
            assert!(error.ends_with("expected one cell, 1000 to 1000000000 hertz"), "{error}");
        }
    }
    let guest = Guest::new(
        "t { compatible = \"arm,sp804\"; ferrovisor,clock-frequency = <2000>; interrupts = <0 8 4>, <0 9 4>; };",
    )
    .unwrap();
    guest.w(0x20, 2);
    guest.w(0x28, 0xe2);
    testing::pass(1_000_100);
    assert!(!guest.irqs.level(IRQ) && guest.irqs.level(IRQ + 1));
    guest.devices[0].stop();
}

#[test]
fn the_example_of_the_book() {
    let book = include_str!("../../../docs/devices.md");
    let example = book.split("```dts").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let guest = Guest::new(example).unwrap();
    assert_eq!(guest.devices.len(), 5);
    // Each device of the crate is in the book.
    for factory in FACTORIES {
        for name in factory.compatible.iter().chain(factory.options).chain(factory.children) {
            assert!(book.contains(&format!("`{name}`")), "{name} is not in docs/devices.md");
        }
    }
    guest.devices.iter().for_each(|device| device.stop());
    assert!(find("no such device").is_none());
}
