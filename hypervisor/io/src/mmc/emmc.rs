// SPDX-License-Identifier: GPL-2.0-only
//! MMC and eMMC: from power-up to the fastest mode that card and controller share (eMMC 6.4, 6.6).

use super::bus::Bus;
use super::command as cmd;
use super::engine::Card;
use super::host::{Can, Response, Timing, Voltage, Width};
use super::registers::{
    CardKind, Cid, Csd, EXT_BUS_WIDTH, EXT_CACHE_CTRL, EXT_ERASE_GROUP_DEF, EXT_HS_TIMING, ExtCsd,
};
use super::{MmcError, Result};

/// Bits of the OCR register (eMMC 7.1): ready, by sectors.
const OCR_READY: u32 = 1 << 31;
const OCR_SECTORS: u32 = 1 << 30;
/// Voltages in it.
const OCR_VOLTAGES: u32 = 0x00ff_8080;
/// The address that we give.
const RCA: u32 = 1 << 16;
/// Longest time of a switch if the card does not say, in ms.
const SWITCH_MS: u32 = 500;
/// Values of HS_TIMING.
const HIGH_SPEED: u8 = 1;
const HS200: u8 = 2;
/// Bits of DEVICE_TYPE.
const TYPE_52: u8 = 1 << 1;
const TYPE_DDR: u8 = 1 << 2;
const TYPE_HS200: u8 = 1 << 4;
/// Clock of default speed, in Hz.
const DEFAULT_HZ: u32 = 26_000_000;

/// Identifies the eMMC. `caution` as for SD cards. [`MmcError::NoCard`] if none answers.
pub(super) fn identify(bus: &mut Bus, caution: u8) -> Result<Card> {
    let ocr = power_up(bus)?;
    let cid = Cid(bus.send(cmd::ask_all(cmd::ALL_SEND_CID, 0, Response::R2))?);
    bus.send(cmd::to_card(cmd::RELATIVE_ADDR, RCA))?;
    bus.set(|ios| ios.open_drain = false);
    let csd = Csd::mmc(&bus.send(cmd::ask(cmd::SEND_CSD, RCA, Response::R2))?);
    bus.send(cmd::to_card(cmd::SELECT, RCA))?;
    bus.set_clock(csd.clock.clamp(1, DEFAULT_HZ));
    let mut ext = ExtCsd::default();
    // Blocks that are erased together; only groups of high capacity, whose size is in EXT_CSD, are used.
    let mut erase_blocks = 0;
    if csd.version >= 4 {
        ext = read_ext(bus)?;
        if ext.revision >= 3
            && ext.erase_group != 0
            && accepted(bus.switch(RCA, EXT_ERASE_GROUP_DEF, 1, switch_ms(&ext)))?
        {
            erase_blocks = u64::from(ext.erase_group);
        }
        choose_mode(bus, &ext, caution)?;
    }
    let mut cache = false;
    if ext.cache > 0 && ext.revision >= 6 {
        cache = bus.switch(RCA, EXT_CACHE_CTRL, 1, switch_ms(&ext)).is_ok();
    }
    Ok(Card {
        kind: CardKind::Mmc,
        cid,
        csd,
        ext,
        rca: RCA,
        blocks: if ext.blocks > 0 { ext.blocks } else { csd.blocks },
        by_blocks: ocr & OCR_SECTORS != 0,
        // Of every card since version 3.1; and those older ones are not found any more.
        cmd23: csd.version >= 3,
        erase_blocks,
        cache,
        tuning: (bus.ios.timing == Timing::Hs200).then_some(cmd::MMC_TUNING),
    })
}

/// Whether a card took a switch; one that it refuses leaves everything as it was.
fn accepted(switched: Result<()>) -> Result<bool> {
    match switched {
        Ok(()) => Ok(true),
        Err(MmcError::Card(_)) => Ok(false),
        Err(error) => Err(error),
    }
}

fn switch_ms(ext: &ExtCsd) -> u32 {
    ext.switch_ms.max(SWITCH_MS)
}

