// SPDX-License-Identifier: GPL-2.0-only
//! One request after the other to a controller, and the state of its bus.

use super::command::{self as cmd, STATUS_ERRORS};
use super::host::{Caps, Command, Data, Host, Ios, Power, Request, Response, Timing, Voltage, Width};
use super::{MmcError, Result};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;
use kernel::mm::segment::Buffer;

/// Clock during identification, in Hz (SD 6.6).
const IDENTIFICATION_HZ: u32 = 400_000;
/// How long a card may take for a block, in ns: reads (SD 4.6.2.1) and writes (SD 4.6.2.2, with a margin).
pub(super) const READ_TIMEOUT_NS: u32 = 300_000_000;
pub(super) const WRITE_TIMEOUT_NS: u32 = 3_000_000_000;

/// A fault to be made up at the border to the controller, in debug builds: to see that recovery works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Data arrive damaged.
    Crc,
    /// The card does not answer.
    Timeout,
    /// The slot is empty, until it is asked to look again.
    Pulled,
}

impl Fault {
    fn error(self) -> MmcError {
        match self {
            Fault::Crc => MmcError::Crc,
            Fault::Timeout => MmcError::Timeout,
            Fault::Pulled => MmcError::NoCard,
        }
    }
}

/// Faults that are still to be made up: kind in the upper half, number in the lower.
#[derive(Default)]
pub(super) struct Faults(AtomicU64);

impl Faults {
    /// The next `count` requests that a fault of this kind can meet fail.
    pub(super) fn set(&self, fault: Fault, count: u32) {
        let kind = match fault {
            Fault::Crc => 1u64,
            Fault::Timeout => 2,
            Fault::Pulled => 3,
        };
        self.0.store(if count == 0 { 0 } else { kind << 32 | u64::from(count) }, Relaxed);
    }

    /// Whether the slot is made out to be empty.
    pub(super) fn pulled(&self) -> bool {
        self.0.load(Relaxed) >> 32 == 3
    }

    /// The fault that a request meets.
    fn take(&self, request: &Request) -> Option<Fault> {
        if !cfg!(debug_assertions) || self.0.load(Relaxed) == 0 {
            return None;
        }
        let meets = |kind: u64| match kind {
            1 => request.data.is_some().then_some(Fault::Crc),
            2 => Some(Fault::Timeout),
            3 => Some(Fault::Pulled),
            _ => None,
        };
        let fault = meets(self.0.load(Relaxed) >> 32)?;
        let less = |n: u64| match n {
            0 => None,
            n if fault == Fault::Pulled => Some(n),
            n if n & 0xffff_ffff <= 1 => Some(0),
            n => Some(n - 1),
        };
        self.0.fetch_update(Relaxed, Relaxed, less).ok().map(|_| fault)
    }
}

/// A controller with the state of its bus.
pub(super) struct Bus {
    pub(super) host: Arc<dyn Host>,
    pub(super) caps: Caps,
    pub(super) ios: Ios,
    pub(super) faults: Arc<Faults>,
    /// For registers that come as data.
    scratch: Buffer,
}

impl Bus {
    /// The bus of a controller, without power.
    pub(super) fn new(host: Arc<dyn Host>) -> Result<Self> {
        let caps = host.caps();
        let scratch = Buffer::new(512).map_err(|_| MmcError::NoMemory)?;
        let ios = Ios {
            clock: 0,
            vdd: 0,
            power: Power::Off,
            open_drain: false,
            width: Width::One,
            timing: Timing::Legacy,
            voltage: Voltage::V330,
        };
        Ok(Self { host, caps, ios, faults: Arc::default(), scratch })
    }

    /// Changes the state of the bus.
    pub(super) fn set(&mut self, change: impl FnOnce(&mut Ios)) {
        change(&mut self.ios);
        self.host.set_ios(&self.ios);
    }

    /// Sets the clock to `hz` or what the controller has next to it.
    pub(super) fn set_clock(&mut self, hz: u32) {
        let clock = if hz == 0 { 0 } else { hz.min(self.caps.f_max).max(self.caps.f_min) };
        self.set(|ios| ios.clock = clock);
    }

    pub(super) fn sleep_ms(&self, ms: u64) {
        self.host.sleep_us(ms * 1000);
    }

    /// Powers the card up anew, with everything as at the beginning (SD 6.4.1).
    pub(super) fn power_cycle(&mut self, open_drain: bool) {
        self.power_off();
        self.sleep_ms(2);
        let vdd = self.caps.ocr.checked_ilog2().unwrap_or(20) as u8;
        self.set(|ios| {
            ios.vdd = vdd;
            ios.power = Power::Up;
            ios.open_drain = open_drain;
        });
        // Some controllers do not know of voltages; then it is 3.3 V anyhow.
        let _ = self.host.switch_voltage(&self.ios);
        self.sleep_ms(10);
        let clock = IDENTIFICATION_HZ.max(self.caps.f_min);
        self.set(|ios| {
            ios.power = Power::On;
            ios.clock = clock;
        });
        // 74 clocks at least, and time for the supply.
        self.sleep_ms(10);
    }

