// SPDX-License-Identifier: GPL-2.0-only
//! A disk in memory for the tests.

use super::{Batch, BlockError, Device, Driver, Info, Op};
use std::boxed::Box;
use std::string::ToString;
use std::sync::{Arc, Mutex};
use std::vec::Vec;

/// What a disk in memory did, and how it is to fail.
#[derive(Default)]
pub(crate) struct Inside {
    pub(crate) data: Vec<u8>,
    /// Batches that were served: what, where, how many blocks, of how many requests.
    pub(crate) log: Vec<(Op, u64, u64, usize)>,
    /// Blocks that cannot be read or written.
    pub(crate) bad: Vec<u64>,
    /// While set, requests stay in the queue.
    pub(crate) held: bool,
}

struct Memory(Arc<Mutex<Inside>>);

impl Driver for Memory {
    fn kick(&self, device: &Device) {
        while !self.0.lock().unwrap().held
            && let Some(batch) = device.next()
        {
            serve(&mut self.0.lock().unwrap(), batch);
        }
    }
}

fn serve(inside: &mut Inside, batch: Batch) {
    let (lba, blocks) = (batch.lba(), batch.blocks());
    inside.log.push((batch.op(), lba, blocks, batch.merged()));
    let bad = inside.bad.iter().copied().filter(|b| (lba..lba + blocks).contains(b)).min();
    let good = bad.map_or(blocks, |bad| bad - lba);
    let mut at = lba as usize * 512;
    let end = at + good as usize * 512;
    for segment in batch.segments() {
        let len = segment.len().min(end - at);
        let part = &mut inside.data[at..at + len];
        let whole = if batch.op() == Op::Read { segment.write(0, part) } else { segment.read(0, part) };
        assert!(whole);
        at += len;
    }
    if matches!(batch.op(), Op::Erase | Op::Discard) {
        inside.data[at..end].fill(0);
    }
    batch.finish(good, bad.map(|_| BlockError::Device));
}

/// A disk with these contents, in blocks of 512 bytes; and its inside.
pub(crate) fn disk(name: &str, data: Vec<u8>) -> (Arc<Device>, Arc<Mutex<Inside>>) {
    let info = Info {
        name: name.to_string(),
        model: "memory".to_string(),
        block_size: 512,
        blocks: data.len() as u64 / 512,
        read_only: false,
        removable: true,
        erase: true,
        max_blocks: 64,
    };
    let inside = Arc::new(Mutex::new(Inside { data, ..Inside::default() }));
    (Device::new(info, Box::new(Memory(inside.clone()))), inside)
}
