// SPDX-License-Identifier: GPL-2.0-only
//! SD cards: from power-up to the fastest mode that card and controller share (SD 4.2, 4.3, 6.4).

use super::bus::Bus;
use super::command as cmd;
use super::engine::Card;
use super::host::{Can, Response, Timing, Voltage, Width};
use super::registers::{self, CLASS_SWITCH, CardKind, Cid, Csd, ExtCsd, Scr, SwitchStatus};
use super::{MmcError, Result};
use alloc::vec::Vec;

/// Bits of the OCR register (SD 5.1): ready, by blocks, 1.8 V asked for and accepted.
const OCR_READY: u32 = 1 << 31;
const OCR_BLOCKS: u32 = 1 << 30;
const OCR_MORE_POWER: u32 = 1 << 28;
const OCR_1V8: u32 = 1 << 24;
/// Voltages in it.
const OCR_VOLTAGES: u32 = 0x00ff_8000;
/// Pattern that a card of version 2 echoes, for 2.7 to 3.6 V.
const CHECK: u32 = 0x1aa;
/// Blocks of the smallest SDXC card: above 32 GiB.
const SDXC_BLOCKS: u64 = 32 << 21;

/// UHS-I modes from the fastest on: timing, what the controller needs, function of group 1.
const UHS: [(Timing, Can, u8); 5] = [
    (Timing::Sdr104, Can::SDR104, 3),
    (Timing::Sdr50, Can::SDR50, 2),
    (Timing::Ddr50, Can::DDR50, 4),
    (Timing::Sdr25, Can::SDR25, 1),
    (Timing::Sdr12, Can::SDR12, 0),
];

fn wants_uhs(bus: &Bus, caution: u8) -> bool {
    let modes = UHS.iter().fold(Can::empty(), |all, (_, can, _)| all | *can);
    caution == 0 && bus.caps.can.intersects(modes) && bus.caps.can.contains(Can::WIDTH_4)
}

/// Identifies the SD card in the slot. `caution`: 0 for all modes, 1 without 1.8 V, 2 at default speed, 3 with one line.
/// [`MmcError::NoCard`] if no SD card answers.
pub(super) fn identify(bus: &mut Bus, caution: u8) -> Result<Card> {
    let (ocr, switched) = match power_up(bus, wants_uhs(bus, caution)) {
        Ok(up) => up,
        // The switch of voltages failed: only a new start helps.
        Err(MmcError::Unsupported) => power_up(bus, false)?,
        Err(error) => return Err(error),
    };
    let cid = Cid(bus.send(cmd::ask_all(cmd::ALL_SEND_CID, 0, Response::R2))?);
    let rca = bus.send(cmd::ask_all(cmd::RELATIVE_ADDR, 0, Response::R1))?[0] & 0xffff_0000;
    let csd = Csd::sd(&bus.send(cmd::ask(cmd::SEND_CSD, rca, Response::R2))?)?;
    bus.send(cmd::busy(cmd::SELECT, rca, 0))?;
    let by_blocks = ocr & OCR_BLOCKS != 0;
    if !by_blocks {
        bus.send(cmd::to_card(cmd::SET_BLOCKLEN, registers::BLOCK as u32))?;
    }
    bus.set_clock(csd.clock.clamp(1, Timing::Legacy.clock()));
    let scr = Scr::parse(&bus.read_app(rca, cmd::with_data(cmd::APP_SCR, 0), 8)?);
    let ssr = bus.read_app(rca, cmd::with_data(cmd::APP_STATUS, 0), 64).unwrap_or_default();
    if scr.width_4 && bus.caps.can.contains(Can::WIDTH_4) && caution < 3 {
        bus.send_app(rca, cmd::to_card(cmd::APP_WIDTH, 2))?;
        bus.set(|ios| ios.width = Width::Four);
    }
    if switched {
        choose_uhs(bus)?;
    } else if caution < 2 && scr.version >= 1 && csd.classes & CLASS_SWITCH != 0 {
        high_speed(bus)?;
    }
    let kind = match (by_blocks, csd.blocks > SDXC_BLOCKS) {
        (false, _) => CardKind::Sdsc,
        (true, false) => CardKind::Sdhc,
        (true, true) => CardKind::Sdxc,
    };
    let erase_blocks = (registers::allocation_unit(&ssr) / registers::BLOCK).max(1);
    Ok(Card {
        kind,
        cid,
        csd,
        ext: ExtCsd::default(),
        rca,
        blocks: csd.blocks,
        by_blocks,
        cmd23: scr.cmd23,
        erase_blocks,
        cache: false,
        tuning: matches!(bus.ios.timing, Timing::Sdr50 | Timing::Sdr104).then_some(cmd::SD_TUNING),
    })
}

