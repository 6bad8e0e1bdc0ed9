// SPDX-License-Identifier: GPL-2.0-only
//! Block device (virtio 1.2, 5.2): a disk, a partition or a RAM disk of the guest's own.
//!
//! What a RAM disk is asked is done where the notification traps, as long as it is little; all else is handed to a worker:
//! requests for other disks to be submitted to the block layer with the guest's RAM as their memory, and what takes long.

use super::device::{Backend, Shared, Ticket};
use super::later::{self, Later};
use super::{Made, flag, number, string};
use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::{Arc, Weak};
use alloc::vec::Vec;
use core::sync::atomic::AtomicU64;
use core::sync::atomic::Ordering::Relaxed;
use io::block::{BlockError, Claim, Op, Request, Volume, ramdisk};
use kernel::mm::segment::{Buffer, Segment};
use kernel::sync::Once;
use vmm::bundle::Bundle;
use vmm::device::IrqLine;
use vmm::device::{Context, Error};
use vmm::ram::GuestRam;
use vmm::virtqueue::{Chain, MAX_SIZE, Malformed};

/// Options of the device's node.
pub(super) const OPTIONS: &[&str] = &[
    "ferrovisor,disk",
    "ferrovisor,ramdisk",
    "ferrovisor,size",
    "ferrovisor,read-only",
    "ferrovisor,serial",
    "ferrovisor,queues",
];

// Features (5.2.3).
const SEG_MAX: u64 = 1 << 2;
const READ_ONLY: u64 = 1 << 5;
const BLK_SIZE: u64 = 1 << 6;
const FLUSH: u64 = 1 << 9;
const TOPOLOGY: u64 = 1 << 10;
const MULTI_QUEUE: u64 = 1 << 12;
const DISCARD: u64 = 1 << 13;
const WRITE_ZEROES: u64 = 1 << 14;

/// Requests (5.2.6).
const IN: u32 = 0;
const OUT: u32 = 1;
const DO_FLUSH: u32 = 4;
const GET_ID: u32 = 8;
const DO_DISCARD: u32 = 11;
const DO_WRITE_ZEROES: u32 = 13;

/// What a request ends with.
const OK: u8 = 0;
const FAILED: u8 = 1;
const UNSUPPORTED: u8 = 2;

/// Bytes of a request's head, of a range to be discarded, of a serial number, and of a sector.
const HEAD: usize = 16;
const RANGE: usize = 16;
const ID: usize = 20;
const SECTOR: u64 = 512;
/// Bytes of the configuration space (5.2.4), up to the discard and write-zeroes part.
const CONFIG: usize = 60;
/// Segments of data in a request at most: a queue's places less those for head and status.
const SEGMENTS: u32 = MAX_SIZE as u32 - 2;
/// Sectors that are discarded or zeroed in one request at most.
const MOST_ZEROED: u64 = 2048;
/// Bytes that a notification moves at most, and what a request counts for at least; the worker has the rest.
const BUDGET: usize = 128 << 10;
const LEAST: usize = 2 << 10;
/// Bytes of zeroes that are written again and again.
const ZEROES: usize = 64 << 10;
/// Most queues.
const MAX_QUEUES: u64 = 8;

/// A block device of a guest.
pub(super) struct Blk {
    shared: Arc<Shared>,
    volume: Volume,
    /// A block has as many bytes as a 1 shifted by this.
    shift: u32,
    read_only: bool,
    /// Where its data is, if it is in memory.
    memory: Option<Segment>,
    serial: [u8; ID],
    config: [u8; CONFIG],
    /// One for each queue.
    works: Box<[Later]>,
    /// Notifications that the worker was asked to look after.
    deferred: AtomicU64,
    zeroes: Once<Option<Buffer>>,
    /// Keeps others from the disk.
    _claim: Claim,
}

/// The head of a request, and its data.
struct Head {
    kind: u32,
    sector: u64,
    /// Bytes to write to the disk, and to read from it.
    out: usize,
    input: usize,
}

/// How a request is carried out.
enum Job {
    /// It is done, with this end and so many bytes written besides the end.
    Done(u8, u32),
    /// By the disk: what, the first block, how many, what memory.
    Disk(Op, u64, u64, Data),
}

