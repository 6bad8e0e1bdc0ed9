// SPDX-License-Identifier: GPL-2.0-only
//! The SD/MMC host controller of the A64 and H5 on the bench, with a card in its slot, and with faults.
//! drivers: clk-fixed-rate, regulator-fixed

#[path = "bench_model.rs"]
mod model;

use driver_bench::io::block;
use driver_bench::kernel::device::State;
use driver_bench::sd::{BLOCK, SdCard};
use driver_bench::{Bench, Fault, Handle, Test, What};
use model::{CMDR, GCTRL, Mmc};
use std::sync::Arc;

/// The tests.
pub const TESTS: &[Test] = &[
    Test::new("reads_and_writes_blocks_by_its_descriptors", reads_and_writes),
    Test::new("a_crc_error_is_tried_again", crc_error),
    Test::new("a_time_out_is_tried_again", time_out),
    Test::new("errors_that_stay_reach_the_caller", stays_broken),
    Test::new("a_reset_that_never_ends_fails_the_probe", reset_stuck),
    Test::new("a_busy_bit_that_sticks_fails_requests_not_the_machine", busy_stuck),
    Test::new("a_storm_of_interrupts_changes_nothing", storm),
    Test::new("lost_interrupts_end_in_a_time_out", lost_interrupts),
    Test::new("a_card_that_is_pulled_fails_requests", pulled),
    Test::new("comes_and_goes_without_a_leak", leak),
    Test::new("fails_where_there_is_no_memory", no_memory),
];