    /// Takes the power away.
    pub(super) fn power_off(&mut self) {
        self.set(|ios| {
            *ios = Ios {
                clock: 0,
                vdd: 0,
                power: Power::Off,
                open_drain: false,
                width: Width::One,
                timing: Timing::Legacy,
                voltage: Voltage::V330,
            }
        });
    }

    /// Carries out a request, or makes up a fault.
    pub(super) fn run(&self, request: &mut Request) -> Result<()> {
        match self.faults.take(request) {
            Some(fault) => match &mut request.data {
                Some(data) if fault == Fault::Crc => data.error = Some(fault.error()),
                _ => request.command.error = Some(fault.error()),
            },
            None => self.host.request(request),
        }
        request.error().map_or(Ok(()), Err)
    }

    /// Sends a command; its answer.
    pub(super) fn send(&self, command: Command) -> Result<[u32; 4]> {
        let checked = matches!(command.response, Response::R1 | Response::R1b);
        let status_comes =
            checked && command.opcode != cmd::IF_COND_OR_EXT_CSD && command.opcode != cmd::RELATIVE_ADDR;
        let mut request = Request::new(command);
        self.run(&mut request)?;
        let errors = request.command.answer[0] & STATUS_ERRORS;
        match status_comes && errors != 0 {
            true => Err(MmcError::Card(errors)),
            false => Ok(request.command.answer),
        }
    }

    /// Sends an application command to the card of address `rca` (SD 4.3.9).
    pub(super) fn send_app(&self, rca: u32, command: Command) -> Result<[u32; 4]> {
        let app =
            if rca == 0 { cmd::ask_all(cmd::APP, 0, Response::R1) } else { cmd::to_card(cmd::APP, rca) };
        let status = self.send(app)?[0];
        if status & 1 << 5 == 0 {
            return Err(MmcError::Unknown("the card does not take application commands"));
        }
        self.send(command)
    }

    /// Reads `len` bytes, at most 512, that a command asks for.
    pub(super) fn read(&self, command: Command, len: u32) -> Result<Vec<u8>> {
        let mut request = Request::new(command);
        request.data = Some(Data {
            write: false,
            block_size: len,
            blocks: 1,
            segments: alloc::vec![self.scratch.segment(0, len as usize)],
            timeout_ns: READ_TIMEOUT_NS,
            done: 0,
            error: None,
        });
        self.run(&mut request)?;
        let errors = request.command.answer[0] & STATUS_ERRORS;
        if errors != 0 {
            return Err(MmcError::Card(errors));
        }
        let mut bytes = alloc::vec![0; len as usize];
        self.scratch.read(0, &mut bytes);
        Ok(bytes)
    }

    /// [`read`](Self::read) by an application command.
    pub(super) fn read_app(&self, rca: u32, command: Command, len: u32) -> Result<Vec<u8>> {
        self.send(cmd::to_card(cmd::APP, rca))?;
        self.read(command, len)
    }

    /// The card's status (SD 4.10.1), with its errors if there are some.
    pub(super) fn status(&self, rca: u32) -> Result<u32> {
        let mut request = Request::new(cmd::to_card(cmd::SEND_STATUS, rca));
        self.run(&mut request)?;
        Ok(request.command.answer[0])
    }

    /// Waits until the card is ready for data again, at most `ms`.
    pub(super) fn wait_ready(&self, rca: u32, ms: u32) -> Result<u32> {
        let mut waited = 0u64;
        let mut pause = 20;
        loop {
            let status = self.status(rca)?;
            if status & cmd::STATUS_READY != 0 && cmd::state(status) == cmd::STATE_TRANSFER {
                return Ok(status);
            }
            if waited > u64::from(ms) * 1000 {
                return Err(MmcError::Timeout);
            }
            self.host.sleep_us(pause);
            waited += pause;
            pause = (pause * 2).min(2000);
        }
    }

    /// Changes a field of EXT_CSD (eMMC 6.6.1).
    pub(super) fn switch(&self, rca: u32, field: u8, value: u8, ms: u32) -> Result<()> {
        let arg = 3 << 24 | u32::from(field) << 16 | u32::from(value) << 8;
        self.send(cmd::busy(cmd::SWITCH, arg, ms))?;
        let status = self.wait_ready(rca, ms)?;
        match status & STATUS_ERRORS {
            0 => Ok(()),
            errors => Err(MmcError::Card(errors)),
        }
    }
}