/// The memory of a job.
enum Data {
    None,
    /// That of the request.
    Guest,
    /// Zeroes.
    Zeroes,
}

/// Reads the head of a request.
#[inline(always)]
fn head(ram: &GuestRam, chain: &Chain) -> Result<Head, Malformed> {
    let Some([kind, sector]) = chain.head(ram).filter(|_| chain.writable() != 0) else {
        return Err("a block request without head or end");
    };
    Ok(Head { kind: kind as u32, sector, out: chain.readable() - HEAD, input: chain.writable() - 1 })
}

impl Blk {
    /// What is to be done for a request.
    fn job(&self, ram: &GuestRam, chain: &Chain, head: &Head) -> Job {
        match head.kind {
            IN => self.blocks(Op::Read, head.sector, head.input as u64, Data::Guest),
            OUT if self.read_only => Job::Done(FAILED, 0),
            OUT => self.blocks(Op::Write, head.sector, head.out as u64, Data::Guest),
            DO_FLUSH => Job::Disk(Op::Flush, 0, 0, Data::None),
            GET_ID => {
                let id = self.serial.get(..head.input.min(ID)).unwrap_or_default();
                let status = if chain.write(ram, 0, id) { OK } else { FAILED };
                Job::Done(status, id.len() as u32)
            }
            DO_DISCARD | DO_WRITE_ZEROES if self.read_only => Job::Done(FAILED, 0),
            DO_DISCARD | DO_WRITE_ZEROES => self.ranges(ram, chain, head),
            _ => Job::Done(UNSUPPORTED, 0),
        }
    }

    /// A request to discard or zero one range.
    fn ranges(&self, ram: &GuestRam, chain: &Chain, head: &Head) -> Job {
        let mut bytes = [[0; 8]; 2];
        let discard = head.kind == DO_DISCARD;
        let offered = self.features() & if discard { DISCARD } else { WRITE_ZEROES } != 0;
        if !offered || head.out != RANGE || !chain.read(ram, HEAD, bytes.as_flattened_mut()) {
            return Job::Done(UNSUPPORTED, 0);
        }
        let [sector, rest] = bytes.map(u64::from_le_bytes);
        let (count, flags) = (rest & u64::from(u32::MAX), (rest >> 32) as u32);
        // Unmapping is a wish when zeroes are to be written, and has no meaning when discarding.
        if flags & !1 != 0 || discard && flags != 0 {
            return Job::Done(UNSUPPORTED, 0);
        }
        if count == 0 || count > MOST_ZEROED {
            return Job::Done(FAILED, 0);
        }
        match discard {
            true => self.blocks(Op::Discard, sector, count * SECTOR, Data::None),
            // Erased blocks of a RAM disk are zero.
            false if self.memory.is_some() => self.blocks(Op::Erase, sector, count * SECTOR, Data::None),
            false => self.blocks(Op::Write, sector, count * SECTOR, Data::Zeroes),
        }
    }

    /// A job on `bytes` bytes from `sector` on, if they are whole blocks of the volume.
    fn blocks(&self, op: Op, sector: u64, bytes: u64, data: Data) -> Job {
        let place = self.inside(sector, bytes);
        place.map_or(Job::Done(FAILED, 0), |(lba, blocks)| Job::Disk(op, lba, blocks, data))
    }

    /// The first block of the disk, and the number of blocks, that `bytes` bytes from `sector` of the volume on are.
    #[inline(always)]
    fn inside(&self, sector: u64, bytes: u64) -> Option<(u64, u64)> {
        let shift = self.shift;
        let at = sector.checked_mul(SECTOR)?;
        let (lba, blocks) = (at >> shift, bytes >> shift);
        let whole = (lba << shift) == at && (blocks << shift) == bytes && bytes != 0;
        let fits = blocks <= self.volume.blocks && lba <= self.volume.blocks - blocks;
        (whole && fits).then(|| (self.volume.first + lba, blocks))
    }