const AT: u64 = 0x1c0_f000;
const LINE: u32 = 60;
const PATH: &str = "/mmc@1c0f000";
const TREE: &str = r#"
/ {
	osc: osc { compatible = "fixed-clock"; #clock-cells = <0>; clock-frequency = <24000000>; };
	vcc: vcc {
		compatible = "regulator-fixed";
		regulator-name = "vcc3v3";
		regulator-min-microvolt = <3300000>;
		regulator-max-microvolt = <3300000>;
	};
	mmc@1c0f000 {
		compatible = "allwinner,sun50i-h5-mmc", "allwinner,sun50i-a64-mmc";
		reg = <0x1c0f000 0x1000>;
		interrupts = <0 60 4>;
		clocks = <&osc>, <&osc>;
		clock-names = "ahb", "mmc";
		vmmc-supply = <&vcc>;
		bus-width = <4>;
		non-removable;
	};
};
"#;

/// Starts with a card of 32 MiB; waits for its disk.
fn start(bench: &mut Bench) -> (Handle<Mmc>, Arc<block::Device>) {
    let mmc = bench.add("mmc", AT, 0x1000, Mmc::new(LINE, SdCard::new(65536)));
    bench.start(TREE);
    bench.expect_bound(PATH);
    let disk = disk(bench);
    (mmc, disk)
}

fn disk(bench: &Bench) -> Arc<block::Device> {
    for _ in 0..100 {
        if let Some(disk) = block::list().pop() {
            return disk;
        }
        bench.sleep_ms(20);
    }
    panic!("no disk within 2 s:\n{}", bench.log().join("\n"));
}

/// What a range of the card holds.
fn expected(mmc: &Handle<Mmc>, first: u64, blocks: usize) -> Vec<u8> {
    mmc.with(|mmc, _| (first..).take(blocks).flat_map(|n| mmc.card.block(n)).collect())
}

fn reads_and_writes(bench: &mut Bench) {
    let (mmc, disk) = start(bench);
    assert_eq!(disk.bytes(), 32 << 20);
    mmc.with(|mmc, _| assert!(mmc.card.wide && mmc.card.fast, "4 lines at high speed"));
    for (first, blocks) in [(0, 1), (7, 1), (100, 8), (1000, 300), (65535, 1)] {
        let mut data = vec![0xee; blocks * BLOCK];
        disk.read(first, &mut data).expect("it reads");
        assert!(data == expected(&mmc, first, blocks), "{blocks} blocks from {first} on");
    }
    let data: Vec<u8> = (0..260 * BLOCK).map(|n| ((n * 7) >> 3) as u8).collect();
    disk.write(5000, &data).expect("it writes");
    assert!(expected(&mmc, 5000, 260) == data);
    assert!(expected(&mmc, 5260, 1) == SdCard::pattern(5260), "nothing beyond the end is written");
    let dma =
        bench.trace().into_iter().filter(|entry| matches!(entry.what, What::DmaWrite(_, n) if n >= BLOCK));
    assert!(dma.count() > 5, "data went by DMA");
}

/// Has the next data requests end with a bit of `RINTR`.
fn fail(mmc: &Handle<Mmc>, bits: u32, count: u32) {
    mmc.with(|mmc, _| (mmc.fail_data, mmc.fail_count) = (bits, count));
}

fn crc_error(bench: &mut Bench) {
    let (mmc, disk) = start(bench);
    fail(&mmc, model::DATA_CRC_ERROR, 1);
    let mut data = vec![0; 4 * BLOCK];
    disk.read(40, &mut data).expect("the core tries again");
    assert!(data == expected(&mmc, 40, 4));
    assert!(bench.said("data error, sending stop command"), "the driver stopped the card");
    mmc.with(|mmc, _| {
        assert_eq!(mmc.fail_count, 0);
        assert!(mmc.card.commands.contains(&12), "by CMD12");
    });
}

fn time_out(bench: &mut Bench) {
    let (mmc, disk) = start(bench);
    fail(&mmc, model::DATA_TIMEOUT, 1);
    let data = vec![0x5a; 2 * BLOCK];
    disk.write(77, &data).expect("the core tries again");
    assert!(expected(&mmc, 77, 2) == data);
    mmc.with(|mmc, _| mmc.deaf = 1);
    disk.write(79, &data).expect("a command without response is tried again");
    assert!(expected(&mmc, 79, 2) == data);
}

fn stays_broken(bench: &mut Bench) {
    let (mmc, disk) = start(bench);
    fail(&mmc, model::DATA_CRC_ERROR, u32::MAX);
    assert!(disk.read(1, &mut [0; BLOCK]).is_err(), "the caller hears of it");
    fail(&mmc, 0, 0);
    let again = self::disk(bench);
    let mut data = vec![0; BLOCK];
    again.read(1, &mut data).expect("it works again when the fault is gone");
    assert!(data == SdCard::pattern(1));
}

fn reset_stuck(bench: &mut Bench) {
    bench.add("mmc", AT, 0x1000, Mmc::new(LINE, SdCard::new(65536)));
    bench.fault(AT + GCTRL, 4, Fault::Stuck { mask: 1, value: 1 });
    bench.start(TREE);
    assert!(matches!(bench.state(PATH), Some(State::Failed(_))), "{:?}", bench.state(PATH));
    assert!(bench.said("fatal err reset timeout"));
    assert!(bench.now() > 250_000_000, "the driver has patience for 250 ms");
    bench.repair(AT + GCTRL);
    bench.bind(PATH);
    bench.expect_bound(PATH);
    disk(bench).read(0, &mut [0; BLOCK]).expect("it reads once the fault is gone");
}

fn busy_stuck(bench: &mut Bench) {
    let mmc = bench.add("mmc", AT, 0x1000, Mmc::new(LINE, SdCard::new(65536)));
    bench.fault(AT + CMDR, 4, Fault::Stuck { mask: 1 << 31, value: 1 << 31 });
    bench.start(TREE);
    bench.expect_bound(PATH);
    bench.sleep_ms(3000);
    assert!(bench.said("fatal err update clk timeout"), "the clock cannot be changed");
    assert!(block::list().is_empty(), "and so there is no disk");
    mmc.with(|mmc, _| assert!(mmc.card.commands.is_empty(), "nothing is sent without clock"));
    bench.repair(AT + CMDR);
    bench.sleep_ms(60_000);
    let mut data = vec![0; BLOCK];
    disk(bench).read(3, &mut data).expect("it works once the bit falls");
    assert!(data == expected(&mmc, 3, 1));
}

fn storm(bench: &mut Bench) {
    let (mmc, disk) = start(bench);
    let before = bench.interrupts(LINE);
    let mut data = vec![0; 8 * BLOCK];
    for round in 0..10 {
        bench.storm(LINE, 2000);
        disk.read(round * 8, &mut data).expect("it reads");
        assert!(data == expected(&mmc, round * 8, 8));
        disk.write(9000 + round, &data[..BLOCK]).expect("it writes");
    }
    let taken = bench.interrupts(LINE) - before;
    assert!(taken >= 10_000, "{taken} interrupts");
}

fn lost_interrupts(bench: &mut Bench) {
    let (_, disk) = start(bench);
    bench.lose_interrupts(LINE, true);
    assert!(disk.read(3, &mut [0; BLOCK]).is_err(), "nobody waits for ever");
    bench.lose_interrupts(LINE, false);
}

fn pulled(bench: &mut Bench) {
    let (mmc, disk) = start(bench);
    mmc.with(|mmc, _| mmc.card.inserted = false);
    assert!(disk.read(3, &mut [0; BLOCK]).is_err());
    mmc.with(|mmc, _| mmc.card.inserted = true);
    let again = self::disk(bench);
    again.read(3, &mut [0; BLOCK]).expect("it is there again");
}

fn leak(bench: &mut Bench) {
    let (mmc, disk) = start(bench);
    drop(disk);
    bench.rebind_without_leak(PATH, |bench| {
        let disk = self::disk(bench);
        let mut data = vec![0; 16 * BLOCK];
        disk.read(16, &mut data).expect("it reads");
        assert!(data == expected(&mmc, 16, 16));
        // Once while it works, once while it sleeps.
        bench.sleep_ms(if bench.now() / 1_000_000 % 2 == 0 { 0 } else { 300 });
    });
}

fn no_memory(bench: &mut Bench) {
    let (_, disk) = start(bench);
    drop(disk);
    bench.unbind(PATH);
    bench.probe_without_memory(PATH);
}
