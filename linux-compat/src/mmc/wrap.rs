// SPDX-License-Identifier: GPL-2.0-only
//! `struct mmc_host_ops` as [`io::mmc::Host`]: requests become C's structures and are waited for.

use crate::context::{self, Guarded, Role};
use crate::bindings::{self as b, device, mmc_command, mmc_data, mmc_host, mmc_ios, mmc_request, scatterlist};
use crate::errno::Errno;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{c_int, c_uint};
use core::mem::MaybeUninit;
use core::ptr::null_mut;
use core::sync::atomic::AtomicBool;
use core::sync::atomic::Ordering::Relaxed;
use io::mmc::MmcError;
use io::mmc::host::{
    Can, Caps, Command, Data, Host, Ios, Kind, Power, Request, Response, Timing, Voltage, Width,
};
use kernel::mm::segment::Segment;
use kernel::sync::Completion;
use kernel::time::NS_PER_SEC;

exports! {
    family "mmc";
    [any, supported, "mmc::tests::a_host_of_c_serves_the_core"]
    fn mmc_request_done(host: *mut mmc_host, mrq: *mut mmc_request) = request_done;
    [any, partial, "mmc::tests::what_is_refused_says_so"]
    fn mmc_command_done(host: *mut mmc_host, mrq: *mut mmc_request) = command_done;
    [any, refused, "mmc::tests::what_is_refused_says_so"]
    fn mmc_cqe_request_done(host: *mut mmc_host, mrq: *mut mmc_request) = cqe_request_done;
}

/// How long a driver may take for a request. Drivers watch over cards themselves, much sooner.
const PATIENCE_NS: u64 = 60 * NS_PER_SEC;

/// A request on its way through a driver. `mrq` comes first: it is what the driver gives back.
#[repr(C)]
struct Carrier {
    mrq: mmc_request,
    cmd: mmc_command,
    sbc: mmc_command,
    stop: mmc_command,
    data: mmc_data,
    list: Vec<scatterlist>,
    /// Keeps the memory while the driver has it.
    segments: Vec<Segment>,
    done: Completion,
}

/// A value of zeroes.
fn zeroed<T>() -> T {
    // SAFETY: used for structs of C only, for which zeroes are valid.
    unsafe { MaybeUninit::zeroed().assume_init() }
}

/// The end of a request, told by the driver. Context: any.
pub(super) unsafe fn request_done(_host: *mut mmc_host, mrq: *mut mmc_request) {
    // SAFETY: a driver gives back what it was given: the head of a carrier, which lives until it is complete.
    unsafe { (*mrq.cast::<Carrier>()).done.complete() };
}

/// No command is sent while another one's data are on their way, so nobody waits for this.
unsafe fn command_done(_host: *mut mmc_host, _mrq: *mut mmc_request) {}

/// No request is ever given to a command queue.
unsafe fn cqe_request_done(host: *mut mmc_host, _mrq: *mut mmc_request) {
    // SAFETY: the caller's host.
    log::error!("mmc{}: the end of a request that was not made", unsafe { (*host).index });
}

/// The error that a driver's number stands for.
fn error(errno: c_int) -> Option<MmcError> {
    match Errno(errno.wrapping_neg()) {
        Errno(0) => None,
        Errno::ETIMEDOUT => Some(MmcError::Timeout),
        Errno::EILSEQ => Some(MmcError::Crc),
        Errno::ENOMEDIUM => Some(MmcError::NoCard),
        Errno(number) => Some(MmcError::Host(number)),
    }
}

