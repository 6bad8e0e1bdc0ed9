// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the bus: configuration space, addresses, interrupts, and devices driven through it.

use super::super::device::feature::{EVENT_INDEX, INDIRECT, PACKED, RING_RESET, VERSION_1};
use super::super::testing::{DATA, Guest};
use super::*;
use crate::testing::{IRQ, Random};
use Width::{B1, B2, B4, B8};

const DISK: &str = "ferrovisor,device = \"blk\"; ferrovisor,ramdisk; ferrovisor,size = <0x10000>;";

/// Where the bridge's block is, and its window.
const BASE: u64 = 0x1000_0000;
const WINDOW: u32 = 0x1010_0000;

/// A guest with these devices behind a bridge.
fn try_guest(
    children: &str,
    wrap: impl FnOnce(Arc<dyn Emulator>) -> Arc<dyn Emulator>,
) -> Result<Guest, Error> {
    let text = format!(
        "pci {{ compatible = \"pci-host-ecam-generic\"; reg = <0 {BASE:#x} 0 {BLOCK:#x}>; {children} }};"
    );
    Guest::with(&text, &FACTORY, wrap)
}

fn guest(children: &str) -> Guest {
    try_guest(children, |dev| dev).unwrap_or_else(|error| panic!("{error}"))
}

