// SPDX-License-Identifier: GPL-2.0-only
//! What cards refuse, and what they take long for: against the model of a card.

use super::command as cmd;
use super::fake::Model;
use super::host::{Can, Timing, Width};
use super::registers::{
    EXT_BUS_WIDTH, EXT_CACHE_CTRL, EXT_ERASE_GROUP_DEF, EXT_FLUSH_CACHE, EXT_HS_TIMING, ExtCsd,
};
use super::tests::{SD, emmc, mode, read, segments, start};
use super::*;
use crate::block::{Device, Driver, Info, Op, Request};
use kernel::mm::segment::Buffer;
use std::boxed::Box;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex};
use std::vec::Vec;

const SWITCH_ERROR: MmcError = MmcError::Card(1 << 7);

/// What a card refuses, and the mode that is left.
type Refusal<'a> = (&'a [(u8, u8)], Timing, Width);

/// A card of SDSC: addressed by bytes.
fn small() -> Model {
    Model { by_blocks: false, speeds: 1, ..Model::sd(4096) }
}

#[test]
fn small_cards_are_addressed_by_bytes_and_large_ones_by_blocks() {
    for (model, unit) in [(small(), 512), (Model::sd(1 << 14), 1), (Model::mmc(1 << 14), 512)] {
        let can = if model.mmc { emmc() } else { SD };
        let by_blocks = model.mmc && model.by_blocks;
        let (host, mut engine, result) = start(model, can);
        assert_eq!(result, Ok(()));
        let unit = if by_blocks { 1 } else { unit };
        host.model().addresses.clear();
        let buffer = Buffer::new(4096).unwrap();
        assert!(buffer.write(0, &[0x77; 4096]));
        assert_eq!(engine.transfer(true, 9, segments(&buffer, &[4096])), (8, Ok(())));
        assert_eq!(read(&mut engine, 17, 512).1, Ok(()));
        assert_eq!(host.model().addresses, [9 * unit, 17 * unit]);
        assert!(host.model().data[9 * 512..17 * 512] == [0x77; 4096]);
        assert_ne!(host.model().data[17 * 512..18 * 512], [0x77; 512]);
    }
}

#[test]
fn switches_that_a_card_refuses_leave_it_in_a_slower_mode() {
    let cases: [Refusal<'_>; 6] = [
        (&[(EXT_BUS_WIDTH, 2)], Timing::Hs200, Width::Four),
        (&[(EXT_BUS_WIDTH, 2), (EXT_BUS_WIDTH, 1)], Timing::MmcHighSpeed, Width::One),
        (&[(EXT_HS_TIMING, 2)], Timing::MmcHighSpeed, Width::Eight),
        (&[(EXT_HS_TIMING, 2), (EXT_HS_TIMING, 1)], Timing::Legacy, Width::Eight),
        (&[(EXT_ERASE_GROUP_DEF, 1)], Timing::Hs200, Width::Eight),
        (&[(EXT_CACHE_CTRL, 1)], Timing::Hs200, Width::Eight),
    ];
    for (n, (refused, timing, width)) in cases.into_iter().enumerate() {
        let (host, mut engine, result) =
            start(Model { refused: refused.to_vec(), ..Model::mmc(1 << 14) }, emmc());
        assert_eq!((result, mode(&engine).0, mode(&engine).1), (Ok(()), timing, width), "case {n}");
        assert!(read(&mut engine, 5, 4096).2 == host.model().data[5 * 512..13 * 512], "case {n}");
        let card = engine.card.as_ref().unwrap();
        assert_eq!(card.can_erase(), n != 4, "case {n}: groups of an unknown size are not erased");
        assert_eq!(card.cache, n != 5, "case {n}");
    }
}

#[test]
fn double_data_rate_that_is_refused_leaves_high_speed() {
    let model = Model { speeds: 7, refused: vec![(EXT_BUS_WIDTH, 6)], ..Model::mmc(1 << 14) };
    let (_, engine, result) = start(model, emmc());
    assert_eq!((result, mode(&engine)), (Ok(()), (Timing::MmcHighSpeed, Width::Eight, 52_000_000)));
}