fn command(from: &Command) -> mmc_command {
    let response = match from.response {
        Response::None => 0,
        Response::R1 => b::MMC_RSP_PRESENT | b::MMC_RSP_CRC | b::MMC_RSP_OPCODE,
        Response::R1b => b::MMC_RSP_PRESENT | b::MMC_RSP_CRC | b::MMC_RSP_OPCODE | b::MMC_RSP_BUSY,
        Response::R2 => b::MMC_RSP_PRESENT | b::MMC_RSP_136 | b::MMC_RSP_CRC,
        Response::R3 => b::MMC_RSP_PRESENT,
    };
    let kind = match from.kind {
        Kind::Addressed => 0,
        Kind::Data => 1 << 5,
        Kind::Broadcast => 2 << 5,
        Kind::BroadcastAnswered => 3 << 5,
    };
    let flags = response as c_uint | kind;
    mmc_command { opcode: from.opcode.into(), arg: from.arg, flags, busy_timeout: from.busy_ms, ..zeroed() }
}

impl Carrier {
    fn new(request: &Request) -> Box<Self> {
        let mut carrier = Box::new(Self {
            mrq: zeroed(),
            cmd: command(&request.command),
            sbc: request.count.as_ref().map(command).unwrap_or_else(zeroed),
            stop: request.stop.as_ref().map(command).unwrap_or_else(zeroed),
            data: zeroed(),
            list: Vec::new(),
            segments: Vec::new(),
            done: Completion::new(),
        });
        if let Some(data) = &request.data {
            carrier.segments = data.segments.clone();
            carrier.list = carrier.segments.iter().map(|_| zeroed()).collect();
            crate::scatterlist::fill(&mut carrier.list, &carrier.segments);
            let way = if data.write { 1 << 8 } else { 1 << 9 };
            carrier.data = mmc_data {
                timeout_ns: data.timeout_ns,
                blksz: data.block_size,
                blocks: data.blocks,
                flags: way,
                sg_len: carrier.list.len() as c_uint,
                ..zeroed()
            };
        }
        carrier
    }

    /// Leads the structures to one another: from now on the carrier stays where it is.
    fn link(&mut self, host: *mut mmc_host, request: &Request) {
        let mrq = &raw mut self.mrq;
        let stop = if request.stop.is_some() { &raw mut self.stop } else { null_mut() };
        let data = if request.data.is_some() { &raw mut self.data } else { null_mut() };
        self.mrq.host = host;
        self.mrq.cmd = &raw mut self.cmd;
        self.cmd.mrq = mrq;
        self.cmd.data = data;
        if request.count.is_some() {
            self.mrq.sbc = &raw mut self.sbc;
            self.sbc.mrq = mrq;
        }
        if !data.is_null() {
            self.mrq.data = data;
            self.mrq.stop = stop;
            self.data.mrq = mrq;
            self.data.stop = stop;
            self.data.sg = self.list.as_mut_ptr();
            self.stop.mrq = mrq;
        }
    }

    /// Takes over answers and errors.
    fn report(&self, request: &mut Request) {
        let take = |to: &mut Command, from: &mmc_command| {
            to.answer = from.resp;
            to.error = error(from.error);
        };
        take(&mut request.command, &self.cmd);
        if let Some(count) = &mut request.count {
            take(count, &self.sbc);
        }
        if let Some(data) = &mut request.data {
            data.done = self.data.bytes_xfered;
            data.error = error(self.data.error);
        }
        if let Some(stop) = &mut request.stop {
            take(stop, &self.stop);
        }
    }
}

/// A host of C.
pub(super) struct CHost {
    raw: *mut mmc_host,
    name: String,
    caps: Caps,
    /// The driver has kept a request: it cannot be given another one.
    stuck: AtomicBool,
}

// SAFETY: the core calls from one orphan at a time, as drivers expect; the host lives until its slot is removed.
unsafe impl Send for CHost {}
// SAFETY: as above.
unsafe impl Sync for CHost {}

impl CHost {
    /// Wraps a host whose driver has set it up.
    ///
    /// # Safety
    /// `raw` stays valid until its slot is removed.
    pub(super) unsafe fn new(raw: *mut mmc_host) -> Self {
        // SAFETY: the caller's host.
        let host = unsafe { &*raw };
        Self { raw, name: format!("mmc{}", host.index), caps: caps(host), stuck: AtomicBool::new(false) }
    }