/// Powers up and waits until the card is ready: its OCR register, and whether signals are at 1.8 V now.
/// [`MmcError::Unsupported`] if the switch to 1.8 V failed.
fn power_up(bus: &mut Bus, uhs: bool) -> Result<(u32, bool)> {
    bus.power_cycle(false);
    bus.send(cmd::broadcast(cmd::GO_IDLE, 0))?;
    bus.sleep_ms(1);
    let version_2 = match bus.send(cmd::ask_all(cmd::IF_COND_OR_EXT_CSD, CHECK, Response::R1)) {
        Ok(answer) if answer[0] & 0xff == CHECK & 0xff => true,
        Ok(_) => return Err(MmcError::Unknown("the card does not take the supply voltage")),
        Err(MmcError::NoCard) => return Err(MmcError::NoCard),
        Err(_) => false,
    };
    let asked = match operating_conditions(bus, 0) {
        Ok(ocr) => ocr & OCR_VOLTAGES & bus.caps.ocr,
        Err(_) => return Err(MmcError::NoCard),
    };
    if asked == 0 {
        return Err(MmcError::Unknown("card and controller share no supply voltage"));
    }
    let more = if version_2 { OCR_BLOCKS | OCR_MORE_POWER } else { 0 };
    let low = if version_2 && uhs { OCR_1V8 } else { 0 };
    for _ in 0..110 {
        let ocr = operating_conditions(bus, asked | more | low)?;
        if ocr & OCR_READY != 0 {
            let switch = low != 0 && ocr & (OCR_BLOCKS | OCR_1V8) == OCR_BLOCKS | OCR_1V8;
            if switch {
                to_1v8(bus).map_err(|_| MmcError::Unsupported)?;
            }
            return Ok((ocr, switch));
        }
        bus.sleep_ms(10);
    }
    Err(MmcError::Timeout)
}

fn operating_conditions(bus: &Bus, arg: u32) -> Result<u32> {
    let ask = || bus.send_app(0, cmd::ask_all(cmd::APP_OP_COND, arg, Response::R3));
    // A controller may have missed the first answer after power-up.
    Ok(ask().or_else(|_| ask())?[0])
}

/// Switches signals to 1.8 V (SD 4.2.4.2).
fn to_1v8(bus: &mut Bus) -> Result<()> {
    bus.send(cmd::ask(cmd::VOLTAGE_SWITCH, 0, Response::R1))?;
    bus.sleep_ms(1);
    if bus.host.card_busy() == Some(false) {
        return Err(MmcError::Unsupported);
    }
    let clock = bus.ios.clock;
    bus.set(|ios| {
        ios.clock = 0;
        ios.voltage = Voltage::V180;
    });
    bus.host.switch_voltage(&bus.ios)?;
    bus.sleep_ms(10);
    bus.set(|ios| ios.clock = clock);
    bus.sleep_ms(2);
    match bus.host.card_busy() {
        Some(true) => Err(MmcError::Timeout),
        _ => Ok(()),
    }
}

/// Asks about (`set` false) or chooses a function of group 1 (SD 4.3.10).
fn switch(bus: &Bus, set: bool, function: u8) -> Result<SwitchStatus> {
    let arg = u32::from(set) << 31 | 0x00ff_fff0 | u32::from(function);
    Ok(SwitchStatus::parse(&bus.read(cmd::with_data(cmd::SWITCH, arg), 64)?))
}

/// High speed at 3.3 V, if both can.
fn high_speed(bus: &mut Bus) -> Result<()> {
    if !bus.caps.can.contains(Can::SD_HIGH_SPEED) || switch(bus, false, 0)?.speeds & 2 == 0 {
        return Ok(());
    }
    if switch(bus, true, 1)?.chosen == 1 {
        bus.set(|ios| ios.timing = Timing::SdHighSpeed);
        bus.set_clock(Timing::SdHighSpeed.clock());
    }
    Ok(())
}

/// The fastest UHS-I mode that works.
fn choose_uhs(bus: &mut Bus) -> Result<()> {
    if bus.ios.width != Width::Four {
        return Err(MmcError::Unknown("a card at 1.8 V without 4 data lines"));
    }
    let speeds = switch(bus, false, 0)?.speeds;
    let can = bus.caps.can;
    let modes: Vec<_> =
        UHS.iter().filter(|(_, need, function)| can.contains(*need) && speeds >> function & 1 != 0).collect();
    for (timing, _, function) in modes {
        match enter(bus, *timing, *function) {
            Ok(()) => return Ok(()),
            Err(error) => {
                log::warn!("{}: {timing} does not work: {error}", bus.host.name());
                bus.set(|ios| ios.timing = Timing::Sdr12);
                bus.set_clock(Timing::Sdr12.clock());
            }
        }
    }
    Ok(())
}

fn enter(bus: &mut Bus, timing: Timing, function: u8) -> Result<()> {
    if switch(bus, true, function)?.chosen != function {
        return Err(MmcError::Unknown("the card does not take it"));
    }
    bus.set(|ios| ios.timing = timing);
    bus.set_clock(timing.clock());
    match timing {
        Timing::Sdr104 => bus.host.tune(cmd::SD_TUNING),
        // Controllers that need no tuning here say that they cannot.
        Timing::Sdr50 => match bus.host.tune(cmd::SD_TUNING) {
            Err(MmcError::Unsupported) => Ok(()),
            other => other,
        },
        _ => Ok(()),
    }
}