    /// Carries out a request to a disk in memory, but for telling its end; gives what that is, and how many bytes were
    /// written before it.
    #[inline(always)]
    fn serve(&self, ram: &GuestRam, chain: &Chain, head: &Head) -> (u8, u32) {
        // By far the most there is, and the quickest.
        if head.kind == IN
            && let Some(disk) = &self.memory
            && let Some((lba, blocks)) = self.inside(head.sector, head.input as u64)
            && let Ok(start) = self.volume.device.reside(Op::Read, lba, blocks)
        {
            let done = chain.fill(ram, 0, disk, start, head.input);
            return if done { (OK, head.input as u32) } else { (FAILED, 0) };
        }
        self.serve_other(ram, chain, head)
    }

    #[inline(never)]
    fn serve_other(&self, ram: &GuestRam, chain: &Chain, head: &Head) -> (u8, u32) {
        let (op, lba, blocks) = match self.job(ram, chain, head) {
            Job::Done(status, len) => return (status, len),
            // It was refused already.
            Job::Disk(Op::Read, ..) => return (FAILED, 0),
            Job::Disk(op, lba, blocks, _) => (op, lba, blocks),
        };
        let (Some(disk), Ok(start)) = (&self.memory, self.volume.device.reside(op, lba, blocks)) else {
            return (FAILED, 0);
        };
        let done = match op {
            Op::Write => chain.drain(ram, HEAD, disk, start, head.out),
            Op::Read | Op::Flush => true,
            Op::Discard | Op::Erase => {
                disk.zero(start, (blocks as usize).saturating_mul(ramdisk::BLOCK as usize))
            }
        };
        if done { (OK, 0) } else { (FAILED, 0) }
    }

    /// Handles what is in the queue of a disk in memory, here and now, as much as the budget has; the rest is for the worker.
    fn serve_queue(&self, index: usize) -> Result<(), Malformed> {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(index) else { return Ok(()) };
        let mut guard = queue.lock();
        let queue = &mut *guard;
        let (mut budget, mut answered, mut later) = (BUDGET, false, false);
        let result = loop {
            match queue.pop(&shared.ram) {
                Ok(true) => (),
                Ok(false) => break Ok(()),
                Err(why) => break Err(why),
            }
            let chain = &queue.chain;
            // Of data: head and end are no part of it.
            let bytes = (chain.readable() + chain.writable()).saturating_sub(HEAD + 1).max(LEAST);
            let head = match head(&shared.ram, chain) {
                Ok(head) => head,
                Err(why) => break Err(why),
            };
            if bytes > budget || matches!(head.kind, DO_DISCARD | DO_WRITE_ZEROES) {
                queue.go_back();
                later = true;
                break Ok(());
            }
            budget -= bytes;
            let (status, len) = self.serve(&shared.ram, chain, &head);
            chain.set_last(&shared.ram, status);
            queue.answer(len + 1);
            answered = true;
        };
        if answered && queue.wants_interrupt() {
            shared.answered(index);
        }
        drop(guard);
        if later {
            self.defer(index);
        }
        result
    }

    /// Has the worker look at a queue.
    fn defer(&self, index: usize) {
        self.deferred.fetch_add(1, Relaxed);
        self.works.get(index).into_iter().for_each(Later::submit);
    }

    /// Handles what is in a queue, in the worker.
    fn work(&self, index: usize) {
        let shared = &*self.shared;
        let Some(queue) = shared.queue(index) else { return };
        let mut chain = Chain::new(MAX_SIZE.into());
        while shared.is_live() {
            let mut guard = queue.lock();
            let popped = guard.pop(&shared.ram);
            match popped {
                Ok(true) => (),
                Ok(false) => return,
                Err(why) => {
                    drop(guard);
                    return shared.fail(why);
                }
            }
            core::mem::swap(&mut guard.chain, &mut chain);
            shared.begin(index);
            let ticket =
                Ticket { queue: index, generation: guard.generation(), id: chain.id, slots: chain.slots };
            drop(guard);
            match head(&shared.ram, &chain) {
                Ok(head) => self.carry_out(ticket, &chain, &head),
                Err(why) => {
                    shared.fail(why);
                    shared.end(&ticket, |_| 0);
                }
            }
        }
    }

