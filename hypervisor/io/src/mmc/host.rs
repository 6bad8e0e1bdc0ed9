// SPDX-License-Identifier: GPL-2.0-only
//! What the core asks of a host controller's driver.

use super::{MmcError, Result};
use alloc::vec::Vec;
use bitflags::bitflags;
use core::fmt;
use kernel::mm::segment::Segment;

bitflags! {
    /// What a controller and its board can do.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Can: u32 {
        /// 4 data lines.
        const WIDTH_4 = 1 << 0;
        /// 8 data lines.
        const WIDTH_8 = 1 << 1;
        /// eMMC high speed.
        const MMC_HIGH_SPEED = 1 << 2;
        /// SD high speed.
        const SD_HIGH_SPEED = 1 << 3;
        /// UHS-I SDR12, 1.8 V.
        const SDR12 = 1 << 4;
        /// UHS-I SDR25.
        const SDR25 = 1 << 5;
        /// UHS-I SDR50.
        const SDR50 = 1 << 6;
        /// UHS-I SDR104.
        const SDR104 = 1 << 7;
        /// UHS-I DDR50.
        const DDR50 = 1 << 8;
        /// eMMC DDR52 at 3.3 V.
        const DDR_3V3 = 1 << 9;
        /// eMMC DDR52 at 1.8 V.
        const DDR_1V8 = 1 << 10;
        /// eMMC HS200 at 1.8 V.
        const HS200 = 1 << 11;
        /// SET_BLOCK_COUNT in front of transfers.
        const CMD23 = 1 << 12;
        /// Nothing tells that a card comes or goes: it has to be asked for.
        const NEEDS_POLL = 1 << 13;
        /// The card is soldered in.
        const NON_REMOVABLE = 1 << 14;
        /// There are no SD cards on it.
        const NO_SD = 1 << 15;
        /// There is no eMMC on it.
        const NO_MMC = 1 << 16;
        /// The controller waits while a card is busy after a command.
        const WAITS_WHILE_BUSY = 1 << 17;
        /// No write protect switch: cards are writable.
        const NO_WRITE_PROTECT = 1 << 18;
    }
}

/// A controller's limits.
#[derive(Clone, Copy, Debug)]
pub struct Caps {
    /// What it can do.
    pub can: Can,
    /// Slowest clock, in Hz.
    pub f_min: u32,
    /// Fastest clock, in Hz.
    pub f_max: u32,
    /// Supply voltages, as bits of the OCR register (SD 5.1).
    pub ocr: u32,
    /// Most blocks of a request.
    pub max_blocks: u32,
    /// Most bytes of a request.
    pub max_bytes: u32,
    /// Most segments of a request.
    pub max_segments: u32,
    /// Most bytes of a segment.
    pub max_segment: u32,
}

/// The supply of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Power {
    /// None.
    Off,
    /// Rising; no clock yet.
    Up,
    /// Stable, with clock.
    On,
}

/// Data lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// One.
    One,
    /// Four.
    Four,
    /// Eight.
    Eight,
}

impl Width {
    /// How many they are.
    pub fn lines(self) -> u64 {
        match self {
            Width::One => 1,
            Width::Four => 4,
            Width::Eight => 8,
        }
    }
}

/// Timing of the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timing {
    /// Up to 25 MHz (SD), 26 MHz (eMMC).
    Legacy,
    /// eMMC, 52 MHz.
    MmcHighSpeed,
    /// SD, 50 MHz.
    SdHighSpeed,
    /// UHS-I, 25 MHz.
    Sdr12,
    /// UHS-I, 50 MHz.
    Sdr25,
    /// UHS-I, 100 MHz.
    Sdr50,
    /// UHS-I, 208 MHz.
    Sdr104,
    /// UHS-I, 50 MHz, both edges.
    Ddr50,
    /// eMMC, 52 MHz, both edges.
    Ddr52,
    /// eMMC, 200 MHz.
    Hs200,
}

impl Timing {
    /// Its fastest clock, in Hz.
    pub fn clock(self) -> u32 {
        match self {
            Timing::Legacy | Timing::Sdr12 => 25_000_000,
            Timing::MmcHighSpeed | Timing::Ddr52 => 52_000_000,
            Timing::SdHighSpeed | Timing::Sdr25 | Timing::Ddr50 => 50_000_000,
            Timing::Sdr50 => 100_000_000,
            Timing::Sdr104 => 208_000_000,
            Timing::Hs200 => 200_000_000,
        }
    }
}

impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Timing::Legacy => "default speed",
            Timing::MmcHighSpeed | Timing::SdHighSpeed => "high speed",
            Timing::Sdr12 => "SDR12",
            Timing::Sdr25 => "SDR25",
            Timing::Sdr50 => "SDR50",
            Timing::Sdr104 => "SDR104",
            Timing::Ddr50 => "DDR50",
            Timing::Ddr52 => "DDR52",
            Timing::Hs200 => "HS200",
        })
    }
}

