// SPDX-License-Identifier: GPL-2.0-only
//! Tests of the block device on a disk that answers when it likes.

use super::testing::{DATA, Guest, Ring};
use alloc::sync::Arc;
use io::block::{self, Batch, BlockError, Device, Driver, Info, Op};
use std::sync::Mutex;

/// What the disk was asked and has not answered.
#[derive(Clone, Default)]
struct Held(Arc<Mutex<Vec<Batch>>>);

impl Driver for Held {
    fn kick(&self, device: &Device) {
        while let Some(batch) = device.next() {
            self.0.lock().unwrap().push(batch);
        }
    }
}

impl Held {
    /// Answers what was asked first: reads give `byte`.
    fn answer(&self, byte: u8, error: Option<BlockError>) -> (Op, u64, u64) {
        let batch = self.0.lock().unwrap().remove(0);
        let what = (batch.op(), batch.lba(), batch.blocks());
        for segment in batch.segments() {
            if batch.op() == Op::Read {
                segment.write(0, &vec![byte; segment.len()]);
            }
        }
        batch.finish(if error.is_none() { batch_blocks(what) } else { 0 }, error);
        what
    }

    fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }
}

fn batch_blocks(what: (Op, u64, u64)) -> u64 {
    what.2
}

/// A disk of 1024 blocks of 4096 bytes, and a guest that has it.
fn guest(name: &str, options: &str) -> (Held, Guest) {
    let held = Held::default();
    let info = Info {
        name: name.into(),
        model: "held".into(),
        block_size: 4096,
        blocks: 1024,
        read_only: false,
        removable: false,
        erase: true,
        max_blocks: 64,
    };
    block::register(Device::new(info, Box::new(held.clone()))).unwrap();
    (held, on(name, options).unwrap_or_else(|error| panic!("{error}")))
}

/// A guest on a disk.
fn on(name: &str, options: &str) -> Result<Guest, String> {
    let text = format!("ferrovisor,device = \"blk\"; ferrovisor,disk = \"{name}\"; {options}");
    Guest::try_new(&text).map_err(|error| error.to_string())
}

/// Offers a request of one page; its end goes to `end`.
fn offer(guest: &Guest, ring: &mut Ring, kind: u32, sector: u64, at: u64, end: u64) -> u16 {
    guest.put(end, &[u64::from(kind).to_le_bytes(), sector.to_le_bytes()].concat());
    guest.put(end + 16, &[0xee]);
    let id = match kind {
        4 => guest.offer(ring, &[(end, 16, false), (end + 16, 1, true)], false),
        13 | 11 => guest.offer(ring, &[(end, 16, false), (at, 16, false), (end + 16, 1, true)], false),
        _ => guest.offer(ring, &[(end, 16, false), (at, 4096, kind == 0), (end + 16, 1, true)], false),
    };
    guest.kick(ring);
    id
}

#[test]
fn answers_come_when_the_disk_gives_them() {
    let (held, guest) = guest("held0", "");
    assert_eq!((guest.r(0x100), guest.r(0x114)), (8192, 4096));
    let mut ring = guest.start(0, 32);
    let ends: Vec<u64> = (0..5).map(|n| DATA + 0x1_0000 + 0x100 * n).collect();
    let ids = [
        offer(&guest, &mut ring, 0, 16, DATA, ends[0]),
        offer(&guest, &mut ring, 1, 800, DATA + 0x1000, ends[1]),
        offer(&guest, &mut ring, 4, 0, 0, ends[2]),
        offer(&guest, &mut ring, 0, 8, DATA + 0x2000, ends[3]),
    ];
    // What the disk cannot do at all is answered at once: half a block.
    let bad = offer(&guest, &mut ring, 0, 4, DATA, ends[4]);
    assert_eq!((guest.take(&mut ring), guest.get(ends[4] + 16, 1)), (Some((bad, 1)), vec![1]));
    assert_eq!((held.len(), guest.take(&mut ring), guest.interrupt()), (4, None, 1));
    assert!(guest.dev.info().contains("4 requests under way"));
    assert_eq!(held.answer(7, None), (Op::Read, 2, 1));
    assert_eq!((guest.take(&mut ring), guest.interrupt()), (Some((ids[0], 4097)), 1));
    assert_eq!(guest.get(DATA, 4096), [7; 4096]);
    assert_eq!(held.answer(0, Some(BlockError::Device)), (Op::Write, 100, 1));
    assert_eq!(held.answer(0, None), (Op::Flush, 0, 0));
    assert_eq!(held.answer(9, Some(BlockError::Unsupported)), (Op::Read, 1, 1));
    for (id, end, status) in [(ids[1], ends[1], 1), (ids[2], ends[2], 0), (ids[3], ends[3], 2)] {
        assert_eq!((guest.take(&mut ring), guest.get(end + 16, 1)), (Some((id, 1)), vec![status]));
    }
    let range = [&8u64.to_le_bytes()[..], &16u32.to_le_bytes(), &0u32.to_le_bytes()].concat();
    guest.put(DATA, &range);
    offer(&guest, &mut ring, 11, 0, DATA, ends[0]);
    offer(&guest, &mut ring, 13, 0, DATA, ends[1]);
    assert_eq!((held.answer(0, None), held.answer(0, None)), ((Op::Discard, 1, 2), (Op::Write, 1, 2)));
    assert!(guest.take(&mut ring).is_some() && guest.take(&mut ring).is_some());
}