    /// Carries out a request that was taken from its queue. Context: orphan.
    fn carry_out(&self, ticket: Ticket, chain: &Chain, head: &Head) {
        let ram = &self.shared.ram;
        let end = chain.segments(ram, true, head.input, 1);
        let tell = move |shared: &Shared, status: u8, len: u32| {
            shared.end(&ticket, |_| {
                end.iter().for_each(|end| _ = end.write(0, &[status]));
                len + 1
            });
        };
        if self.memory.is_some() {
            let (status, len) = self.serve(ram, chain, head);
            return tell(&self.shared, status, len);
        }
        let (op, lba, blocks, data) = match self.job(ram, chain, head) {
            Job::Done(status, len) => return tell(&self.shared, status, len),
            Job::Disk(op, lba, blocks, data) => (op, lba, blocks, data),
        };
        let segments = match data {
            Data::None => Vec::new(),
            Data::Guest if op == Op::Read => chain.segments(ram, true, 0, head.input),
            Data::Guest => chain.segments(ram, false, HEAD, head.out),
            Data::Zeroes => self.zeroes(blocks),
        };
        let shared = self.shared.clone();
        let read = if op == Op::Read { head.input as u32 } else { 0 };
        let done = move |result| match result {
            Ok(()) => tell(&shared, OK, read),
            Err(BlockError::Unsupported) => tell(&shared, UNSUPPORTED, 0),
            Err(_) => tell(&shared, FAILED, 0),
        };
        self.volume.device.submit(Request { op, lba, blocks, segments, done: Box::new(done) });
    }

    /// Zeroes for so many blocks; too few if there is no memory, which fails the request.
    fn zeroes(&self, blocks: u64) -> Vec<Segment> {
        let Some(buffer) = self.zeroes.call_once(|| Buffer::new(ZEROES).ok()) else { return Vec::new() };
        let mut left = blocks.saturating_mul(self.volume.device.info().block_size.into()) as usize;
        let mut all = Vec::new();
        while left != 0 {
            let piece = buffer.segment(0, left.min(ZEROES));
            left -= piece.len();
            all.push(piece);
        }
        all
    }
}

impl Backend for Blk {
    fn id(&self) -> u32 {
        2
    }

    fn features(&self) -> u64 {
        let mut features = SEG_MAX | BLK_SIZE | FLUSH | TOPOLOGY;
        if self.works.len() > 1 {
            features |= MULTI_QUEUE;
        }
        if self.read_only {
            features |= READ_ONLY;
        } else {
            features |= WRITE_ZEROES;
            if self.volume.device.info().erase {
                features |= DISCARD;
            }
        }
        features
    }

    fn config(&self, offset: usize, to: &mut [u8]) {
        let from = self.config.get(offset..).unwrap_or_default();
        to.iter_mut().zip(from).for_each(|(to, from)| *to = *from);
    }

    fn notify(&self, queue: usize) {
        if self.memory.is_none() {
            self.defer(queue);
        } else if let Err(why) = self.serve_queue(queue) {
            self.shared.fail(why);
        }
    }

    fn reset(&self, guest: bool) {
        if guest {
            self.works.iter().for_each(Later::cancel);
        }
    }

    fn stop(&self) {
        self.reset(true);
    }

    fn info(&self) -> String {
        let how = if self.read_only { ", read only" } else { "" };
        let deferred = self.deferred.load(Relaxed);
        format!(
            "disk {} of {} KiB{how}, {deferred} notifications for the worker",
            self.volume.name,
            self.volume.bytes() >> 10
        )
    }
}

/// The configuration space (5.2.4).
fn config(volume: &Volume, queues: usize) -> [u8; CONFIG] {
    let mut space = [0; CONFIG];
    let mut put = |at: usize, bytes: &[u8]| {
        space.iter_mut().skip(at).zip(bytes).for_each(|(to, from)| *to = *from);
    };
    let block = volume.device.info().block_size;
    let most = (MOST_ZEROED as u32).to_le_bytes();
    put(0, &(volume.bytes() / SECTOR).to_le_bytes());
    put(12, &SEGMENTS.to_le_bytes());
    put(20, &block.to_le_bytes());
    // Topology: a physical block is a logical one, and so is the best transfer's least.
    put(26, &1u16.to_le_bytes());
    put(32, &[1]);
    put(34, &(queues as u16).to_le_bytes());
    // Discarding and zeroing: how much, one range each, in whole blocks.
    put(36, &most);
    put(40, &1u32.to_le_bytes());
    put(44, &(block / SECTOR as u32).to_le_bytes());
    put(48, &most);
    put(52, &1u32.to_le_bytes());
    put(56, &[1]);
    space
}