    fn ops(&self) -> &b::mmc_host_ops {
        // SAFETY: checked when the host was added; operations are static data of the driver.
        unsafe { &*(*self.raw).ops }
    }

    fn has(&self, bit: u32) -> bool {
        // SAFETY: the host lives.
        unsafe { (*self.raw).caps & 1 << bit != 0 }
    }

    fn ios(&self, ios: &Ios) -> *mut mmc_ios {
        // SAFETY: the host lives, and only this orphan changes its bus.
        let to = unsafe { &mut (*self.raw).ios };
        to.clock = ios.clock;
        to.vdd = ios.vdd.into();
        to.power_mode = match ios.power {
            Power::Off => 0,
            Power::Up => 1,
            Power::On => 2,
        };
        to.bus_mode = if ios.open_drain { 1 } else { 2 };
        to.chip_select = 0;
        to.bus_width = match ios.width {
            Width::One => 0,
            Width::Four => 2,
            Width::Eight => 3,
        };
        to.timing = timing(ios.timing);
        to.signal_voltage = if ios.voltage == Voltage::V180 { 1 } else { 0 };
        to.drv_type = 0;
        to
    }
}

fn timing(timing: Timing) -> u8 {
    match timing {
        Timing::Legacy => 0,
        Timing::MmcHighSpeed => 1,
        Timing::SdHighSpeed => 2,
        Timing::Sdr12 => 3,
        Timing::Sdr25 => 4,
        Timing::Sdr50 => 5,
        Timing::Sdr104 => 6,
        Timing::Ddr50 => 7,
        Timing::Ddr52 => 8,
        Timing::Hs200 => 9,
    }
}

/// What the bits of `caps` and `caps2` stand for (`linux/mmc/host.h`).
fn caps(host: &mmc_host) -> Caps {
    const FIRST: &[(u32, Can)] = &[
        (0, Can::WIDTH_4),
        (1, Can::MMC_HIGH_SPEED),
        (2, Can::SD_HIGH_SPEED),
        (5, Can::NEEDS_POLL),
        (6, Can::WIDTH_8.union(Can::WIDTH_4)),
        (8, Can::NON_REMOVABLE),
        (9, Can::WAITS_WHILE_BUSY),
        (11, Can::DDR_3V3),
        (12, Can::DDR_1V8),
        (16, Can::SDR12),
        (17, Can::SDR25),
        (18, Can::SDR50),
        (19, Can::SDR104),
        (20, Can::DDR50),
        (30, Can::CMD23),
    ];
    const SECOND: &[(u32, Can)] =
        &[(5, Can::HS200), (18, Can::NO_WRITE_PROTECT), (21, Can::NO_SD), (22, Can::NO_MMC)];
    let of = |bits: u32, table: &[(u32, Can)]| {
        table.iter().filter(|(bit, _)| bits >> bit & 1 != 0).fold(Can::empty(), |all, (_, can)| all | *can)
    };
    Caps {
        can: of(host.caps, FIRST) | of(host.caps2, SECOND),
        f_min: host.f_min,
        f_max: host.f_max,
        ocr: host.ocr_avail,
        max_blocks: host.max_blk_count,
        max_bytes: host.max_req_size,
        max_segments: host.max_segs.into(),
        max_segment: host.max_seg_size,
    }
}

/// Has a host carry out a request, and waits for it. Context: orphans.
///
/// # Safety
/// `host` is added and carries out no other request. With `false`, the driver has kept the request, and must not be
/// given another.
pub(super) unsafe fn carry(host: *mut mmc_host, request: &mut Request) -> bool {
    let mut carrier = Carrier::new(request);
    carrier.link(host, request);
    // SAFETY: the host's operations; the carrier stays until the driver has given it back.
    let sent = unsafe {
        let send = (*host).ops.as_ref().and_then(|ops| ops.request);
        send.is_some_and(|send| {
            context::run_for((*host).parent, Role::Operation, core::ptr::null(), send as usize, false, || {
                send(host, &raw mut carrier.mrq);
                true
            })
        })
    };
    if sent && carrier.done.wait_timeout(PATIENCE_NS) {
        carrier.report(request);
        return true;
    }
    // It may still be used by the driver, and by the device.
    Box::leak(carrier);
    request.command.error = Some(MmcError::Timeout);
    false
}