/// Powers up and waits until the card is ready: its OCR register.
fn power_up(bus: &mut Bus) -> Result<u32> {
    bus.power_cycle(true);
    bus.host.reset_card();
    bus.send(cmd::broadcast(cmd::GO_IDLE, 0))?;
    bus.sleep_ms(1);
    let ask = |bus: &Bus, arg| bus.send(cmd::ask_all(cmd::SEND_OP_COND, arg, Response::R3));
    let Ok(first) = ask(bus, 0) else { return Err(MmcError::NoCard) };
    let voltages = first[0] & OCR_VOLTAGES & bus.caps.ocr;
    if voltages == 0 {
        return Err(MmcError::Unknown("card and controller share no supply voltage"));
    }
    bus.send(cmd::broadcast(cmd::GO_IDLE, 0))?;
    for _ in 0..110 {
        let ocr = ask(bus, voltages | OCR_SECTORS)?[0];
        if ocr & OCR_READY != 0 {
            return Ok(ocr);
        }
        bus.sleep_ms(10);
    }
    Err(MmcError::Timeout)
}

fn read_ext(bus: &Bus) -> Result<ExtCsd> {
    Ok(ExtCsd::parse(&bus.read(cmd::with_data(cmd::IF_COND_OR_EXT_CSD, 0), 512)?))
}

fn choose_mode(bus: &mut Bus, ext: &ExtCsd, caution: u8) -> Result<()> {
    let can = bus.caps.can;
    if caution < 3 {
        widen(bus, ext)?;
    }
    let wide = bus.ios.width != Width::One;
    if caution == 0 && wide && can.contains(Can::HS200) && ext.types & TYPE_HS200 != 0 {
        return hs200(bus, ext);
    }
    if caution >= 2 || !can.contains(Can::MMC_HIGH_SPEED) || ext.types & TYPE_52 == 0 {
        return Ok(());
    }
    bus.switch(RCA, EXT_HS_TIMING, HIGH_SPEED, switch_ms(ext))?;
    bus.set(|ios| ios.timing = Timing::MmcHighSpeed);
    bus.set_clock(Timing::MmcHighSpeed.clock());
    let ddr = can.intersects(Can::DDR_3V3 | Can::DDR_1V8) && ext.types & TYPE_DDR != 0;
    if caution == 0 && wide && ddr {
        if !can.contains(Can::DDR_3V3) {
            low_voltage(bus)?;
        }
        let value = if bus.ios.width == Width::Eight { 6 } else { 5 };
        bus.switch(RCA, EXT_BUS_WIDTH, value, switch_ms(ext))?;
        bus.set(|ios| ios.timing = Timing::Ddr52);
        bus.set_clock(Timing::Ddr52.clock());
    }
    Ok(())
}

/// Takes as many data lines as work: the register that is read by them must be as before.
fn widen(bus: &mut Bus, ext: &ExtCsd) -> Result<()> {
    for (width, need, value) in [(Width::Eight, Can::WIDTH_8, 2), (Width::Four, Can::WIDTH_4, 1)] {
        if !bus.caps.can.contains(need) {
            continue;
        }
        if !accepted(bus.switch(RCA, EXT_BUS_WIDTH, value, switch_ms(ext)))? {
            continue;
        }
        bus.set(|ios| ios.width = width);
        match read_ext(bus) {
            Ok(again) if again == *ext => return Ok(()),
            _ => log::warn!("{}: {} data lines do not work", bus.host.name(), width.lines()),
        }
    }
    if bus.ios.width != Width::One {
        bus.switch(RCA, EXT_BUS_WIDTH, 0, switch_ms(ext))?;
        bus.set(|ios| ios.width = Width::One);
    }
    Ok(())
}

fn low_voltage(bus: &mut Bus) -> Result<()> {
    bus.set(|ios| ios.voltage = Voltage::V180);
    bus.host.switch_voltage(&bus.ios)
}

fn hs200(bus: &mut Bus, ext: &ExtCsd) -> Result<()> {
    low_voltage(bus)?;
    bus.switch(RCA, EXT_HS_TIMING, HS200, switch_ms(ext))?;
    bus.set(|ios| ios.timing = Timing::Hs200);
    bus.set_clock(Timing::Hs200.clock());
    bus.host.tune(cmd::MMC_TUNING)
}
