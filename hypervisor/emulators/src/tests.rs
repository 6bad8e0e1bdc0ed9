// SPDX-License-Identifier: GPL-2.0-only
//! What holds for all devices: whatever a guest does to their registers, nothing breaks, and the interrupt line says
//! what the registers say.

use alloc::sync::Arc;
use std::collections::BTreeSet;

use io::serial;
use vmm::config::{DeviceConfig, Properties};
use vmm::device::{Factory, NodeExtras, Width};

use crate::testing::{self, Bench, IRQ, Random};
use crate::{FACTORIES, pl061, register};

fn factory(compatible: &str) -> &'static Factory {
    FACTORIES.iter().find(|factory| factory.compatible.contains(&compatible)).unwrap()
}

/// Whether the registers say that the interrupt line is high, and the level it had before they were looked at.
fn lines(b: &Bench, factory: &Factory) -> (bool, bool) {
    let read = |offset| b.r(offset);
    match factory.compatible[0] {
        "arm,pl011" => (read(0x40) != 0, b.irq()),
        "arm,pl031" => (read(0x18) != 0, b.irq()),
        "arm,pl061" => (read(0x418) != 0, b.irq()),
        "arm,sp805" => (read(0x14) != 0, b.irq()),
        "arm,sp804" => (read(0x14) | read(0x34) != 0, b.irq()),
        // Reading what the interrupt is may clear it.
        "ns16550a" => {
            let level = b.irq();
            (b.dev.read(2, Width::B1) & 1 == 0, level)
        }
        "snps,dw-apb-uart" => {
            let level = b.irq();
            (read(8) & 1 == 0, level)
        }
        other => panic!("a device without a line in this table: {other}"),
    }
}

/// A value as drivers and attackers write them.
fn value(random: &mut Random) -> u64 {
    match random.below(4) {
        0 => 1 << random.below(64),
        1 => random.below(256),
        2 => [0, u64::MAX, 0xffff_ffff, 0x1acc_e551, 0x83][random.below(5) as usize],
        _ => random.next(),
    }
}

/// One step of a hostile guest, or of the world around it.
fn step(b: &Bench, factory: &Factory, random: &mut Random) {
    let width = [Width::B1, Width::B2, Width::B4, Width::B8][random.below(4) as usize];
    let bytes = factory.compatible[0] == "ns16550a" && random.below(2) == 0;
    let width = if bytes { Width::B1 } else { width };
    let offset = match random.below(8) {
        _ if bytes => random.below(8),
        0 => random.next(),
        1 => random.below(factory.reg_size + 16),
        2 => random.below(0x40) * width.bytes(),
        3 => 0x400 + random.below(10) * 4,
        _ => random.below(0x20) * 4,
    };
    match random.below(16) {
        0..=4 => {
            b.dev.read(offset, width);
        }
        // An alarm that comes soon.
        5 if factory.compatible[0] == "arm,pl031" => b.w(4, b.r(0).wrapping_add(random.below(3) as u32)),
        5..=11 => b.dev.write(offset, width, value(random) & width.mask()),
        12 => {
            if let Ok(port) = serial::find(&b.name) {
                let text: Vec<u8> = (0..random.below(90)).map(|i| i as u8).collect();
                port.input(&text);
                if random.below(4) == 0 {
                    port.send_break();
                }
            }
        }
        13 => {
            if let Some(gpio) = pl061::find(&b.name) {
                gpio.set_input(random.below(9) as u32, random.below(2) != 0);
            }
        }
        14 => testing::pass(1 << random.below(40)),
        _ => match random.below(20) {
            0 => b.dev.reset(),
            _ => assert!(!b.dev.info().is_empty()),
        },
    }
}

#[test]
fn hostile_accesses_break_nothing_and_lines_follow_registers() {
    let _time = testing::time();
    for (index, factory) in testing::factories().enumerate() {
        let b = Bench::new(factory);
        let mut random = Random(0x5eed_0000 + index as u64);
        for round in 0..40_000 {
            step(&b, factory, &mut random);
            let (wanted, level) = lines(&b, factory);
            assert_eq!(level, wanted, "{} in round {round}: {}", factory.title, b.dev.info());
        }
        let changes = b.irqs.changes();
        assert!(changes.len() > 50, "{}: the line never moved", factory.title);
        // Only changes reach the interrupt controller.
        assert!(changes.windows(2).all(|pair| pair[0].1 != pair[1].1));
        b.dev.stop();
        assert!(!b.irq());
        b.dev.read(0, Width::B4);
        b.dev.write(8, Width::B4, u64::MAX);
        testing::pass(1 << 50);
        assert!(!b.irq(), "{} is alive after its stop", factory.title);
    }
}

#[test]
fn devices_go_when_they_are_stopped() {
    let _time = testing::time();
    for factory in testing::factories() {
        let b = Bench::new(factory);
        // Whatever may be armed is.
        for offset in (0..0x40).step_by(4) {
            b.w(offset, 0xe3);
        }
        b.dev.stop();
        let device = Arc::downgrade(&b.dev);
        let (irqs, power) = (Arc::downgrade(&b.irqs), Arc::downgrade(&b.power));
        drop(b);
        assert!(device.upgrade().is_none(), "{} is held by something", factory.title);
        assert!(irqs.upgrade().is_none() && power.upgrade().is_none());
        assert_eq!(arch::fake::this_cpu().deadline(), None, "{}", factory.title);
    }
}

