// SPDX-License-Identifier: GPL-2.0-only
//! A controller and a card that know the protocol, for the tests: states, registers, modes, data, and faults on demand.

use super::command as cmd;
use super::host::*;
use super::{MmcError, Result};
use std::sync::{Arc, Mutex, MutexGuard};
use std::vec::Vec;

const IDLE: u32 = 0;
const READY: u32 = 1;
const IDENT: u32 = 2;
const STANDBY: u32 = 3;

/// A card, the lines to it, and what is to go wrong.
pub(super) struct Model {
    pub(super) inserted: bool,
    /// Whether the controller sees if a card is in.
    pub(super) detects: bool,
    pub(super) switch_on: Option<bool>,
    pub(super) mmc: bool,
    pub(super) by_blocks: bool,
    /// Version 1 cards do not know CMD8.
    pub(super) version_1: bool,
    pub(super) serial: u32,
    pub(super) blocks: u64,
    /// Functions of group 1 (SD) or DEVICE_TYPE (eMMC).
    pub(super) speeds: u8,
    pub(super) uhs: bool,
    pub(super) cache_kib: u32,
    pub(super) data: Vec<u8>,
    /// Timings in which data are damaged.
    pub(super) bad_timings: Vec<Timing>,
    /// Widths in which data are damaged.
    pub(super) bad_widths: Vec<Width>,
    /// The next requests of this command fail so.
    pub(super) fail: Vec<(u8, MmcError)>,
    /// Every request from the n-th data request on finds no card.
    pub(super) pull_after: Option<u32>,
    pub(super) log: Vec<u8>,
    pub(super) tuned: u32,
    pub(super) flushed: u32,
    pub(super) ios: Option<Ios>,
    pub(super) state: u32,
    pub(super) app: bool,
    pub(super) ocr_polls: u32,
    pub(super) low: bool,
    pub(super) lines: Width,
    pub(super) timing: Timing,
    pub(super) count: Option<u32>,
    pub(super) erase: (u64, u64),
    pub(super) busy_polls: u32,
    pub(super) ext: Vec<u8>,
    /// Revision of EXT_CSD.
    pub(super) revision: u8,
    /// Whether an SD card knows CMD23.
    pub(super) counts: bool,
    /// Whether the CSD says that the card is write protected.
    pub(super) protected: bool,
    /// The next answers to these commands have these bits.
    pub(super) errors: Vec<(u8, u32)>,
    /// Fields and values of EXT_CSD that cannot be switched to: the next status says so.
    pub(super) refused: Vec<(u8, u8)>,
    pub(super) pending: u32,
    /// The arguments of the data commands.
    pub(super) addresses: Vec<u32>,
}

impl Model {
    /// An SDHC card of `blocks` blocks that knows high speed.
    pub(super) fn sd(blocks: u64) -> Self {
        Self {
            inserted: true,
            detects: true,
            switch_on: Some(false),
            mmc: false,
            by_blocks: true,
            version_1: false,
            serial: 0x1234_5678,
            blocks,
            speeds: 0x3,
            uhs: false,
            cache_kib: 0,
            data: (0..blocks as usize * 512).map(|n| (n ^ n >> 9) as u8).collect(),
            bad_timings: Vec::new(),
            bad_widths: Vec::new(),
            fail: Vec::new(),
            pull_after: None,
            log: Vec::new(),
            tuned: 0,
            flushed: 0,
            ios: None,
            state: IDLE,
            app: false,
            ocr_polls: 0,
            low: false,
            lines: Width::One,
            timing: Timing::Legacy,
            count: None,
            erase: (0, 0),
            busy_polls: 0,
            ext: vec![0; 512],
            revision: 8,
            counts: true,
            protected: false,
            errors: Vec::new(),
            refused: Vec::new(),
            pending: 0,
            addresses: Vec::new(),
        }
    }

    /// An eMMC of `blocks` blocks that knows all modes.
    pub(super) fn mmc(blocks: u64) -> Self {
        Self { mmc: true, speeds: 0x17, cache_kib: 64, ..Self::sd(blocks) }
    }

    fn power_on(&mut self) {
        self.state = IDLE;
        self.app = false;
        self.ocr_polls = 0;
        self.low = false;
        self.lines = Width::One;
        self.timing = Timing::Legacy;
        self.count = None;
        self.ext = vec![0; 512];
        self.ext[212..216].copy_from_slice(&(self.blocks as u32).to_le_bytes());
        (self.ext[196], self.ext[192], self.ext[224]) = (self.speeds, self.revision, 1);
        self.ext[249..253].copy_from_slice(&self.cache_kib.to_le_bytes());
    }