/// Two disks, a source of random bytes and a console port, which is on the line of the first disk.
fn four() -> Guest {
    guest(&format!(
        "a {{ {DISK} }}; b {{ {DISK} ferrovisor,read-only; }}; rng {{ ferrovisor,device = \"rng\"; ferrovisor,slot = <5>; }};
         port {{ ferrovisor,device = \"console\"; }};"
    ))
}

/// Where a function's configuration space is.
fn place(slot: u64) -> u64 {
    slot << 15
}

fn read(dev: &Arc<dyn Emulator>, slot: u64, at: u64) -> u32 {
    dev.read(place(slot) + at, B4) as u32
}

fn write(dev: &Arc<dyn Emulator>, slot: u64, at: u64, value: u32) {
    dev.write(place(slot) + at, B4, value.into());
}

/// Gives a function an address, and lets it do everything.
fn enable(dev: &Arc<dyn Emulator>, slot: u64, address: u32) {
    write(dev, slot, 0x10, address);
    dev.write(place(slot) + 4, B2, 6);
}

/// An address as an offset in the bridge's block.
fn at(address: u32) -> u64 {
    u64::from(address) - BASE
}

/// What a driver of the memory bus is given: its accesses are made to the PCI function with this number, at this address.
struct Bridged {
    host: Arc<dyn Emulator>,
    slot: u64,
    address: u32,
}

impl Bridged {
    /// The place of a register of the memory bus among those of PCI, and its width.
    fn there(&self, offset: u64) -> Option<(u64, Width)> {
        Some(match offset {
            0x10 => (0x04, B4),
            0x14 => (0x00, B4),
            0x20 => (0x0c, B4),
            0x24 => (0x08, B4),
            0x30 => (0x16, B2),
            0x34 | 0x38 => (0x18, B2),
            0x44 => (0x1c, B2),
            0x70 => (0x14, B1),
            0x80..0xb0 if offset & 8 == 0 => (0x20 + (offset - 0x80) / 16 * 8 + (offset & 4), B4),
            0xc0 => (0x3a, B2),
            _ => return None,
        })
    }
}

impl Emulator for Bridged {
    fn read(&self, offset: u64, width: Width) -> u64 {
        let base = at(self.address);
        match (offset, self.there(offset)) {
            (_, Some((there, width))) => self.host.read(base + there, width),
            // Reading the interrupt's causes clears them: this driver looks twice.
            (0x60, _) => self.host.read(place(self.slot) + 6, B2) >> 3 & 1,
            (0x100.., _) => self.host.read(base + 0x2000 + offset - 0x100, width),
            _ => 0,
        }
    }

    fn write(&self, offset: u64, _: Width, value: u64) {
        let base = at(self.address);
        match (offset, self.there(offset)) {
            (_, Some((there, width))) => self.host.write(base + there, width, value & width.mask()),
            (0x50, _) => self.host.write(base + 0x3000 + 4 * value, B2, value),
            (0x64, _) => _ = self.host.read(base + 0x1000, B1),
            _ => (),
        }
    }

    fn reset(&self) {
        self.host.reset();
    }

    fn info(&self) -> String {
        self.host.info()
    }
}

/// A guest whose driver of the memory bus drives a disk in slot 4, whose line is the first.
fn bridged(options: &str) -> Guest {
    let wrap = |host: Arc<dyn Emulator>| -> Arc<dyn Emulator> {
        enable(&host, 4, WINDOW + 0x8000);
        Arc::new(Bridged { host, slot: 4, address: WINDOW + 0x8000 })
    };
    try_guest(&format!("disk {{ {DISK} ferrovisor,slot = <4>; {options} }};"), wrap).unwrap()
}

#[test]
fn functions_are_found_with_their_capabilities() {
    let guest = four();
    let dev = &guest.dev;
    let seen: Vec<u32> =
        (0..32).filter(|slot| read(dev, *slot, 0) != u32::MAX).map(|slot| slot as u32).collect();
    assert_eq!(seen, [1, 2, 3, 5]);
    for (slot, id, class) in [(1, 2, 0x01_8000), (2, 2, 0x01_8000), (3, 3, 0x07_8000), (5, 4, 0xff_0000)] {
        assert_eq!(read(dev, slot, 0), 0x1040_1af4 + (id << 16), "{slot}");
        assert_eq!((read(dev, slot, 4), read(dev, slot, 8)), (0x10_0000, class << 8 | 1));
        assert_eq!((read(dev, slot, 0x2c), read(dev, slot, 0x3c)), (0x1100_1af4, 0x100));
        // Neither a bridge nor of several functions.
        assert_eq!(
            (dev.read(place(slot) + 0xe, B1), read(dev, slot, 0x100), read(dev, slot, 0xffc)),
            (0, 0, 0)
        );
        for function in 1..8 {
            assert_eq!(dev.read(place(slot) + (function << 12), B8), u64::MAX);
        }
        let (mut next, mut seen) = (dev.read(place(slot) + 0x34, B1), Vec::new());
        while next != 0 {
            let head = read(dev, slot, next);
            if head as u8 == 0x11 {
                // A message for each queue, of which the console has two, and one more.
                let last = if id == 3 { 2 } else { 1 };
                assert_eq!(
                    (head, read(dev, slot, next + 4), read(dev, slot, next + 8)),
                    (last << 16 | 0x11, 0x1800, 0x1c00)
                );
                break;
            }
            assert_eq!(head as u8, 9);
            seen.push([
                head >> 24,
                read(dev, slot, next + 4),
                read(dev, slot, next + 8),
                read(dev, slot, next + 12),
            ]);
            if head >> 24 == 2 {
                assert_eq!((head >> 16 & 0xff, read(dev, slot, next + 16)), (20, 4));
            }
            next = u64::from(head >> 8 & 0xff);
        }
        let expected = [
            [1, 0, 0, 0x3c],
            [2, 0, 0x3000, 0x1000],
            [3, 0, 0x1000, 1],
            [4, 0, 0x2000, 0x1000],
            [5, 0, 0, 0],
        ];
        assert_eq!(seen, expected);
    }
    // What cannot be written stays: all bits, in any width.
    for at in (0..0x100).filter(|at| !(0x10..0x14).contains(at)) {
        dev.write(place(1) + at, B1, 0xff);
    }
    assert_eq!(
        [0, 4, 8, 0x0c].map(|at| read(dev, 1, at)),
        [0x1042_1af4, 0x10_0406, 0x01_8000 << 8 | 1, 0xff]
    );
    assert_eq!(
        [0x14, 0x24, 0x2c, 0x30, 0x34, 0x3c].map(|at| read(dev, 1, at)),
        [0, 0, 0x1100_1af4, 0, 0x40, 0x1ff]
    );
    dev.reset();
    assert_eq!([4, 0xc, 0x3c].map(|at| read(dev, 1, at)), [0x10_0000, 0, 0x100]);
}

#[test]
fn addresses_are_sized_and_decoded() {
    let guest = four();
    let dev = &guest.dev;
    for slot in [1, 2, 3, 5] {
        write(dev, slot, 0x10, u32::MAX);
        assert_eq!((read(dev, slot, 0x10), read(dev, slot, 0x14)), (0xffff_c000, 0));
    }
    // Nobody decodes before it is told to.
    write(dev, 1, 0x10, WINDOW + 0x4000);
    assert_eq!(dev.read(at(WINDOW + 0x4012), B2) as u16, 0xffff);
    enable(dev, 1, WINDOW + 0x4123);
    assert_eq!(read(dev, 1, 0x10), WINDOW + 0x4000);
    assert_eq!((dev.read(at(WINDOW + 0x4012), B2), dev.read(at(WINDOW + 0x8012), B2) as u16), (1, 0xffff));
    assert_eq!(
        (dev.read(at(WINDOW + 0x3fff), B1) as u8, dev.read(at(WINDOW + 0x8000), B1) as u8),
        (0xff, 0xff)
    );
    // Two at one place: the lower number answers. A disk's sectors, a console's size.
    enable(dev, 3, WINDOW + 0x4000);
    assert_eq!(dev.read(at(WINDOW + 0x6000), B8), 0x80);
    dev.write(place(1) + 4, B2, 0);
    assert_ne!(dev.read(at(WINDOW + 0x6000), B4), 0x80);
    // Outside of the window, at its end, and in the configuration space.
    for address in [0, WINDOW + 0x10_0000, WINDOW - 0x10_0000, u32::MAX] {
        enable(dev, 3, address);
        assert!(
            (0..0x40).all(|page| dev.read(at(WINDOW + page * 0x4000), B4) as u32 == u32::MAX),
            "{address:#x}"
        );
    }
    enable(dev, 3, WINDOW + 0xf_c000);
    assert_ne!(dev.read(at(WINDOW + 0xf_e000), B4) as u32, u32::MAX);
    dev.write(at(WINDOW), B8, 0);
}

#[test]
fn every_common_register_answers() {
    let guest = four();
    let (dev, base) = (&guest.dev, at(WINDOW));
    enable(dev, 2, WINDOW);
    let r = |at, width: Width| dev.read(base + at, width) & width.mask();
    let w = |at, width, value| dev.write(base + at, width, value);
    assert_eq!((r(0x10, B2), r(0x12, B2), r(0x1a, B2), r(0x14, B4)), (0xffff, 1, 0xffff, 0));
    w(0x00, B4, 1);
    w(0x08, B4, 1);
    assert_eq!((r(0x00, B4), r(0x04, B4), r(0x08, B4)), (1, (VERSION_1 | RING_RESET) >> 32, 1));
    w(0x14, B1, 3);
    w(0x0c, B4, (VERSION_1 | RING_RESET) >> 32);
    assert_eq!((r(0x0c, B4), r(0x14, B1)), ((VERSION_1 | RING_RESET) >> 32, 3));
    w(0x14, B1, 11);
    assert_eq!((r(0x14, B1), r(0x18, B2), r(0x1c, B2), r(0x1e, B2)), (11, 256, 0, 0));
    w(0x18, B2, 8);
    for (n, at) in (0x20..0x38).step_by(4).enumerate() {
        w(at, B4, 0x1000 * n as u64);
        assert_eq!(r(at, B4), 0x1000 * n as u64);
    }
    assert_eq!((r(0x18, B2), r(0x20, B8), r(0x1a, B2)), (8, 0x1000 << 32, 0xffff));
    for (at, value) in [(0x20, DATA), (0x28, DATA + 0x1000), (0x30, DATA + 0x2000)] {
        w(at, B8, value);
        assert_eq!(r(at, B8), value);
    }
    w(0x1c, B2, 1);
    w(0x14, B1, 15);
    assert_eq!((r(0x1c, B4), r(0x14, B1)), (1, 15), "{}", dev.info());
    w(0x3a, B2, 1);
    assert_eq!((r(0x1c, B2), r(0x3a, B2), r(0x18, B2)), (0, 0, 256));
    // There is no such queue.
    w(0x16, B2, 1);
    assert_eq!((r(0x16, B2), r(0x18, B2), r(0x1c, B4), r(0x20, B8)), (1, 0, 0, 0));
    let before = dev.info();
    assert!(before.matches("unimplemented 0").count() == 4, "{before}");
    // The width of a register that is written is its own.
    w(0x14, B4, 0);
    w(0x00, B2, 0);
    w(0x3c, B4, 0);
    w(0x1000, B1, 0);
    w(0x3000, B1, 0);
    assert_eq!((r(0x14, B1), r(0x3c, B4), r(0x1004, B4)), (15, 0, 0));
    assert!(dev.info().contains("unimplemented 7"), "{}", dev.info());
    w(0x14, B1, 0);
    assert_eq!((r(0x14, B1), r(0x00, B4), r(0x16, B2)), (0, 0, 0));
}

#[test]
fn a_disk_is_driven_through_the_bus() {
    for features in [0, EVENT_INDEX, INDIRECT | EVENT_INDEX, PACKED, PACKED | EVENT_INDEX | INDIRECT] {
        let guest = bridged("ferrovisor,packed;");
        let mut ring = guest.start(features, 8);
        for round in 0..50u64 {
            let sector = round % 16;
            let pattern = vec![round as u8 + 1; 512];
            guest.put(DATA + 0x200, &pattern);
            guest.put(DATA, &[1u64.to_le_bytes(), sector.to_le_bytes()].concat());
            guest.offer(
                &mut ring,
                &[(DATA, 16, false), (DATA + 0x200, 512, false), (DATA + 0x400, 1, true)],
                false,
            );
            guest.kick(&ring);
            assert_eq!(guest.interrupt(), 1);
            assert_eq!(guest.take(&mut ring).map(|(_, len)| len), Some(1));
            guest.put(DATA, &[0u64.to_le_bytes(), sector.to_le_bytes()].concat());
            guest.put(DATA + 0x200, &[0; 512]);
            if features & EVENT_INDEX != 0 {
                guest.want_interrupt_after(&ring, 0);
            }
            let indirect = features & INDIRECT != 0;
            guest.offer(
                &mut ring,
                &[(DATA, 16, false), (DATA + 0x200, 512, true), (DATA + 0x400, 1, true)],
                indirect,
            );
            guest.kick(&ring);
            assert_eq!((guest.interrupt(), guest.take(&mut ring).map(|(_, len)| len)), (1, Some(513)));
            assert_eq!(guest.get(DATA + 0x200, 512), pattern);
            if features & EVENT_INDEX != 0 {
                guest.want_interrupt_after(&ring, 0);
            }
        }
        assert!(guest.dev.info().contains("0 malformed rings"), "{}", guest.dev.info());
    }
}

/// Has the disk in slot 4 raise its interrupt.
fn raise(guest: &Guest, ring: &mut super::super::testing::Ring) {
    guest.put(DATA, &[0; 16]);
    guest.offer(ring, &[(DATA, 16, false), (DATA + 0x200, 512, true), (DATA + 0x400, 1, true)], false);
    guest.kick(ring);
}

#[test]
fn interrupts_can_be_disabled_and_are_shared() {
    let (first, second) = (WINDOW, WINDOW + 0x4000);
    let mut bus = None;
    let wrap = |host: Arc<dyn Emulator>| -> Arc<dyn Emulator> {
        enable(&host, 4, first);
        enable(&host, 8, second);
        bus = Some(host.clone());
        Arc::new(Bridged { host, slot: 4, address: first })
    };
    let nodes = format!("a {{ {DISK} ferrovisor,slot = <4>; }}; b {{ {DISK} ferrovisor,slot = <8>; }};");
    let guest = try_guest(&nodes, wrap).unwrap();
    let (host, line) = (bus.unwrap(), || guest.irqs.level(IRQ));
    let mut ring = guest.start(0, 8);
    // Without bus mastering nothing comes of a notification; with it, of the next.
    host.write(place(4) + 4, B2, 2);
    raise(&guest, &mut ring);
    assert_eq!((line(), guest.take(&mut ring)), (false, None));
    host.write(place(4) + 4, B2, 6);
    guest.kick(&ring);
    assert!(line() && guest.take(&mut ring).is_some());
    assert_eq!((read(&host, 4, 4), read(&host, 8, 4)), (0x18_0006, 0x10_0006));
    host.write(place(4) + 4, B2, 0x406);
    assert!(!line());
    assert_eq!(read(&host, 4, 4), 0x18_0406);
    host.write(place(4) + 4, B2, 6);
    assert!(line());
    // The other device's state is no concern of this one's, nor is its pin.
    assert_eq!(host.read(at(second) + 0x1000, B1), 0);
    host.write(place(8) + 4, B2, 0x406);
    assert!(line());
    assert_eq!(host.read(at(first) + 0x1000, B1), 1);
    assert_eq!((line(), host.read(at(first) + 0x1000, B1), read(&host, 4, 4)), (false, 0, 0x10_0006));
    // Two at once: the line falls with the last.
    raise(&guest, &mut ring);
    let other = Guest { dev: Arc::new(Bridged { host: host.clone(), slot: 8, address: second }), ..guest };
    host.write(place(8) + 4, B2, 6);
    other.w(0x70, 0);
    assert!(other.agree(VERSION_1));
    other.set_ring(0, 0, [0; 3]);
    other.w(0x70, 15);
    assert!(other.irqs.level(IRQ));
    host.reset();
    assert!(!other.irqs.level(IRQ));
    assert_eq!((read(&host, 4, 4), read(&host, 4, 0x10)), (0x10_0000, 0));
}

#[test]
fn there_is_a_way_through_the_configuration_space() {
    let guest = four();
    let (dev, way) = (&guest.dev, 0x84);
    let go = |offset: u32, length: u32| {
        write(dev, 5, way + 8, offset);
        write(dev, 5, way + 12, length);
    };
    assert_eq!(read(dev, 5, way), 0x0514_9809);
    // Even without an address.
    go(0x14, 1);
    write(dev, 5, way + 16, 0xffff_ff03);
    assert_eq!(read(dev, 5, way + 16), 3);
    go(0x12, 2);
    assert_eq!(read(dev, 5, way + 16), 1);
    go(0x14, 4);
    assert_eq!(read(dev, 5, way + 16), 3);
    for (offset, length, bar) in [
        (0x4000, 4, 0),
        (u32::MAX, 1, 0),
        (0x16, 4, 0),
        (0, 8, 0),
        (0, 0, 0),
        (0, 3, 0),
        (0, u32::MAX, 0),
        (0, 4, 1),
    ] {
        dev.write(place(5) + way + 4, B1, bar);
        go(offset, length);
        write(dev, 5, way + 16, u32::MAX);
        assert_eq!(read(dev, 5, way + 16), 0, "{offset:#x} {length} {bar}");
    }
}

/// The first interrupt of the frame of a guest, made after its bus, and its doorbell.
const MESSAGES: u32 = 100;
const DOORBELL: u64 = 0x0a00_0040;

fn add_frame(guest: &Guest) -> Arc<dyn Emulator> {
    let text = "msi { compatible = \"arm,gic-v2m-frame\"; reg = <0 0xa000000 0 0x1000>; };";
    let config = crate::binding_tests::parse(&guest.name, text).unwrap();
    let irqs = (0..32).map(|n| guest.irqs.line(MESSAGES + n)).collect();
    let power = Arc::new(crate::testing::Power::default());
    let node = &config.devices[0];
    (frame::FACTORY.create)(&Context { guest: &guest.name, node, irqs, power, ram: crate::testing::no_ram() })
        .unwrap()
}

#[test]
fn messages_stand_in_for_the_pin() {
    let guest = bridged("");
    let frame = add_frame(&guest);
    assert_eq!((frame.read(8, B4), frame.read(0xfcc, B4)), (u64::from(MESSAGES) << 16 | 32, 0x4600_043b));
    frame.write(0x40, B4, 131);
    frame.write(0x40, B4, 132);
    frame.write(0x40, B4, 99);
    assert_eq!(guest.irqs.changes(), [(131, true), (131, false)]);
    let base = at(WINDOW + 0x8000);
    let mut bus = None;
    let wrap = |host: Arc<dyn Emulator>| -> Arc<dyn Emulator> {
        enable(&host, 4, WINDOW + 0x8000);
        bus = Some(host.clone());
        Arc::new(Bridged { host, slot: 4, address: WINDOW + 0x8000 })
    };
    let guest = try_guest(&format!("disk {{ {DISK} ferrovisor,slot = <4>; }};"), wrap).unwrap();
    let (host, _frame) = (bus.unwrap(), add_frame(&guest));
    let mut ring = guest.start(0, 8);
    // Two vectors, masked; the queue has the second.
    for (vector, data) in [(0, 102u64), (1, 103)] {
        let entry = base + 0x1800 + 16 * vector;
        assert_eq!(host.read(entry + 12, B4), 1);
        host.write(entry, B8, DOORBELL);
        host.write(entry + 8, B4, data);
        assert_eq!((host.read(entry, B4), host.read(entry + 8, B8)), (DOORBELL, data | 1 << 32));
    }
    host.write(base + 0x16, B2, 0);
    for (at, vector, kept) in [(0x10, 0, 0), (0x1a, 1, 1), (0x10, 2, 0xffff), (0x10, 0, 0)] {
        host.write(base + at, B2, vector);
        assert_eq!(host.read(base + at, B2), kept);
    }
    // An interrupt that is there goes along when messages begin.
    raise(&guest, &mut ring);
    assert!(guest.irqs.level(IRQ) && guest.take(&mut ring).is_some());
    write(&host, 4, 0x98, 0x8000_0000);
    assert_eq!((read(&host, 4, 0x98), guest.irqs.level(IRQ)), (0x8001_0011, false));
    assert_eq!(host.read(base + 0x1c00, B4), 2);
    guest.irqs.changes();
    host.write(base + 0x181c, B4, 0);
    assert_eq!((guest.irqs.changes(), host.read(base + 0x1c00, B4)), (vec![(103, true), (103, false)], 0));
    raise(&guest, &mut ring);
    assert_eq!(guest.irqs.changes(), [(103, true), (103, false)]);
    assert_eq!((guest.take(&mut ring).is_some(), read(&host, 4, 4) >> 19 & 1), (true, 0));
    // All masked, and then not; the other vector stays masked.
    write(&host, 4, 0x98, 0xc000_0000);
    raise(&guest, &mut ring);
    guest.put(DATA, &[0xff; 16]);
    guest.offer(&mut ring, &[(1, 1, false)], false);
    guest.kick(&ring);
    assert_eq!((guest.irqs.changes(), host.read(base + 0x1c00, B4)), (vec![], 3));
    write(&host, 4, 0x98, 0x8000_0000);
    assert_eq!(guest.irqs.changes(), [(103, true), (103, false)]);
    host.write(base + 0x180c, B4, 0);
    assert_eq!(guest.irqs.changes(), [(102, true), (102, false)]);
    // After a reset of the device there are no vectors, and to another address nothing goes.
    let mut ring = guest.start(0, 8);
    raise(&guest, &mut ring);
    assert_eq!((guest.irqs.changes(), host.read(base + 0x1a, B2)), (vec![], 0xffff));
    host.write(base + 0x1a, B2, 1);
    host.write(base + 0x1810, B4, DOORBELL + 4);
    guest.take(&mut ring).unwrap();
    raise(&guest, &mut ring);
    assert_eq!((guest.irqs.changes(), host.read(base + 0x1c00, B4)), (vec![], 0));
    host.reset();
    assert_eq!(read(&host, 4, 0x98), 0x1_0011);
    host.stop();
}

/// Three vectors for a disk of two queues: an answer is the message of its queue and no other, whether that is open at the time or
/// later; a driver may have both queues share one.
#[test]
fn each_queue_has_its_message() {
    let base = at(WINDOW + 0x8000);
    let mut bus = None;
    let wrap = |host: Arc<dyn Emulator>| -> Arc<dyn Emulator> {
        enable(&host, 4, WINDOW + 0x8000);
        bus = Some(host.clone());
        Arc::new(Bridged { host, slot: 4, address: WINDOW + 0x8000 })
    };
    let node = format!("disk {{ {DISK} ferrovisor,queues = <2>; ferrovisor,slot = <4>; }};");
    let guest = try_guest(&node, wrap).unwrap();
    let (host, _frame) = (bus.unwrap(), add_frame(&guest));
    let mut rings = [guest.start(0, 8), guest.add_ring(1, 0, 8)];
    for vector in 0..3 {
        let entry = base + 0x1800 + 16 * vector;
        host.write(entry, B8, DOORBELL);
        host.write(entry + 8, B8, 102 + vector);
    }
    // Behind the table there is nothing.
    host.write(base + 0x1830, B8, DOORBELL);
    assert_eq!(host.read(base + 0x1830, B8), 0);
    let give = |queue: u64, vector: u64| {
        host.write(base + 0x16, B2, queue);
        host.write(base + 0x1a, B2, vector);
        host.read(base + 0x1a, B2)
    };
    assert_eq!([give(0, 1), give(1, 3), give(1, 2)], [1, 0xffff, 2]);
    host.write(base + 0x10, B2, 0);
    write(&host, 4, 0x98, 0x8000_0000);
    assert_eq!(read(&host, 4, 0x98), 0x8002_0011);
    let mut answer = |queue: usize| {
        let ring = &mut rings[queue];
        raise(&guest, ring);
        assert!(guest.take(ring).is_some());
        let seen = guest.irqs.changes();
        seen.into_iter().filter(|(_, level)| *level).map(|(intid, _)| intid).collect::<Vec<_>>()
    };
    assert_eq!([answer(0), answer(1), answer(1), answer(0)], [[103], [104], [104], [103]]);
    // The second one's is masked, and comes later; the first one's does not wait for it.
    host.write(base + 0x182c, B4, 1);
    assert_eq!([answer(1), answer(0), answer(1)], [vec![], vec![103], vec![]]);
    assert_eq!(host.read(base + 0x1c00, B4), 1 << 2);
    host.write(base + 0x182c, B4, 0);
    assert_eq!((guest.irqs.changes(), host.read(base + 0x1c00, B4)), (vec![(104, true), (104, false)], 0));
    // One for both, as with drivers that are given too few; and one for nothing.
    assert_eq!([give(0, 2), answer(0)[0].into(), answer(1)[0].into()], [2, 104, 104]);
    assert_eq!(give(0, 0xffff), 0xffff);
    assert_eq!([answer(0), answer(1)], [vec![], vec![104]]);
    host.stop();
}

#[test]
fn wrong_nodes_are_refused() {
    let refused = |children: &str| try_guest(children, |dev| dev).err().expect(children).to_string();
    let two =
        refused(&format!("a {{ {DISK} ferrovisor,slot = <2>; }}; b {{ {DISK} ferrovisor,slot = <2>; }};"));
    assert_eq!(
        two,
        "/pci/b: property 'ferrovisor,slot': found none that is free, expected a device number of its own, 1 to 31"
    );
    let far = refused(&format!("a {{ {DISK} ferrovisor,slot = <32>; }};"));
    assert!(far.contains("found 32, expected a number from 1 to 31"), "{far}");
    let many = (0..32).map(|n| format!("a{n} {{ ferrovisor,device = \"rng\"; }}; ")).collect::<String>();
    assert!(refused(&many).contains("/pci/a31: property 'ferrovisor,slot': found none that is free"));
    assert!(refused("a { };").contains("found nothing, expected one of \"blk\""));
    assert!(refused("a { ferrovisor,device = \"rng\"; ferrovisor,size = <1>; };").contains("no such option"));
    let high = Guest::with(
        "pci { compatible = \"pci-host-ecam-generic\"; reg = <0 0xfff00000 0 0x200000>; };",
        &FACTORY,
        |dev| dev,
    );
    let high = high.err().unwrap().to_string();
    assert!(high.contains("found 0x200000 bytes at 0xfff00000, expected a block below 4 GiB"), "{high}");
    let parse = |text: &str| crate::binding_tests::parse("g", text).unwrap_err().to_string();
    let bridge = "compatible = \"pci-host-ecam-generic\";";
    let text = parse(&format!("pci {{ {bridge} a {{ ferrovisor,device = \"rng\"; reg = <1>; }}; }};"));
    assert!(text.contains("/pci/a: property 'reg': found a property that has no meaning here"), "{text}");
    let text = parse(&format!("pci {{ {bridge} a {{ b {{ }}; }}; }};"));
    assert!(text.contains("no node here"), "{text}");
    let text = parse(&format!("pci {{ {bridge} ferrovisor,packed; }};"));
    assert!(text.contains("the PCI host bridge does not have"), "{text}");
    let text = parse("disk { compatible = \"virtio,mmio\"; ferrovisor,slot = <1>; };");
    assert!(text.contains("'ferrovisor,slot'"), "{text}");
}

/// Accesses of any kind, to any place: nothing comes of them but answers, and the devices work after a reset of the guest.
#[test]
fn any_access_does_no_harm() {
    let rounds: u64 =
        std::env::var("FERROVISOR_RINGS").ok().and_then(|text| text.parse().ok()).unwrap_or(100_000);
    let mut random = Random(0x7063_695f_6275_7321);
    let guest = four();
    let dev = &guest.dev;
    let _frame = add_frame(&guest);
    let (mut answers, mut decoded) = (0u64, 0u64);
    for round in 0..rounds {
        if round % 64 == 0 {
            let n = random.below(4);
            enable(dev, [1, 2, 3, 5][n as usize], WINDOW + 0x4000 * n as u32);
        }
        let width = [B1, B2, B4, B8][random.below(4) as usize];
        let mask = if random.below(2) == 0 { 0x3f } else { 0xfff };
        let offset = match random.below(8) {
            0 => random.below(BLOCK),
            1 => place(random.below(7)) + random.below(0x1000),
            2 => {
                place(1 + random.below(5))
                    + [0x10, 0x04, 0x94, 0x8c, 0x90, 0x98, 0x9a][random.below(7) as usize]
            }
            3 => place(1 + random.below(5)) + random.below(0xa0),
            _ => ECAM + 0x1000 * random.below(16) + (random.below(0x1000) & mask),
        };
        let offset = offset & !(width.bytes() - 1);
        if random.below(3) == 0 {
            let value = dev.read(offset, width) & width.mask();
            answers += u64::from(value != width.mask());
            decoded += u64::from(offset >= ECAM && value != width.mask());
            continue;
        }
        let value = match random.below(5) {
            0 => random.next(),
            1 => u64::from(WINDOW) + (random.below(6) << 14),
            2 => [0, 1, 3, 6, 11, 15, 0x406, u64::MAX][random.below(8) as usize],
            3 => [DATA + 16 * random.below(0x1000), DOORBELL, MESSAGES.into()][random.below(3) as usize],
            _ => random.below(0x40),
        };
        dev.write(offset, width, value & width.mask());
        if round % 100_000 == 99_999 {
            dev.reset();
        }
    }
    assert!(answers > rounds / 20 && decoded > rounds / 50, "{answers} answers, {decoded} of registers");
    dev.reset();
    enable(dev, 1, WINDOW);
    assert_eq!((dev.read(at(WINDOW + 0x2000), B8), guest.irqs.level(IRQ)), (0x80, false));
}
