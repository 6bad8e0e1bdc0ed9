// SPDX-License-Identifier: GPL-2.0-only
//! Queue, registry and readers over a disk in memory.

use super::testing::disk;
use super::*;
use kernel::mm::segment::Buffer;
use std::sync::Mutex;
use std::vec::Vec;

type Ends = std::sync::Arc<Mutex<Vec<(usize, core::result::Result<(), BlockError>)>>>;

fn request(op: Op, lba: u64, blocks: u64, buffer: &Buffer, n: usize, ends: &Ends) -> Request {
    let ends = ends.clone();
    let segments = match op.has_data() {
        true => std::vec![buffer.segment(n * 4096, blocks as usize * 512)],
        false => Vec::new(),
    };
    Request {
        op,
        lba,
        blocks,
        segments,
        done: Box::new(move |result| ends.lock().unwrap().push((n, result))),
    }
}

#[test]
fn neighbours_are_merged_and_order_is_kept() {
    let (device, inside) = disk("merge", vec![0; 1 << 20]);
    let (buffer, ends) = (Buffer::new(1 << 16).unwrap(), Ends::default());
    inside.lock().unwrap().held = true;
    let asked = [
        (Op::Write, 8, 8),
        (Op::Write, 16, 8),
        (Op::Write, 0, 8),
        (Op::Read, 24, 8),
        (Op::Write, 24, 8),
        (Op::Flush, 0, 0),
        (Op::Write, 32, 8),
    ];
    for (n, (op, lba, blocks)) in asked.into_iter().enumerate() {
        buffer.write(n * 4096, &[n as u8 + 1; 4096]);
        device.submit(request(op, lba, blocks, &buffer, n, &ends));
    }
    assert_eq!(device.stats().queued, 7);
    assert!(ends.lock().unwrap().is_empty());
    inside.lock().unwrap().held = false;
    device.submit(request(Op::Write, 40, 1, &buffer, 7, &ends));
    let inside = inside.lock().unwrap();
    assert_eq!(
        inside.log,
        [
            (Op::Write, 0, 24, 3),
            (Op::Read, 24, 8, 1),
            (Op::Write, 24, 8, 1),
            (Op::Flush, 0, 0, 1),
            (Op::Write, 32, 9, 2)
        ]
    );
    assert_eq!((inside.data[0], inside.data[8 * 512], inside.data[16 * 512]), (3, 1, 2));
    assert!(ends.lock().unwrap().iter().all(|(_, result)| result.is_ok()));
    let stats = device.stats();
    assert_eq!((stats.writes, stats.reads, stats.flushes, stats.merged, stats.errors), (6, 1, 1, 3, 0));
    assert_eq!((stats.written_bytes, stats.deepest, stats.queued), (41 * 512, 8, 0));
}

#[test]
fn a_bad_block_fails_only_the_requests_that_reach_it() {
    let (device, inside) = disk("bad", vec![7; 1 << 16]);
    let (buffer, ends) = (Buffer::new(1 << 16).unwrap(), Ends::default());
    inside.lock().unwrap().held = true;
    inside.lock().unwrap().bad.push(9);
    for n in 0..3 {
        device.submit(request(Op::Read, n as u64 * 8, 8, &buffer, n, &ends));
    }
    inside.lock().unwrap().held = false;
    device.submit(request(Op::Flush, 0, 0, &buffer, 3, &ends));
    let failed = Err(BlockError::Device);
    assert_eq!(*ends.lock().unwrap(), [(0, Ok(())), (1, failed), (2, failed), (3, Ok(()))]);
    assert_eq!(device.stats().errors, 2);
}

#[test]
fn what_cannot_be_is_refused_with_the_reason() {
    let (device, _) = disk("refuse", vec![0; 1 << 16]);
    assert_eq!(device.read(128, &mut [0; 512]), Err(BlockError::OutOfRange));
    assert_eq!(device.read(u64::MAX, &mut [0; 512]), Err(BlockError::OutOfRange));
    assert_eq!(device.read(0, &mut [0; 100]), Err(BlockError::Misaligned));
    assert_eq!(device.erase(127, 2), Err(BlockError::OutOfRange));
    let info = Info { read_only: true, erase: false, ..device.info().clone() };
    struct Never;
    impl Driver for Never {
        fn kick(&self, _: &Device) {
            panic!("nothing to do");
        }
    }
    let locked = Device::new(info, Box::new(Never));
    assert_eq!(locked.write(0, &[0; 512]), Err(BlockError::ReadOnly));
    let open = Device::new(Info { read_only: false, ..locked.info().clone() }, Box::new(Never));
    assert_eq!(open.erase(0, 1), Err(BlockError::Unsupported));
}

#[test]
fn a_removed_disk_ends_what_waits_and_whatever_comes() {
    let (device, inside) = disk("removed", vec![0; 1 << 16]);
    let (buffer, ends) = (Buffer::new(1 << 16).unwrap(), Ends::default());
    register(device.clone()).unwrap();
    assert!(matches!(register(device.clone()), Err(Error::DiskExists { .. })));
    inside.lock().unwrap().held = true;
    device.submit(request(Op::Read, 0, 1, &buffer, 0, &ends));
    assert!(find("removed").is_ok());
    unregister(&device);
    assert_eq!(*ends.lock().unwrap(), [(0, Err(BlockError::Removed))]);
    assert_eq!(device.read(0, &mut [0; 512]), Err(BlockError::Removed));
    assert!(matches!(find("removed"), Err(Error::NoDisk { .. })));
}

#[test]
fn blocks_written_come_back_and_erased_ones_are_zero() {
    let (device, _) = disk("copy", vec![0; 1 << 20]);
    let data: Vec<u8> = (0..300 * 1024u32).map(|n| (n * 7 + n / 511) as u8).collect();
    device.write(5, &data).unwrap();
    let mut back = vec![0; data.len()];
    device.read(5, &mut back).unwrap();
    assert!(back == data);
    device.erase(6, 1).unwrap();
    device.read(5, &mut back).unwrap();
    assert!(back[..512] == data[..512] && back[512..1024] == [0; 512] && back[1024..] == data[1024..]);
    device.flush().unwrap();
}

#[test]
fn readers_see_any_bytes_and_the_cache_saves_reads() {
    let data: Vec<u8> = (0..1 << 20).map(|n: u32| (n ^ n >> 9) as u8).collect();
    let (device, inside) = disk("reader", data.clone());
    let volume = Volume { name: "part".into(), device, first: 3, blocks: 1000 };
    let mut reader = Reader::new(volume);
    let mut to = vec![0; 200_000];
    for (offset, len) in [(0, 1), (511, 2), (32 << 10, 5), (100, 200_000), (512, 199_680), (511_990, 10)] {
        reader.read(offset, &mut to[..len]).unwrap();
        let from = 3 * 512 + offset as usize;
        assert!(to[..len] == data[from..from + len], "{len} at {offset}");
    }
    assert!(reader.read(511_991, &mut to[..10]).is_err());
    assert!(reader.read(u64::MAX, &mut to[..10]).is_err());
    let before = inside.lock().unwrap().log.len();
    (0..1000).for_each(|n| reader.read(511_000 + n % 900, &mut to[..7]).unwrap());
    assert_eq!(inside.lock().unwrap().log.len(), before);
}
