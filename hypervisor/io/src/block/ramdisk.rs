// SPDX-License-Identifier: GPL-2.0-only
//! A disk in RAM. Its contents go with it.

use super::{Batch, Device, Driver, Info, Op};
use crate::{Error, Result};
use alloc::boxed::Box;
use alloc::string::ToString;
use alloc::sync::Arc;
use kernel::mm::segment::{Buffer, Segment};

/// Bytes of a block.
pub const BLOCK: u64 = 512;
/// Most blocks that merged requests have.
const MAX_BLOCKS: u64 = 2048;

/// The memory.
struct Memory(Segment);

impl Memory {
    /// Carries out one batch.
    fn serve(&self, batch: Batch) {
        let bytes = |blocks: u64| usize::try_from(blocks.saturating_mul(BLOCK)).unwrap_or(usize::MAX);
        let (mut at, end) = (bytes(batch.lba()), bytes(batch.blocks()));
        let mut whole = true;
        match batch.op() {
            Op::Flush => (),
            Op::Discard | Op::Erase => whole = self.0.zero(at, end),
            op => {
                for segment in batch.segments() {
                    let len = segment.len();
                    whole &= match op {
                        Op::Read => segment.copy(0, &self.0, at, len),
                        _ => self.0.copy(at, &segment, 0, len),
                    };
                    at = at.saturating_add(len);
                }
            }
        }
        let good = if whole { batch.blocks() } else { 0 };
        batch.finish(good, (!whole).then_some(super::BlockError::OutOfRange));
    }
}

impl Driver for Memory {
    fn kick(&self, device: &Device) {
        while let Some(batch) = device.next() {
            self.serve(batch);
        }
    }

    fn memory(&self) -> Option<&Segment> {
        Some(&self.0)
    }
}

/// A disk of `bytes` bytes, rounded up to whole blocks, at least one; it begins with `contents`, and is zero behind them.
/// Nobody finds it by its name unless it is [`register`](super::register)ed. Context: may allocate.
///
/// # Errors
/// There is no contiguous memory of that size.
pub fn new(name: &str, contents: &[u8], bytes: u64, read_only: bool) -> Result<Arc<Device>> {
    let bytes = bytes.max(contents.len() as u64).max(1);
    let none = |_| Error::NoMemory { what: "a RAM disk", bytes: bytes as usize };
    let bytes = bytes
        .checked_next_multiple_of(BLOCK)
        .ok_or(Error::NoMemory { what: "a RAM disk", bytes: usize::MAX })?;
    let buffer = Buffer::new(bytes as usize).map_err(none)?;
    buffer.write(0, contents);
    let info = Info {
        name: name.to_string(),
        model: "RAM disk".to_string(),
        block_size: BLOCK as u32,
        blocks: bytes / BLOCK,
        read_only,
        removable: false,
        erase: true,
        max_blocks: MAX_BLOCKS,
    };
    Ok(Device::new(info, Box::new(Memory(buffer.segment(0, bytes as usize)))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::BlockError;
    use std::vec;

    #[test]
    fn what_is_written_is_read_and_discarded_blocks_are_zero() {
        let disk = new("r", b"contents", 10_000, false).unwrap();
        assert_eq!((disk.info().blocks, disk.is_resident()), (20, true));
        let mut block = [1; 512];
        disk.read(0, &mut block).unwrap();
        assert!(block.starts_with(b"contents\0\0"));
        disk.write(3, &[7; 1024]).unwrap();
        disk.transfer(Op::Discard, 3, 1, vec![]).unwrap();
        let mut back = [1; 1024];
        disk.read(3, &mut back).unwrap();
        assert!(back[..512] == [0; 512] && back[512..] == [7; 512]);
        disk.flush().unwrap();
        assert_eq!(disk.read(20, &mut block), Err(BlockError::OutOfRange));
        let Some(Ok((memory, at))) = disk.resident(Op::Read, 4, 1) else { panic!("not in memory") };
        assert!(memory.read(at, &mut block) && block == [7; 512]);
        assert!(matches!(disk.resident(Op::Read, 20, 1), Some(Err(BlockError::OutOfRange))));
        assert!(matches!(disk.resident(Op::Read, u64::MAX, 1), Some(Err(BlockError::OutOfRange))));
        assert_eq!((disk.stats().reads, disk.stats().errors), (3, 3));
    }

    #[test]
    fn one_that_is_read_only_keeps_its_contents() {
        let disk = new("ro", &[5; 512], 0, true).unwrap();
        assert_eq!(disk.write(0, &[1; 512]), Err(BlockError::ReadOnly));
        assert!(matches!(disk.resident(Op::Write, 0, 1), Some(Err(BlockError::ReadOnly))));
        let mut block = [1; 512];
        disk.read(0, &mut block).unwrap();
        assert_eq!(block, [5; 512]);
    }
}
