// SPDX-License-Identifier: GPL-2.0-only
//! Commands (SD 4.7.4, eMMC 6.10.4) and the card's status (SD 4.10.1).

use super::host::{Command, Kind, Response};

pub(super) const GO_IDLE: u8 = 0;
pub(super) const SEND_OP_COND: u8 = 1;
pub(super) const ALL_SEND_CID: u8 = 2;
pub(super) const RELATIVE_ADDR: u8 = 3;
pub(super) const SWITCH: u8 = 6;
pub(super) const SELECT: u8 = 7;
/// SD: SEND_IF_COND; eMMC: SEND_EXT_CSD.
pub(super) const IF_COND_OR_EXT_CSD: u8 = 8;
pub(super) const SEND_CSD: u8 = 9;
pub(super) const VOLTAGE_SWITCH: u8 = 11;
pub(super) const STOP: u8 = 12;
pub(super) const SEND_STATUS: u8 = 13;
pub(super) const SET_BLOCKLEN: u8 = 16;
pub(super) const READ_SINGLE: u8 = 17;
pub(super) const READ_MULTIPLE: u8 = 18;
pub(super) const SD_TUNING: u8 = 19;
pub(super) const MMC_TUNING: u8 = 21;
pub(super) const SET_BLOCK_COUNT: u8 = 23;
pub(super) const WRITE_SINGLE: u8 = 24;
pub(super) const WRITE_MULTIPLE: u8 = 25;
pub(super) const SD_ERASE_FIRST: u8 = 32;
pub(super) const SD_ERASE_LAST: u8 = 33;
pub(super) const MMC_ERASE_FIRST: u8 = 35;
pub(super) const MMC_ERASE_LAST: u8 = 36;
pub(super) const ERASE: u8 = 38;
pub(super) const APP: u8 = 55;
/// Application commands of SD (SD 4.7.4, table 4-29).
pub(super) const APP_WIDTH: u8 = 6;
pub(super) const APP_STATUS: u8 = 13;
pub(super) const APP_OP_COND: u8 = 41;
pub(super) const APP_SCR: u8 = 51;

/// Bits of a status that report errors: out of range to write protect erase skip, and switch error. Those about the
/// command before are not among them: cards report there what they did not know.
pub(super) const STATUS_ERRORS: u32 = 0xfd39_8080;
/// The card's state, and two of its values.
pub(super) const STATUS_READY: u32 = 1 << 8;
pub(super) const STATE_TRANSFER: u32 = 4;
pub(super) const STATE_DATA: u32 = 5;
pub(super) const STATE_RECEIVE: u32 = 6;

/// The state in a status.
pub(super) fn state(status: u32) -> u32 {
    status >> 9 & 0xf
}

fn command(opcode: u8, arg: u32, response: Response, kind: Kind) -> Command {
    Command { opcode, arg, response, kind, busy_ms: 0, answer: [0; 4], error: None }
}

/// To all cards, without answer.
pub(super) fn broadcast(opcode: u8, arg: u32) -> Command {
    command(opcode, arg, Response::None, Kind::Broadcast)
}

/// To all cards, with answer.
pub(super) fn ask_all(opcode: u8, arg: u32, response: Response) -> Command {
    command(opcode, arg, response, Kind::BroadcastAnswered)
}

/// To one card, answered by its status.
pub(super) fn to_card(opcode: u8, arg: u32) -> Command {
    command(opcode, arg, Response::R1, Kind::Addressed)
}

/// To one card, answered by its status and busy for at most `busy_ms`.
pub(super) fn busy(opcode: u8, arg: u32, busy_ms: u32) -> Command {
    Command { busy_ms, ..command(opcode, arg, Response::R1b, Kind::Addressed) }
}

/// To one card, with another answer.
pub(super) fn ask(opcode: u8, arg: u32, response: Response) -> Command {
    command(opcode, arg, response, Kind::Addressed)
}

/// To one card, with data.
pub(super) fn with_data(opcode: u8, arg: u32) -> Command {
    command(opcode, arg, Response::R1, Kind::Data)
}
