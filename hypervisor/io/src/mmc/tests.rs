// SPDX-License-Identifier: GPL-2.0-only
//! The core against the model of a card.

use super::bus::Bus;
use super::command as cmd;
use super::engine::Engine;
use super::fake::{FakeHost, Model};
use super::host::{Can, Timing, Width};
use super::registers::{self, Cid, Csd, bits};
use super::*;
use kernel::mm::segment::{Buffer, Segment};
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::vec::Vec;

pub(super) const SD: Can = Can::WIDTH_4.union(Can::SD_HIGH_SPEED).union(Can::CMD23);

pub(super) fn uhs() -> Can {
    SD | Can::SDR12 | Can::SDR25 | Can::SDR50 | Can::SDR104 | Can::DDR50
}

pub(super) fn emmc() -> Can {
    Can::WIDTH_8 | Can::WIDTH_4 | Can::MMC_HIGH_SPEED | Can::HS200 | Can::DDR_1V8 | Can::CMD23
}

pub(super) fn start(model: Model, can: Can) -> (Arc<FakeHost>, Engine, Result<()>) {
    let host = FakeHost::new(model, can);
    let mut engine = Engine::new(Bus::new(host.clone()).unwrap());
    let result = engine.identify();
    (host, engine, result)
}

pub(super) fn mode(engine: &Engine) -> (Timing, Width, u32) {
    let ios = &engine.bus.ios;
    (ios.timing, ios.width, ios.clock)
}

pub(super) fn segments(buffer: &Buffer, cuts: &[usize]) -> Vec<Segment> {
    let mut at = 0;
    let mut all = Vec::new();
    for len in cuts {
        all.push(buffer.segment(at, *len));
        at += len;
    }
    all
}

pub(super) fn read(engine: &mut Engine, lba: u64, bytes: usize) -> (u64, Result<()>, Vec<u8>) {
    let buffer = Buffer::new(bytes).unwrap();
    let (good, result) = engine.transfer(false, lba, segments(&buffer, &[bytes]));
    let mut data = vec![0; bytes];
    buffer.read(0, &mut data);
    (good, result, data)
}

#[test]
fn each_kind_of_card_is_identified_in_its_fastest_mode() {
    let sdsc = Model { by_blocks: false, version_1: true, speeds: 1, ..Model::sd(4096) };
    let uhs_card = Model { uhs: true, speeds: 0x1f, ..Model::sd(1 << 14) };
    let cases = [
        (sdsc, SD, CardKind::Sdsc, Timing::Legacy, Width::Four),
        (Model::sd(1 << 14), SD, CardKind::Sdhc, Timing::SdHighSpeed, Width::Four),
        (Model::sd(1 << 14), Can::empty(), CardKind::Sdhc, Timing::Legacy, Width::One),
        (uhs_card, uhs(), CardKind::Sdhc, Timing::Sdr104, Width::Four),
        (
            Model { uhs: true, speeds: 0x17, ..Model::sd(1 << 14) },
            uhs(),
            CardKind::Sdhc,
            Timing::Sdr50,
            Width::Four,
        ),
        (Model::mmc(1 << 14), emmc(), CardKind::Mmc, Timing::Hs200, Width::Eight),
        (Model { speeds: 7, ..Model::mmc(1 << 14) }, emmc(), CardKind::Mmc, Timing::Ddr52, Width::Eight),
        (
            Model { speeds: 3, ..Model::mmc(1 << 14) },
            emmc(),
            CardKind::Mmc,
            Timing::MmcHighSpeed,
            Width::Eight,
        ),
        (Model::mmc(1 << 14), Can::WIDTH_4, CardKind::Mmc, Timing::Legacy, Width::Four),
    ];
    for (n, (model, can, kind, timing, width)) in cases.into_iter().enumerate() {
        let blocks = model.blocks;
        let (host, mut engine, result) = start(model, can);
        assert_eq!(result, Ok(()), "case {n}: {:?}", host.model().log);
        let card = engine.card.as_ref().unwrap();
        assert_eq!((card.kind, card.blocks), (kind, blocks), "case {n}");
        assert_eq!(
            mode(&engine),
            (
                timing,
                width,
                timing.clock().min(if kind == CardKind::Mmc && timing == Timing::Legacy {
                    25_000_000
                } else {
                    u32::MAX
                })
            ),
            "case {n}"
        );
        let (good, result, data) = read(&mut engine, 3, 5 * 512);
        assert_eq!((good, result), (5, Ok(())), "case {n}");
        assert!(data == host.model().data[3 * 512..8 * 512], "case {n}");
    }
    assert_eq!(start(Model { inserted: false, ..Model::sd(4096) }, SD).2, Err(MmcError::NoCard));
    assert_eq!(
        start(Model { inserted: false, detects: false, ..Model::sd(4096) }, SD).2,
        Err(MmcError::NoCard)
    );
}