impl Host for CHost {
    fn name(&self) -> &str {
        &self.name
    }

    fn caps(&self) -> Caps {
        self.caps
    }

    fn set_ios(&self, ios: &Ios) {
        let raw = self.ios(ios);
        if let Some(set) = self.ops().set_ios {
            // SAFETY: the host lives; the call comes from an orphan, as drivers expect.
            unsafe { set.guarded((*self.raw).parent, (self.raw, raw)) };
        }
    }

    fn request(&self, request: &mut Request) {
        if self.stuck.load(Relaxed) {
            request.command.error = Some(MmcError::Host(Errno::EBUSY.0));
            return;
        }
        // SAFETY: the core makes one request at a time.
        if !unsafe { carry(self.raw, request) } {
            log::error!("{}: the driver does not give a request back: the host is out of use", self.name);
            self.stuck.store(true, Relaxed);
        }
    }

    fn card_present(&self) -> Option<bool> {
        if self.has(8) {
            return Some(true);
        }
        // SAFETY: the host lives.
        let found = unsafe { self.ops().get_cd?.guarded((*self.raw).parent, (self.raw,)) };
        match found {
            // A host that has to be polled says so of an empty slot too.
            1.. => (!self.has(5)).then_some(true),
            0 => Some(false),
            _ => None,
        }
    }

    fn read_only(&self) -> Option<bool> {
        // SAFETY: the host lives.
        let found = unsafe { self.ops().get_ro?.guarded((*self.raw).parent, (self.raw,)) };
        (found >= 0).then_some(found > 0)
    }

    fn card_busy(&self) -> Option<bool> {
        // SAFETY: the host lives.
        Some(unsafe { self.ops().card_busy?.guarded((*self.raw).parent, (self.raw,)) } != 0)
    }

    fn switch_voltage(&self, ios: &Ios) -> Result<(), MmcError> {
        let raw = self.ios(ios);
        match self.ops().start_signal_voltage_switch {
            // SAFETY: the host lives.
            Some(switch) => match error(unsafe { switch.guarded((*self.raw).parent, (self.raw, raw)) }.min(0)) {
                None => Ok(()),
                Some(error) => Err(error),
            },
            None if ios.voltage == Voltage::V330 => Ok(()),
            None => Err(MmcError::Unsupported),
        }
    }

    fn tune(&self, opcode: u8) -> Result<(), MmcError> {
        let Some(tune) = self.ops().execute_tuning else { return Err(MmcError::Unsupported) };
        // SAFETY: the host lives.
        match error(unsafe { tune.guarded((*self.raw).parent, (self.raw, opcode.into())) }.min(0)) {
            None => Ok(()),
            Some(error) => Err(error),
        }
    }

    fn reset_card(&self) {
        if let Some(reset) = self.ops().card_hw_reset.filter(|_| self.has(31)) {
            // SAFETY: the host lives.
            unsafe { reset.guarded((*self.raw).parent, (self.raw,)) };
        }
    }
}

/// The device that a host is on.
///
/// # Safety
/// `host` is a host.
pub(super) unsafe fn parent(host: *mut mmc_host) -> *mut device {
    // SAFETY: the caller's host.
    unsafe { (*host).parent }
}

/// A request of data into `segments`, as tuning needs it.
pub(super) fn reading(command: Command, block_size: u32, segments: Vec<Segment>) -> Request {
    let data =
        Data { write: false, block_size, blocks: 1, segments, timeout_ns: 150_000_000, done: 0, error: None };
    Request { data: Some(data), ..Request::new(command) }
}