    fn cid(&self) -> [u32; 4] {
        match self.mmc {
            true => [0x1501_0044, 0x4641_4b45, 0x3200_0000 | self.serial >> 16, self.serial << 16 | 1],
            false => [0x0353_4446, 0x414b_4553, 0x1000_0000 | self.serial >> 8, self.serial << 24 | 1],
        }
    }

    fn csd(&self) -> [u32; 4] {
        let classes = 0x5b5u128 | u128::from(self.speeds > 1) << 10;
        let mut csd = 0x32u128 << 96 | classes << 84 | 9 << 80 | 1;
        csd |= u128::from(self.protected) << 12;
        if self.mmc {
            csd |= 4 << 122 | 0xfff << 62 | 7 << 47;
        } else if self.by_blocks {
            csd |= 1 << 126 | u128::from((self.blocks >> 10) - 1) << 48;
        } else {
            csd |= u128::from((self.blocks >> 9) - 1) << 62 | 7 << 47;
        }
        [(csd >> 96) as u32, (csd >> 64) as u32, (csd >> 32) as u32, csd as u32]
    }

    fn status(&self) -> u32 {
        let ready = if self.busy_polls == 0 { cmd::STATUS_READY } else { 0 };
        let state = if self.busy_polls == 0 { self.state } else { 7 };
        state << 9 | ready | u32::from(self.app) << 5
    }

    /// Carries out a command; `None` where a card does not answer.
    fn command(&mut self, command: &Command) -> Option<[u32; 4]> {
        let app = std::mem::take(&mut self.app);
        let status = self.status();
        let arg = command.arg;
        match (command.opcode, app) {
            (cmd::GO_IDLE, _) => {
                let low = self.low;
                self.power_on();
                self.low = low;
                None
            }
            (cmd::IF_COND_OR_EXT_CSD, _) if self.state == IDLE => {
                (!self.mmc && !self.version_1).then_some([arg & 0xfff, 0, 0, 0])
            }
            (cmd::APP, _) if !self.mmc => {
                self.app = true;
                Some([self.status(), 0, 0, 0])
            }
            (cmd::APP_OP_COND, true) if self.state == IDLE => self.conditions(arg),
            (cmd::SEND_OP_COND, _) if self.mmc && self.state == IDLE => self.conditions(arg),
            (cmd::VOLTAGE_SWITCH, _) if self.state == READY && self.uhs => {
                self.low = true;
                Some([status, 0, 0, 0])
            }
            (cmd::ALL_SEND_CID, _) if self.state == READY => {
                self.state = IDENT;
                Some(self.cid())
            }
            (cmd::RELATIVE_ADDR, _) if self.state == IDENT => {
                self.state = STANDBY;
                Some([if self.mmc { status } else { 0xaaaa_0500 }, 0, 0, 0])
            }
            (cmd::SEND_CSD, _) if self.state == STANDBY => Some(self.csd()),
            (cmd::SELECT, _) if self.state == STANDBY => {
                self.state = cmd::STATE_TRANSFER;
                Some([status, 0, 0, 0])
            }
            (cmd::SEND_STATUS, false) if self.state >= STANDBY => {
                self.busy_polls = self.busy_polls.saturating_sub(1);
                Some([self.status() | std::mem::take(&mut self.pending), 0, 0, 0])
            }
            (cmd::STOP, _) if self.state >= cmd::STATE_DATA => {
                self.state = cmd::STATE_TRANSFER;
                Some([status, 0, 0, 0])
            }
            (cmd::APP_WIDTH, true) => {
                self.lines = if arg == 2 { Width::Four } else { Width::One };
                Some([status, 0, 0, 0])
            }
            (cmd::SWITCH, false) if self.mmc => self.switch(arg).then_some([status, 0, 0, 0]),
            (cmd::SET_BLOCK_COUNT, _) => {
                self.count = Some(arg);
                Some([status, 0, 0, 0])
            }
            (cmd::SD_ERASE_FIRST | cmd::MMC_ERASE_FIRST, _) => {
                self.erase.0 = self.block(arg);
                Some([status, 0, 0, 0])
            }
            (cmd::SD_ERASE_LAST | cmd::MMC_ERASE_LAST, _) => {
                self.erase.1 = self.block(arg);
                Some([status, 0, 0, 0])
            }
            (cmd::ERASE, _) => {
                self.data[self.erase.0 as usize * 512..(self.erase.1 as usize + 1) * 512].fill(0);
                self.busy_polls = 5;
                Some([status, 0, 0, 0])
            }
            (cmd::SET_BLOCKLEN, _) if !self.by_blocks => Some([status, 0, 0, 0]),
            _ if self.state == cmd::STATE_TRANSFER && command.kind == Kind::Data => Some([status, 0, 0, 0]),
            _ => None,
        }
    }

