// SPDX-License-Identifier: GPL-2.0-only
//! Allwinner's MDIO bus on the bench, with Ethernet PHYs: Linux's phylib below an unmodified driver of a bus.
//! drivers: phy-realtek

use driver_bench::io::mdio;
use driver_bench::models::phy::Phy;
use driver_bench::{Bench, Handle, Io, Model, Test};

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("finds_phys_and_their_drivers", found),
    Test::new("an_address_without_a_phy_is_left_out", nobody),
    Test::new("a_bus_that_hangs_is_an_error", hangs),
    Test::new("comes_and_goes_without_a_leak", leak),
];

const PATH: &str = "/mdio@1c0b080";
/// RTL8201CP, and a maker that no driver knows.
const REALTEK: u32 = 0x0000_8201;
const UNKNOWN: u32 = 0x0044_1400;

const COMMAND: u64 = 0;
const ADDRESS: u64 = 4;
const WRITE: u64 = 8;
const READ: u64 = 0xc;
const BUSY: u64 = 0x10;

/// The bus, with PHYs by address.
struct Bus {
    phys: Vec<(u8, Phy)>,
    /// No access ends.
    hangs: bool,
    address: u64,
}

impl Bus {
    fn phy(&mut self) -> (Option<&mut Phy>, u8) {
        let (at, register) = ((self.address >> 8 & 31) as u8, (self.address & 31) as u8);
        (self.phys.iter_mut().find(|(address, _)| *address == at).map(|(_, phy)| phy), register)
    }
}

impl Model for Bus {
    fn read(&mut self, io: &mut Io, offset: u64, bytes: usize) -> u64 {
        assert_eq!(bytes, 4);
        match (offset, self.phy()) {
            (READ, (Some(phy), register)) => phy.read(register, io.now()).into(),
            // Nobody pulls the line down.
            (READ, (None, _)) => 0xffff,
            (BUSY, _) => self.hangs.into(),
            _ => 0,
        }
    }

    fn write(&mut self, io: &mut Io, offset: u64, bytes: usize, value: u64) {
        assert_eq!(bytes, 4);
        match offset {
            ADDRESS => self.address = value,
            WRITE => {
                if let (Some(phy), register) = self.phy() {
                    phy.write(register, value as u16, io.now());
                }
            }
            _ => assert_eq!(offset, COMMAND),
        }
    }

    fn register(&self, offset: u64) -> Option<&'static str> {
        ["MCMD", "MADR", "MWTD", "MRDD", "MIND"].get(offset as usize / 4).copied()
    }
}

/// A bus with a PHY at each address, and a tree that says so of `named`.
fn start(bench: &mut Bench, phys: &[(u8, u32)], named: &[u8], hangs: bool) -> Handle<Bus> {
    let phys = phys.iter().map(|(address, id)| (*address, Phy::new(*id))).collect();
    let bus = bench.add("mdio", 0x1c0b080, 0x14, Bus { phys, hangs, address: 0 });
    let nodes: String = named.iter().map(|at| format!("ethernet-phy@{at:x} {{ reg = <{at}>; }};")).collect();
    bench.start(&format!(
        "/ {{ mdio@1c0b080 {{ compatible = \"allwinner,sun4i-a10-mdio\"; reg = <0x1c0b080 0x14>; \
         #address-cells = <1>; #size-cells = <0>; {nodes} }}; }};"
    ));
    bus
}

fn found(bench: &mut Bench) {
    start(bench, &[(1, REALTEK), (7, UNKNOWN)], &[1, 7], false);
    bench.expect_bound(PATH);
    let phys = mdio::list();
    let of = |address| phys.iter().find(|phy| phy.address == address).expect("it is found");
    assert_eq!(phys.len(), 2, "{phys:?}");
    assert_eq!(of(1).id, Some(REALTEK));
    assert!(of(1).driver.as_ref().is_some_and(|name| name.contains("RTL8201")), "{phys:?}");
    assert_eq!(
        (of(7).id, &of(7).driver),
        (Some(UNKNOWN), &None),
        "nobody uses it yet, and so not the generic driver"
    );
    assert!(of(1).bus.contains("1c0b080") && of(1).user.is_none() && of(1).link.is_none(), "{phys:?}");
}

fn nobody(bench: &mut Bench) {
    start(bench, &[(1, REALTEK)], &[1, 3], false);
    bench.expect_bound(PATH);
    assert_eq!(mdio::list().iter().map(|phy| phy.address).collect::<Vec<_>>(), [1]);
}

fn hangs(bench: &mut Bench) {
    let bus = start(bench, &[(1, REALTEK)], &[1], true);
    assert!(mdio::list().is_empty());
    assert!(bench.said("probe failed"), "{}", bench.log().join("\n"));
    // It is tried again when it is well.
    bus.with(|bus, _| bus.hangs = false);
    bench.bind(PATH);
    assert_eq!(mdio::list().len(), 1);
}

fn leak(bench: &mut Bench) {
    start(bench, &[(1, REALTEK)], &[1], false);
    bench.rebind_without_leak(PATH, |_| assert_eq!(mdio::list().len(), 1));
    bench.unbind(PATH);
    assert!(mdio::list().is_empty());
}