#[test]
fn modes_that_do_not_work_are_left_for_slower_ones() {
    let uhs_card = || Model { uhs: true, speeds: 0x1f, ..Model::sd(1 << 14) };
    let bad = |bad: &[Timing]| Model { bad_timings: bad.to_vec(), ..uhs_card() };
    let (_, engine, result) = start(bad(&[Timing::Sdr104]), uhs());
    assert_eq!((result, mode(&engine).0), (Ok(()), Timing::Sdr50));
    let all = [Timing::Sdr104, Timing::Sdr50, Timing::Ddr50, Timing::Sdr25, Timing::Sdr12];
    let (_, engine, result) = start(bad(&all), uhs());
    assert_eq!((result, mode(&engine).0), (Ok(()), Timing::SdHighSpeed));
    let (_, engine, result) = start(bad(&[&all[..], &[Timing::SdHighSpeed]].concat()), uhs());
    assert_eq!((result, mode(&engine)), (Ok(()), (Timing::Legacy, Width::Four, 25_000_000)));
    let narrow = Model { bad_widths: vec![Width::Four], ..Model::sd(1 << 14) };
    let (_, engine, result) = start(narrow, SD);
    assert_eq!((result, mode(&engine).1), (Ok(()), Width::One));
    let narrow = Model { bad_widths: vec![Width::Eight], ..Model::mmc(1 << 14) };
    let (_, engine, result) = start(narrow, emmc());
    assert_eq!((result, mode(&engine)), (Ok(()), (Timing::Hs200, Width::Four, 200_000_000)));
    let slow = Model { bad_timings: vec![Timing::Hs200], ..Model::mmc(1 << 14) };
    let (_, engine, result) = start(slow, emmc());
    assert_eq!((result, mode(&engine).0), (Ok(()), Timing::MmcHighSpeed));
}

#[test]
fn scattered_memory_is_cut_for_the_controller() {
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    let total = 400 * 512;
    let buffer = Buffer::new(total).unwrap();
    let data: Vec<u8> = (0..total).map(|n| (n * 31 + n / 700) as u8).collect();
    buffer.write(0, &data);
    let mut cuts = vec![100, 412, 512, 3, 509 + 1024, 70_000, 17, 495];
    cuts.push(total - cuts.iter().sum::<usize>());
    let (good, result) = engine.transfer(true, 77, segments(&buffer, &cuts));
    assert_eq!((good, result), (400, Ok(())));
    assert!(host.model().data[77 * 512..477 * 512] == data);
    buffer.write(0, &vec![0; total]);
    assert_eq!(engine.transfer(false, 77, segments(&buffer, &cuts)), (400, Ok(())));
    let mut back = vec![0; total];
    buffer.read(0, &mut back);
    assert!(back == data);
    let log = host.model().log.clone();
    assert!(log.contains(&cmd::SET_BLOCK_COUNT) && !log.contains(&cmd::STOP));
    // Without CMD23, transfers are stopped.
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD - Can::CMD23);
    assert_eq!(read(&mut engine, 0, 4096).1, Ok(()));
    let log = host.model().log.clone();
    assert!(log.contains(&cmd::STOP) && !log.contains(&cmd::SET_BLOCK_COUNT));
}