    fn conditions(&mut self, arg: u32) -> Option<[u32; 4]> {
        let mut ocr = 0x00ff_8000;
        if arg & 0xff_ffff != 0 {
            self.ocr_polls += 1;
            if self.ocr_polls > 3 {
                self.state = READY;
                let ours = u32::from(self.by_blocks) << 30 | u32::from(self.uhs) << 24;
                ocr |= 1 << 31 | (arg | 0xbfff_ffff & !(1 << 24)) & ours;
                ocr |= u32::from(self.by_blocks) << 30;
            }
        }
        Some([ocr, 0, 0, 0])
    }

    fn switch(&mut self, arg: u32) -> bool {
        let (field, value) = ((arg >> 16) as u8, (arg >> 8) as u8);
        if self.refused.contains(&(field, value)) {
            self.pending = 1 << 7;
            return true;
        }
        match (field, value) {
            (183, 0) => self.lines = Width::One,
            (183, 1 | 5) => self.lines = Width::Four,
            (183, 2 | 6) => self.lines = Width::Eight,
            (185, 1) => self.timing = Timing::MmcHighSpeed,
            (185, 2) => self.timing = Timing::Hs200,
            (32, 1) => self.flushed += 1,
            (33 | 175, 1) => {}
            _ => return false,
        }
        if field == 183 && value >= 5 {
            self.timing = Timing::Ddr52;
        }
        self.busy_polls = 2;
        true
    }

    fn block(&self, arg: u32) -> u64 {
        if self.by_blocks { u64::from(arg) } else { u64::from(arg) / 512 }
    }

    /// Whether data come through undamaged in the mode that the controller has set.
    fn clean(&self) -> bool {
        let ios = self.ios.unwrap();
        let same = match self.timing {
            // At a low clock, all single edge modes are alike.
            _ if ios.clock <= 26_000_000 && ios.timing != Timing::Ddr50 && ios.timing != Timing::Ddr52 => {
                true
            }
            timing => timing == ios.timing && ios.clock <= timing.clock(),
        };
        same && self.lines == ios.width
            && !self.bad_timings.contains(&ios.timing)
            && !self.bad_widths.contains(&ios.width)
    }

    /// What a command that reads a register gives.
    fn register(&mut self, command: &Command, app: bool) -> Option<Vec<u8>> {
        match (command.opcode, app) {
            (cmd::APP_SCR, true) => Some(vec![0x02, 0x05, 0, u8::from(self.counts) << 1, 0, 0, 0, 0]),
            (cmd::APP_STATUS, true) => {
                let mut ssr = vec![0; 64];
                ssr[10] = 0x30;
                Some(ssr)
            }
            (cmd::SWITCH, false) => {
                let mut answer = vec![0; 64];
                let function = (command.arg & 0xf) as u8;
                answer[13] = self.speeds;
                let there = self.speeds >> function & 1 != 0 && (function < 2 || self.low);
                answer[16] = if there { function } else { 0xf };
                if command.arg >> 31 != 0 && there {
                    let low = [Timing::Sdr12, Timing::Sdr25, Timing::Sdr50, Timing::Sdr104, Timing::Ddr50];
                    let high = [Timing::Legacy, Timing::SdHighSpeed];
                    self.timing = if self.low { low[function as usize] } else { high[function as usize] };
                }
                Some(answer)
            }
            (cmd::IF_COND_OR_EXT_CSD, false) => Some(self.ext.clone()),
            _ => None,
        }
    }

    fn transfer(&mut self, command: &Command, app: bool, data: &mut Data) {
        let clean = self.clean();
        if let Some(bytes) = self.register(command, app) {
            assert_eq!(bytes.len() as u32, data.block_size * data.blocks);
            if !clean {
                data.error = Some(MmcError::Crc);
            } else {
                assert!(data.segments[0].write(0, &bytes));
            }
            return;
        }
        self.addresses.push(command.arg);
        let first = self.block(command.arg) as usize * 512;
        let bytes = (data.block_size * data.blocks) as usize;
        assert_eq!(data.segments.iter().map(|s| s.len()).sum::<usize>(), bytes);
        let multiple = matches!(command.opcode, cmd::READ_MULTIPLE | cmd::WRITE_MULTIPLE);
        assert_eq!(multiple, data.blocks > 1);
        assert_eq!(matches!(command.opcode, cmd::WRITE_SINGLE | cmd::WRITE_MULTIPLE), data.write);
        if multiple && self.count.take().is_none_or(|count| count != data.blocks) {
            self.state = if data.write { cmd::STATE_RECEIVE } else { cmd::STATE_DATA };
        }
        if first + bytes > self.data.len() {
            data.error = Some(MmcError::Timeout);
            return;
        }
        if !clean {
            data.error = Some(MmcError::Crc);
            return;
        }
        let mut at = first;
        for segment in &data.segments {
            let part = &mut self.data[at..at + segment.len()];
            assert!(if data.write { segment.read(0, part) } else { segment.write(0, part) });
            at += segment.len();
        }
        data.done = bytes as u32;
        if data.write {
            self.busy_polls = 3;
        }
    }
}

