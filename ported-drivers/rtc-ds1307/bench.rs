// SPDX-License-Identifier: GPL-2.0-only
//! A DS1307 behind Allwinner's I2C controller on the bench.
//! drivers: clk-fixed-rate, i2c-mv64xxx

use driver_bench::io::{nvmem, rtc};
use driver_bench::models::mv64xxx_i2c::{Device, I2c};
use driver_bench::{Bench, Handle, Test};

/// The tests.
pub const TESTS: &[Test] =
    &[Test::new("keeps_time_over_the_bus", time), Test::new("comes_and_goes_without_a_leak", leak)];

const PATH: &str = "/i2c@1c2ac00/rtc@68";
const TREE: &str = r#"&i2c { rtc@68 { compatible = "dallas,ds1307"; reg = <0x68>; }; };"#;
/// 2024-02-29 12:34:56, a Thursday, as the chip has it.
const NOW: [u8; 7] = [0x56, 0x34, 0x12, 5, 0x29, 0x02, 0x24];
const SECONDS: i64 = 1_709_210_096;

fn start(bench: &mut Bench) -> Handle<I2c> {
    let mut chip = Device::new(0x68);
    chip.registers[..7].copy_from_slice(&NOW);
    I2c::start(bench, vec![chip], TREE, PATH)
}

fn time(bench: &mut Bench) {
    let model = start(bench);
    let clock = rtc::list().pop().expect("the driver registers a clock");
    assert_eq!(clock.read().ok(), Some(SECONDS));
    clock.set(SECONDS + 86400).expect("it is set");
    assert_eq!(
        model.with(|m, _| m.devices[0].registers[..7].to_vec()),
        [0x56, 0x34, 0x12, 6, 0x01, 0x03, 0x24]
    );
    let memory = nvmem::list().pop().expect("the chip's memory is registered");
    assert_eq!(memory.write(3, b"bench").ok(), Some(5));
    assert_eq!(&model.with(|m, _| m.devices[0].registers)[11..16], b"bench");
}

fn leak(bench: &mut Bench) {
    start(bench);
    bench.rebind_without_leak(PATH, |_| {
        let clock = rtc::list().pop().expect("the driver registers a clock");
        assert_eq!(clock.read().ok(), Some(SECONDS));
    });
}