#[test]
fn old_extended_registers_are_not_asked_for_what_they_lack() {
    let (host, engine, result) = start(Model { revision: 2, ..Model::mmc(1 << 14) }, emmc());
    assert_eq!(result, Ok(()));
    let card = engine.card.as_ref().unwrap();
    assert!(!card.cache, "a cache came with revision 6");
    assert!(!card.can_erase(), "groups of high capacity came with revision 3");
    assert_eq!(host.model().flushed, 0);
    let mut raw = vec![0; 512];
    assert_eq!(ExtCsd::parse(&raw), ExtCsd::default());
    raw[212..216].copy_from_slice(&0x00e9_0000u32.to_le_bytes());
    (raw[192], raw[196], raw[223], raw[224], raw[248]) = (8, 0x57, 2, 4, 50);
    raw[249..253].copy_from_slice(&512u32.to_le_bytes());
    let ext = ExtCsd::parse(&raw);
    assert_eq!((ext.blocks, ext.types, ext.cache, ext.revision), (0x00e9_0000, 0x57, 512, 8));
    assert_eq!((ext.erase_group, ext.switch_ms, ext.erase_ms), (4096, 500, 600));
    assert_eq!(ExtCsd::parse(&raw[..200]).erase_group, 0, "a short register has no more than it has");
}

#[test]
fn a_cache_is_flushed_and_says_when_it_cannot_be() {
    let (host, mut engine, _) = start(Model::mmc(1 << 14), emmc());
    let flush = |engine: &mut super::engine::Engine| serve(engine, Op::Flush, 0, 0);
    assert_eq!((flush(&mut engine), host.model().flushed), (Ok(()), 1));
    host.model().refused.push((EXT_FLUSH_CACHE, 1));
    assert_eq!(flush(&mut engine), Err(BlockError::Device));
    let rca = engine.card.as_ref().unwrap().rca;
    assert_eq!(engine.bus.switch(rca, EXT_FLUSH_CACHE, 1, 10), Err(SWITCH_ERROR));
    // Without a cache, nothing is sent.
    let (host, mut engine, _) = start(Model { cache_kib: 0, ..Model::mmc(1 << 14) }, emmc());
    let before = host.model().log.len();
    assert_eq!((flush(&mut engine), host.model().log.len()), (Ok(()), before));
    assert_eq!(host.model().flushed, 0);
}

/// A queue whose requests the test serves.
struct Held;

impl Driver for Held {
    fn kick(&self, _: &Device) {}
}

/// Has an engine serve a request as it comes from the block layer.
fn serve(engine: &mut super::engine::Engine, op: Op, lba: u64, blocks: u64) -> Result<(), BlockError> {
    let info = Info {
        name: "served".into(),
        model: std::string::String::new(),
        block_size: 512,
        blocks: 1 << 14,
        read_only: false,
        removable: true,
        erase: true,
        max_blocks: 64,
    };
    let device = Device::new(info, Box::new(Held));
    let buffer = Buffer::new(1 << 16).unwrap();
    let segments = match op {
        Op::Read | Op::Write => vec![buffer.segment(0, blocks as usize * 512)],
        _ => Vec::new(),
    };
    let end = Arc::new(Mutex::new(None));
    let its = end.clone();
    let done = Box::new(move |result| *its.lock().unwrap() = Some(result));
    device.submit(Request { op, lba, blocks, segments, done });
    engine.serve(device.next().unwrap());
    let ended = *end.lock().unwrap();
    ended.expect("the request was not ended")
}

#[test]
fn protection_is_seen_and_what_it_refuses_is_not_tried_again() {
    let (_, engine, _) = start(Model { protected: true, ..Model::sd(1 << 14) }, SD);
    assert!(!engine.card.as_ref().unwrap().writable());
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    assert!(engine.card.as_ref().unwrap().writable());
    // WP_VIOLATION: a part of the card is protected.
    host.model().errors = vec![(cmd::WRITE_SINGLE, 1 << 26)];
    assert_eq!(serve(&mut engine, Op::Write, 3, 1), Err(BlockError::ReadOnly));
    assert_eq!(engine.counters.retries.load(Relaxed), 0);
    assert_eq!(serve(&mut engine, Op::Write, 3, 1), Ok(()));
}