/// Voltage of the signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voltage {
    /// 3.3 V.
    V330,
    /// 1.8 V.
    V180,
}

/// The state of the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ios {
    /// Clock in Hz at most; 0 stops it.
    pub clock: u32,
    /// The supply's bit in the OCR register.
    pub vdd: u8,
    /// The supply.
    pub power: Power,
    /// The command line is open drain: during identification of eMMC.
    pub open_drain: bool,
    /// Data lines.
    pub width: Width,
    /// Timing.
    pub timing: Timing,
    /// Voltage of the signals.
    pub voltage: Voltage,
}

/// What a command is answered with (SD 4.9).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Response {
    /// Nothing.
    None,
    /// Status; R6 and R7 look the same.
    R1,
    /// Status, then busy on the data line.
    R1b,
    /// 136 bits with checksum.
    R2,
    /// 32 bits without checksum: R3, R4.
    R3,
}

/// What kind of command it is (SD 4.7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To all cards, no answer.
    Broadcast,
    /// To all cards, with answer.
    BroadcastAnswered,
    /// To one card.
    Addressed,
    /// To one card, with data.
    Data,
}

/// A command, and its answer.
#[derive(Clone, Debug)]
pub struct Command {
    /// Its number.
    pub opcode: u8,
    /// Its argument.
    pub arg: u32,
    /// What the answer is.
    pub response: Response,
    /// What kind of command it is.
    pub kind: Kind,
    /// How long a card may be busy, in ms.
    pub busy_ms: u32,
    /// The answer, by the controller: 32 bits in the first word, or 128 from the most significant on.
    pub answer: [u32; 4],
    /// How it failed, by the controller.
    pub error: Option<MmcError>,
}

/// Data of a command.
#[derive(Clone, Debug)]
pub struct Data {
    /// To the card.
    pub write: bool,
    /// Bytes of a block.
    pub block_size: u32,
    /// How many blocks.
    pub blocks: u32,
    /// Memory, exactly as much.
    pub segments: Vec<Segment>,
    /// How long the card may take for a block, in ns.
    pub timeout_ns: u32,
    /// Bytes that arrived, by the controller.
    pub done: u32,
    /// How it failed, by the controller.
    pub error: Option<MmcError>,
}

/// A request to a controller.
#[derive(Clone, Debug)]
pub struct Request {
    /// SET_BLOCK_COUNT, in front.
    pub count: Option<Command>,
    /// The command.
    pub command: Command,
    /// Its data.
    pub data: Option<Data>,
    /// STOP_TRANSMISSION behind the data: sent by the controller's driver where there was no count, or data failed.
    pub stop: Option<Command>,
}

impl Request {
    /// A request of one command.
    pub fn new(command: Command) -> Self {
        Self { count: None, command, data: None, stop: None }
    }

    /// The first thing that failed.
    pub fn error(&self) -> Option<MmcError> {
        self.count
            .as_ref()
            .and_then(|c| c.error)
            .or(self.command.error)
            .or_else(|| self.data.as_ref().and_then(|d| d.error))
            .or_else(|| self.stop.as_ref().and_then(|c| c.error))
    }
}

/// A host controller's driver. Calls come from the host's orphan, one at a time, and may sleep, but for those that say so.
pub trait Host: Send + Sync {
    /// The name of the disk on it: `mmc0`. Context: any.
    fn name(&self) -> &str;

    /// Its limits, which stay as they are. Context: any.
    fn caps(&self) -> Caps;

    /// Sets supply, clock and bus.
    fn set_ios(&self, ios: &Ios);

    /// Carries out a request; fills in answers and errors.
    fn request(&self, request: &mut Request);

    /// Whether a card is in the slot; `None` if that cannot be told.
    fn card_present(&self) -> Option<bool>;

    /// Whether the write protect switch is on; `None` if that cannot be told.
    fn read_only(&self) -> Option<bool>;

    /// Whether the card holds the data line low; `None` if that cannot be told.
    fn card_busy(&self) -> Option<bool>;

    /// Switches the voltage of the signals to that in `ios`.
    ///
    /// # Errors
    /// It cannot.
    fn switch_voltage(&self, ios: &Ios) -> Result<()>;

    /// Finds the point to sample at, by tuning blocks that `opcode` asks the card for.
    ///
    /// # Errors
    /// There is none, or the controller cannot tune.
    fn tune(&self, opcode: u8) -> Result<()>;

    /// Resets an eMMC by its own line, if there is one.
    fn reset_card(&self) {}

    /// Sleeps.
    fn sleep_us(&self, us: u64) {
        kernel::sched::sleep_ns(us.saturating_mul(kernel::time::NS_PER_US));
    }
}