#[test]
fn the_reset_of_a_queue_lasts_until_the_disk_has_let_go_of_its_buffers() {
    let (held, guest) = guest("held-queue", "");
    let mut ring = guest.start(super::device::feature::RING_RESET, 8);
    let end = DATA + 0x1_0000;
    offer(&guest, &mut ring, 0, 0, DATA, end);
    guest.w(0xc0, 1);
    assert_eq!((guest.r(0xc0), guest.r(0x44)), (1, 0));
    held.answer(7, None);
    assert_eq!((guest.r(0xc0), guest.take(&mut ring), guest.interrupt()), (0, None, 0));
    assert!(guest.dev.info().contains("1 late ends"), "{}", guest.dev.info());
    let mut ring = guest.add_ring(0, 0, 8);
    let id = offer(&guest, &mut ring, 0, 8, DATA, end);
    assert_eq!(guest.r(0xc0), 0);
    held.answer(8, None);
    assert_eq!((guest.take(&mut ring), guest.get(DATA, 1)), (Some((id, 4097)), vec![8]));
}

#[test]
fn an_answer_to_what_was_asked_before_a_reset_goes_nowhere() {
    for whole_guest in [false, true] {
        let name = format!("held-late-{whole_guest}");
        let (held, guest) = guest(&name, "");
        let mut ring = guest.start(0, 8);
        let end = DATA + 0x1_0000;
        offer(&guest, &mut ring, 0, 0, DATA, end);
        if whole_guest {
            // A reset of the guest waits: here the disk answers meanwhile.
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    std::thread::sleep(std::time::Duration::from_millis(50));
                    held.answer(7, None);
                });
                guest.dev.reset();
            });
            assert_eq!(held.len(), 0);
        } else {
            guest.w(0x70, 0);
        }
        // The next driver's ring is where the last one's was.
        let mut ring = guest.start(0, 8);
        let again = offer(&guest, &mut ring, 0, 0, DATA + 0x1000, end);
        if !whole_guest {
            held.answer(7, None);
        }
        assert_eq!((guest.take(&mut ring), guest.get(end + 16, 1), guest.interrupt()), (None, vec![0xee], 0));
        held.answer(8, None);
        assert_eq!(guest.take(&mut ring), Some((again, 4097)));
        assert!(guest.dev.info().contains("1 late ends"), "{}", guest.dev.info());
        // One that is under way when the guest goes does no harm.
        offer(&guest, &mut ring, 0, 0, DATA, end);
        guest.dev.stop();
        let ram = guest.ram.clone();
        drop(guest);
        held.answer(9, None);
        assert_eq!(ram.load_u64((DATA - super::testing::RAM) as usize), Some(0x0909_0909_0909_0909));
    }
}

#[test]
fn a_disk_has_one_writer() {
    let (_, first) = guest("held-claim", "");
    let name = first.name.clone();
    let error = on("held-claim", "").err().unwrap();
    assert_eq!(error, format!("/disk0: held-claim: {name}/disk0 writes it: no other may use it meanwhile"));
    assert!(on("held-claim", "ferrovisor,read-only;").is_err());
    first.dev.stop();
    drop(first);
    let readers = [0, 1].map(|_| on("held-claim", "ferrovisor,read-only;").unwrap());
    assert!(on("held-claim", "").err().unwrap().contains("reads it"));
    drop(readers);
    assert!(on("held-claim", "").is_ok());
}