/// The controller.
pub(super) struct FakeHost {
    model: Mutex<Model>,
    caps: Caps,
}

impl FakeHost {
    /// A controller that can do `can`, with a card.
    pub(super) fn new(model: Model, can: Can) -> Arc<Self> {
        let caps = Caps {
            can,
            f_min: 400_000,
            f_max: 208_000_000,
            ocr: 0x0030_0000,
            max_blocks: 128,
            max_bytes: 48 << 10,
            max_segments: 8,
            max_segment: 16 << 10,
        };
        Arc::new(Self { model: Mutex::new(model), caps })
    }

    pub(super) fn model(&self) -> MutexGuard<'_, Model> {
        self.model.lock().unwrap()
    }

    fn one(model: &mut Model, command: &mut Command) -> bool {
        model.log.push(command.opcode);
        if !model.inserted {
            command.error = (command.response != Response::None).then_some(MmcError::Timeout);
            return false;
        }
        match model.command(command) {
            Some(answer) => {
                command.answer = answer;
                if let Some(at) = model.errors.iter().position(|(opcode, _)| *opcode == command.opcode) {
                    command.answer[0] |= model.errors.remove(at).1;
                }
            }
            None if command.response == Response::None => {}
            None => command.error = Some(MmcError::Timeout),
        }
        command.error.is_none()
    }
}

impl Host for FakeHost {
    fn name(&self) -> &str {
        "fake0"
    }

    fn caps(&self) -> Caps {
        self.caps
    }

    fn set_ios(&self, ios: &Ios) {
        let mut model = self.model();
        let before = model.ios.replace(*ios);
        if ios.power == Power::Off && before.is_some_and(|b| b.power != Power::Off) {
            model.power_on();
        }
        assert!(ios.clock == 0 || ios.power == Power::On, "a clock without power");
    }

    fn request(&self, request: &mut Request) {
        let mut model = self.model();
        if request.data.is_some()
            && let Some(left) = &mut model.pull_after
        {
            match left.checked_sub(1) {
                Some(less) => *left = less,
                None => model.inserted = false,
            }
        }
        let opcode = request.command.opcode;
        if let Some(at) = model.fail.iter().position(|(which, _)| *which == opcode) {
            let (_, error) = model.fail.remove(at);
            model.log.push(opcode);
            match &mut request.data {
                Some(data) => {
                    let state = if data.write { cmd::STATE_RECEIVE } else { cmd::STATE_DATA };
                    model.state = if data.blocks > 1 { state } else { model.state };
                    data.error = Some(error);
                }
                None => request.command.error = Some(error),
            }
            return;
        }
        if let Some(count) = &mut request.count
            && !Self::one(&mut model, count)
        {
            return;
        }
        let app = model.app;
        if !Self::one(&mut model, &mut request.command) {
            return;
        }
        if let Some(data) = &mut request.data {
            model.transfer(&request.command, app, data);
            let ended = data.error.is_none() && request.count.is_some();
            if let Some(stop) = request.stop.as_mut().filter(|_| !ended && data.error.is_none()) {
                Self::one(&mut model, stop);
            }
        }
    }

    fn card_present(&self) -> Option<bool> {
        let model = self.model();
        model.detects.then_some(model.inserted)
    }

    fn read_only(&self) -> Option<bool> {
        self.model().switch_on
    }

    fn card_busy(&self) -> Option<bool> {
        None
    }

    fn switch_voltage(&self, ios: &Ios) -> Result<()> {
        let model = self.model();
        assert!(ios.voltage == Voltage::V330 || model.mmc || model.low, "1.8 V without the card's consent");
        Ok(())
    }

    fn tune(&self, opcode: u8) -> Result<()> {
        let mut model = self.model();
        assert!(matches!(opcode, 19 | 21));
        model.tuned += 1;
        if model.clean() { Ok(()) } else { Err(MmcError::Crc) }
    }

    fn sleep_us(&self, _: u64) {}
}