#[test]
fn damaged_and_lost_transfers_are_tried_again() {
    for error in [MmcError::Crc, MmcError::Timeout] {
        let (host, mut engine, _) = start(Model::sd(1 << 14), SD - Can::CMD23);
        host.model().fail =
            vec![(cmd::READ_MULTIPLE, error), (cmd::READ_MULTIPLE, error), (cmd::READ_SINGLE, error)];
        let (good, result, data) = read(&mut engine, 9, 8 * 512);
        assert_eq!((good, result), (8, Ok(())), "{error}");
        assert!(data == host.model().data[9 * 512..17 * 512]);
        assert_eq!(engine.counters.retries.load(Relaxed), 3);
        host.model().fail = vec![(cmd::WRITE_MULTIPLE, error)];
        let buffer = Buffer::new(4096).unwrap();
        assert_eq!(engine.transfer(true, 100, segments(&buffer, &[4096])), (8, Ok(())));
        assert_eq!(host.model().data[100 * 512..108 * 512], [0; 4096]);
    }
}

#[test]
fn a_card_that_stays_bad_gives_the_error_and_how_far_it_came() {
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    host.model().fail = std::iter::repeat_n((cmd::READ_SINGLE, MmcError::Crc), 50).collect();
    let (good, result, _) = read(&mut engine, 0, 512);
    assert_eq!((good, result), (0, Err(MmcError::Crc)));
    assert!(engine.counters.crc.load(Relaxed) >= 5);
    // It is there, so it stays a disk. When it is well again, it is started anew in its fastest mode.
    assert!(engine.card.is_some());
    host.model().fail.clear();
    assert_eq!(read(&mut engine, 0, 512).1, Ok(()));
    assert_eq!(mode(&engine), (Timing::SdHighSpeed, Width::Four, 50_000_000));
}

#[test]
fn a_mode_that_fails_later_is_left_too() {
    let (host, mut engine, _) = start(Model { uhs: true, speeds: 0x1f, ..Model::sd(1 << 14) }, uhs());
    assert_eq!(mode(&engine).0, Timing::Sdr104);
    let tuned = host.model().tuned;
    host.model().bad_timings = vec![Timing::Sdr104];
    assert_eq!(read(&mut engine, 0, 4096).1, Ok(()));
    assert_eq!(mode(&engine).0, Timing::SdHighSpeed);
    assert!(host.model().tuned > tuned);
    assert_eq!(engine.counters.restarts.load(Relaxed), 1);
}

#[test]
fn a_pulled_card_is_noticed_and_a_changed_one_too() {
    for detects in [true, false] {
        let (host, mut engine, _) = start(Model { detects, ..Model::sd(1 << 14) }, SD);
        host.model().pull_after = Some(2);
        let (good, result, _) = read(&mut engine, 0, 400 * 512);
        assert_eq!(result, Err(MmcError::NoCard));
        assert_eq!(good, 2 * 96);
        assert!(!engine.alive() && engine.card.is_none());
        host.model().inserted = true;
        host.model().pull_after = None;
        assert_eq!(engine.identify(), Ok(()));
        assert!(engine.alive());
        // Another one, put in between two requests.
        host.model().serial += 1;
        host.model().fail = std::iter::repeat_n((cmd::READ_SINGLE, MmcError::Timeout), 3).collect();
        assert_eq!(read(&mut engine, 0, 512).1, Err(MmcError::Changed));
        assert!(engine.card.is_none());
    }
}

#[test]
fn erasing_and_flushing() {
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    engine.erase(10, 3).unwrap();
    assert_eq!(host.model().data[10 * 512..13 * 512], [0; 3 * 512]);
    assert_ne!(host.model().data[13 * 512..14 * 512], [0; 512]);
    let (host, mut engine, _) = start(Model::mmc(1 << 14), emmc());
    assert_eq!(engine.erase(10, 3), Err(MmcError::Unsupported), "an eMMC erases groups only");
    engine.erase(1024, 2048).unwrap();
    assert_eq!(host.model().data[1024 * 512..3072 * 512], [0; 2048 * 512]);
    let card = engine.card.as_ref().unwrap();
    assert!(card.cache && card.can_erase() && card.writable());
    engine.bus.switch(card.rca, registers::EXT_FLUSH_CACHE, 1, 100).unwrap();
    assert_eq!(host.model().flushed, 1);
}