#[test]
fn a_device_dropped_without_a_stop_leaves_nothing_behind() {
    let _time = testing::time();
    for factory in testing::factories() {
        let b = Bench::new(factory);
        for offset in (0..0x40).step_by(4) {
            b.w(offset, 0xe3);
        }
        let name = b.name.clone();
        drop(b);
        assert!(serial::find(&name).is_err() && pl061::find(&name).is_none());
        testing::pass(1 << 50);
    }
}

#[test]
fn a_watchdog_resets_its_guest() {
    let _time = testing::time();
    let b = Bench::new(factory("arm,sp805"));
    b.w(0, 32_768 - 1);
    b.w(8, 3);
    testing::pass(990_000_000);
    assert!(!b.irq());
    testing::pass(10_000_000);
    assert!(b.irq());
    assert_eq!(b.irqs.changes(), [(IRQ, true)]);
    testing::pass(1_000_000_000);
    let resets = || b.power.resets.load(std::sync::atomic::Ordering::Relaxed);
    assert_eq!(resets(), 1);
    assert!(b.dev.info().starts_with("expired, load 0x7fff, value 0x0 at 32768 Hz"), "{}", b.dev.info());
    testing::pass(100_000_000_000);
    assert_eq!((resets(), b.power.poweroffs.load(std::sync::atomic::Ordering::Relaxed)), (1, 0));
    b.dev.reset();
    assert_eq!((b.irq(), arch::fake::this_cpu().deadline()), (false, None));
}

#[test]
fn an_alarm_rings_while_the_guest_sleeps() {
    let _time = testing::time();
    let b = Bench::new(factory("arm,pl031"));
    let now = b.r(0);
    b.w(0x10, 1);
    b.w(4, now + 3);
    for _ in 0..3 {
        assert!(!b.irq());
        testing::pass(1_000_000_100);
    }
    assert!(b.irq());
    assert_eq!(b.r(0), now + 3);
    b.w(0x1c, 1);
    assert!(!b.irq());
    assert_eq!(arch::fake::this_cpu().deadline(), None);
}

#[test]
fn a_periodic_timer_ticks() {
    let _time = testing::time();
    let sp804 = factory("arm,sp804");
    let b = Bench::with_lines(sp804, Properties::default(), 2).unwrap();
    b.w(0x20, 999);
    b.w(0x28, 0xe2);
    for _ in 0..10 {
        testing::pass(1_000_000);
        assert!(!b.irqs.level(IRQ) && b.irqs.level(IRQ + 1));
        b.w(0x2c, 1);
        assert!(!b.irqs.level(IRQ + 1));
    }
    // An alarm that was taken back does not ring.
    b.w(0x28, 0);
    assert_eq!(arch::fake::this_cpu().deadline(), None);
    b.dev.stop();
}

#[test]
fn too_few_interrupts_are_an_error() {
    for factory in testing::factories() {
        let error = Bench::with_lines(factory, Properties::default(), 0).map(|_| ()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "/dev0: property 'interrupts': found 0 interrupts, expected at least 1",
            "{}",
            factory.title
        );
    }
}

#[test]
fn one_port_a_name() {
    let pl011 = factory("arm,pl011");
    let b = Bench::new(pl011);
    let node = testing::node(pl011, "dev0", Properties::default());
    let guest = b.name.strip_suffix("/dev0").unwrap();
    let ctx = vmm::device::Context {
        guest,
        node: &node,
        irqs: vec![b.irqs.line(IRQ)],
        power: b.power.clone(),
        ram: testing::no_ram(),
    };
    let error = (pl011.create)(&ctx).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("is open already"), "{error}");
    // The one that was there is unharmed.
    assert!(serial::find(&b.name).is_ok());
}

fn described(compatible: &str) -> NodeExtras {
    let factory = factory(compatible);
    let node: DeviceConfig = testing::node(factory, "dev0", Properties::default());
    let mut extras = NodeExtras::default();
    (factory.describe)(&node, &mut extras);
    extras
}

#[test]
fn guests_are_told_what_their_drivers_need() {
    let hz = 24_000_000;
    let mut pl011 = NodeExtras::default();
    pl011.compatible(&["arm,pl011", "arm,primecell"]).clock("uartclk", hz).clock("apb_pclk", hz);
    assert_eq!(described("arm,pl011"), pl011);
    let mut pl061 = NodeExtras::default();
    pl061.compatible(&["arm,pl061", "arm,primecell"]).clock("apb_pclk", hz);
    pl061
        .flag("gpio-controller")
        .cell("#gpio-cells", 2)
        .flag("interrupt-controller")
        .cell("#interrupt-cells", 2);
    assert_eq!(described("arm,pl061"), pl061);
    let mut sp805 = NodeExtras::default();
    sp805.compatible(&["arm,sp805", "arm,primecell"]).clock("wdog_clk", 32_768).clock("apb_pclk", hz);
    assert_eq!(described("arm,sp805"), sp805);
    let mut ns = NodeExtras::default();
    ns.compatible(&["ns16550a"]).cell("clock-frequency", hz);
    assert_eq!(described("ns16550a"), ns);
}

#[test]
fn the_table_is_sound() {
    let mut seen = BTreeSet::new();
    for factory in FACTORIES {
        assert!([1, 4, 32].contains(&factory.irqs) && factory.reg_size.is_power_of_two());
        assert!(factory.options.iter().all(|option| option.starts_with("ferrovisor,")));
        for compatible in factory.compatible {
            assert!(seen.insert(compatible), "{compatible} twice");
        }
    }
    assert!(register());
    for compatible in
        ["arm,pl011", "ns16550a", "snps,dw-apb-uart", "arm,pl031", "arm,pl061", "arm,sp804", "arm,sp805"]
    {
        assert!(vmm::device::find(compatible).is_some(), "{compatible}");
    }
}