#[test]
fn errors_that_a_card_reports_are_tried_again_unless_they_are_hopeless() {
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    // ERROR, CC_ERROR, CARD_ECC_FAILED: once, then it works.
    for bits in [1 << 19, 1 << 20, 1 << 21] {
        host.model().errors = vec![(cmd::READ_MULTIPLE, bits)];
        assert_eq!(read(&mut engine, 0, 4096).1, Ok(()), "{bits:#x}");
    }
    let before = engine.counters.retries.load(Relaxed);
    assert_eq!(before, 3);
    // OUT_OF_RANGE, ADDRESS_ERROR: once is enough.
    for bits in [1 << 31, 1 << 30] {
        host.model().errors = vec![(cmd::READ_MULTIPLE, bits)];
        assert_eq!(read(&mut engine, 0, 4096).1, Err(MmcError::Card(bits)));
    }
    assert_eq!(engine.counters.retries.load(Relaxed), before, "sent again");
    assert!(host.model().errors.is_empty());
    assert_eq!(read(&mut engine, 0, 4096).1, Ok(()));
}

#[test]
fn a_card_that_stays_busy_is_given_up_in_time() {
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    host.model().busy_polls = u32::MAX;
    let rca = engine.card.as_ref().unwrap().rca;
    assert_eq!(engine.bus.wait_ready(rca, 100), Err(MmcError::Timeout));
    host.model().busy_polls = 0;
    assert_eq!(engine.erase(0, 8), Ok(()));
    let (host, mut engine, _) = start(Model::mmc(1 << 14), emmc());
    host.model().errors = vec![(cmd::ERASE, 1 << 28), (cmd::MMC_ERASE_LAST, 1 << 27)];
    assert_eq!(engine.erase(1024, 1024), Err(MmcError::Card(1 << 27)), "a parameter that the card refuses");
    assert_eq!(engine.erase(1024, 1024), Err(MmcError::Card(1 << 28)), "a sequence that the card refuses");
    assert_eq!(engine.erase(1024, 1024), Ok(()));
    assert_eq!(engine.erase(1024, 0), Ok(()), "nothing");
}

#[test]
fn blocks_are_discarded_and_erased_by_the_queue() {
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    for (op, lba) in [(Op::Discard, 8), (Op::Erase, 100)] {
        assert_eq!(serve(&mut engine, op, lba, 4), Ok(()));
        let at = lba as usize * 512;
        assert_eq!(host.model().data[at..at + 4 * 512], [0; 4 * 512]);
        assert_ne!(host.model().data[at + 4 * 512..at + 5 * 512], [0; 512]);
    }
    let (_, mut engine, _) = start(Model::mmc(1 << 14), emmc());
    assert_eq!(serve(&mut engine, Op::Discard, 8, 4), Err(BlockError::Unsupported), "less than a group");
}

#[test]
fn cards_without_counts_are_stopped_and_counts_that_fail_are_tried_again() {
    let (host, mut engine, _) = start(Model { counts: false, ..Model::sd(1 << 14) }, SD);
    assert_eq!(read(&mut engine, 0, 4096).1, Ok(()));
    let log = host.model().log.clone();
    assert!(log.contains(&cmd::STOP) && !log.contains(&cmd::SET_BLOCK_COUNT));
    let (host, mut engine, _) = start(Model::sd(1 << 14), SD);
    host.model().fail = vec![(cmd::SET_BLOCK_COUNT, MmcError::Timeout)];
    let buffer = Buffer::new(4096).unwrap();
    assert_eq!(engine.transfer(true, 40, segments(&buffer, &[4096])), (8, Ok(())));
    assert_eq!(host.model().data[40 * 512..48 * 512], [0; 4096]);
    // A write that broke off leaves the card receiving: it is stopped before the next attempt.
    host.model().fail = vec![(cmd::WRITE_MULTIPLE, MmcError::Crc)];
    host.model().log.clear();
    assert_eq!(engine.transfer(true, 40, segments(&buffer, &[4096])), (8, Ok(())));
    let log = host.model().log.clone();
    let sent = |opcode| log.iter().position(|sent| *sent == opcode);
    assert!(sent(cmd::STOP) > sent(cmd::WRITE_MULTIPLE), "{log:?}");
}

#[test]
fn hosts_of_one_kind_take_only_that_kind() {
    assert_eq!(start(Model::sd(1 << 14), SD | Can::NO_SD).2, Err(MmcError::NoCard));
    assert_eq!(start(Model::mmc(1 << 14), emmc() | Can::NO_MMC).2, Err(MmcError::NoCard));
    assert_eq!(start(Model::mmc(1 << 14), emmc() | Can::NO_SD).2, Ok(()));
    assert_eq!(start(Model::sd(1 << 14), SD | Can::NO_MMC).2, Ok(()));
}