#[test]
fn made_up_faults_are_recovered_from() {
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    let faults = engine.bus.faults.clone();
    faults.set(Fault::Crc, 2);
    assert_eq!(read(&mut engine, 0, 8192).1, Ok(()));
    faults.set(Fault::Timeout, 3);
    assert_eq!(read(&mut engine, 0, 8192).1, Ok(()));
    faults.set(Fault::Pulled, 1);
    assert_eq!(read(&mut engine, 0, 8192).1, Err(MmcError::NoCard));
    assert_eq!(engine.identify(), Err(MmcError::NoCard));
    faults.set(Fault::Pulled, 0);
    assert_eq!(engine.identify(), Ok(()));
    assert!(read(&mut engine, 0, 512).2 == host.model().data[..512]);
}

/// Any sequence of faults ends in data or in an error, and the next whole card works.
#[test]
fn no_sequence_of_faults_breaks_the_core() {
    let mut state = 7u64;
    let mut random = move |below: u64| {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 33) % below
    };
    let errors = [MmcError::Crc, MmcError::Timeout, MmcError::Host(5), MmcError::NoCard];
    let mut failed = 0;
    for round in 0..400 {
        let model = if round % 2 == 0 { Model::sd(1 << 11) } else { Model::mmc(1 << 11) };
        let (host, mut engine, _) =
            start(Model { detects: random(2) == 0, ..model }, if round % 2 == 0 { uhs() } else { emmc() });
        for _ in 0..6 {
            let fail = (0..random(12)).map(|_| {
                let opcode = [0, 1, 2, 6, 7, 8, 9, 12, 13, 17, 18, 23, 41, 55][random(14) as usize];
                (opcode, errors[random(4) as usize])
            });
            host.model().fail = fail.collect();
            host.model().inserted = random(8) != 0;
            let (lba, blocks) = (random(1000), 1 + random(200));
            if engine.card.is_none() && engine.identify().is_err() {
                failed += 1;
                continue;
            }
            let (good, result, data) = read(&mut engine, lba, blocks as usize * 512);
            let (from, len) = (lba as usize * 512, good as usize * 512);
            assert!(data[..len] == host.model().data[from..from + len]);
            assert_eq!(result.is_ok(), good == blocks);
            failed += usize::from(result.is_err());
        }
        host.model().fail.clear();
        host.model().inserted = true;
        engine.identify().unwrap();
        assert_eq!(read(&mut engine, 0, 4096).1, Ok(()));
    }
    assert!(failed > 100);
}

#[test]
fn registers_are_decoded() {
    // A card of 15,931,539,456 bytes: SDHC, 50 MHz by its CSD.
    let raw = [0x400e_0032, 0x5b59_0000, 0x76b2_7f80, 0x0a40_40b7];
    let csd = Csd::sd(&raw).unwrap();
    assert_eq!((csd.blocks, csd.clock, csd.by_blocks), (31_116_288, 25_000_000, true));
    assert_eq!(csd.classes, 0x5b5);
    // A card of 2 GB, addressed by bytes.
    let raw = [0x002f_0032, 0x5b5a_83d5, 0x6db7_fbff, 0x9680_0093];
    assert_eq!(Csd::sd(&raw).unwrap().blocks, ((0xf55u64 + 1) << 9) << 10 >> 9);
    assert!(Csd::sd(&[0xc000_0000, 0, 0, 0]).is_err());
    let cid = Cid([0x0353_4453, 0x5530_3847, 0x8001_2345, 0x6700_bc11]);
    assert_eq!(cid.describe(false), "SU08G, maker 0x03, serial 0x01234567");
    assert_eq!(bits(&[0x8000_0000, 0, 0, 1], 127, 1), 1);
    assert_eq!(bits(&[0, 0, 0, 0xffff_ffff], 0, 32), 0xffff_ffff);
    assert_eq!(registers::allocation_unit(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0x00, 0x90]), 4 << 20);
}