/// The disk that the node names.
fn disk(ctx: &Context<'_>, read_only: bool) -> Result<Volume, Error> {
    let unavailable = |what: String| Error::Unavailable { node: ctx.node.path.clone(), what };
    let size = number(ctx, "ferrovisor,size", 1 << 40)?;
    match (string(ctx, "ferrovisor,disk")?, ctx.node.properties.get("ferrovisor,ramdisk")) {
        (Some(name), None) if size.is_none() => {
            let volume = match name.contains(':') {
                true => io::fs::disk(name, &ctx.full_name(), !read_only),
                false => io::fs::volume(name),
            };
            volume.map_err(|error| unavailable(error.to_string()))
        }
        (None, Some(value)) => {
            let bundle = Bundle::open(kernel::boot::bundle());
            let contents = match value {
                [] => &[],
                _ => {
                    let name = string(ctx, "ferrovisor,ramdisk")?.unwrap_or_default();
                    bundle
                        .file(name)
                        .ok_or_else(|| unavailable(format!("the bundle has no file '{name}'")))?
                }
            };
            if contents.is_empty() && size.is_none() {
                return Err(ctx.property_error(
                    "ferrovisor,size",
                    "nothing",
                    "the size of an empty RAM disk in bytes",
                ));
            }
            let disk = ramdisk::new(&ctx.full_name(), contents, size.unwrap_or(0), read_only);
            disk.map(Volume::whole).map_err(|error| unavailable(error.to_string()))
        }
        _ => Err(ctx.property_error(
            "ferrovisor,disk",
            "not one disk",
            "either this, the name of a disk, a partition or a file, or 'ferrovisor,ramdisk' with 'ferrovisor,size'",
        )),
    }
}

/// The serial number: at most 20 characters.
fn serial(ctx: &Context<'_>) -> Result<[u8; ID], Error> {
    let text = match string(ctx, "ferrovisor,serial")? {
        None => ctx.node.name.as_str(),
        Some(text) if text.len() <= ID && text.is_ascii() => text,
        Some(text) => return Err(ctx.property_error("ferrovisor,serial", text, "at most 20 characters")),
    };
    let mut serial = [0; ID];
    serial.iter_mut().zip(text.bytes()).for_each(|(to, from)| *to = from);
    Ok(serial)
}

/// Makes the device of a node.
pub(super) fn create(ctx: &Context<'_>, line: IrqLine) -> Result<Made, Error> {
    let unavailable = |what: String| Error::Unavailable { node: ctx.node.path.clone(), what };
    let wanted = flag(ctx, "ferrovisor,read-only")?;
    let queues = number(ctx, "ferrovisor,queues", MAX_QUEUES)?.unwrap_or(1) as usize;
    let serial = serial(ctx)?;
    let volume = disk(ctx, wanted)?;
    let read_only = wanted || volume.device.info().read_only;
    let claim =
        Claim::new(&volume, &ctx.full_name(), !read_only).map_err(|error| unavailable(error.to_string()))?;
    if !later::start() {
        return Err(unavailable("there is no memory for the worker of virtio devices".to_string()));
    }
    let shared = Shared::new(ctx.ram.clone(), line, queues);
    let device = Arc::new_cyclic(|device: &Weak<Blk>| {
        let work = |index| {
            let device = device.clone();
            Later::new(move || device.upgrade().iter().for_each(|device| device.work(index)))
        };
        Blk {
            shared: shared.clone(),
            read_only,
            memory: volume.device.memory().cloned(),
            serial,
            config: config(&volume, queues),
            works: (0..queues).map(work).collect(),
            deferred: AtomicU64::new(0),
            zeroes: Once::new(),
            _claim: claim,
            shift: volume.device.info().block_size.trailing_zeros(),
            volume,
        }
    });
    Ok((shared, device))
}
