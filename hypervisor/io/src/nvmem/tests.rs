// SPDX-License-Identifier: GPL-2.0-only
//! A memory of sixteen bytes in words of four.

use super::*;
use std::sync::Mutex as StdMutex;

#[derive(Clone)]
struct Fake(Arc<StdMutex<[u8; 16]>>);

impl Memory for Fake {
    fn read(&self, offset: usize, into: &mut [u8]) -> Result<(), Fault> {
        assert!(offset.is_multiple_of(4) && into.len().is_multiple_of(4));
        into.copy_from_slice(&self.0.lock().unwrap()[offset..offset + into.len()]);
        Ok(())
    }
    fn write(&self, offset: usize, from: &[u8]) -> Result<(), Fault> {
        assert!(offset.is_multiple_of(4) && from.len().is_multiple_of(4));
        self.0.lock().unwrap()[offset..offset + from.len()].copy_from_slice(from);
        Ok(())
    }
}

fn memory(name: &str, read_only: bool) -> (Fake, Arc<Nvmem>) {
    let fake = Fake(Arc::new(StdMutex::new(core::array::from_fn(|n| n as u8 * 0x11))));
    let info = Info { name: name.into(), size: 16, word: 4, stride: 4, read_only, secret: false };
    let nvmem = register(info, Box::new(fake.clone())).unwrap();
    (fake, nvmem)
}

fn cell(offset: usize, bytes: usize, bit: u8, bits: usize) -> Cell {
    Cell { name: "c".into(), offset, bytes, bit, bits }
}

#[test]
fn reads_are_cut_at_the_end_and_made_of_whole_words() {
    let (_, m) = memory("cut", false);
    let mut bytes = [0; 6];
    assert_eq!(m.read(12, &mut bytes), Ok(4));
    assert_eq!(bytes, [0xcc, 0xdd, 0xee, 0xff, 0, 0]);
    assert_eq!(m.read(4, &mut bytes), Ok(6));
    assert_eq!(bytes, [0x44, 0x55, 0x66, 0x77, 0x88, 0x99]);
    assert_eq!(m.read(16, &mut bytes), Err(Fault::Invalid));
    assert_eq!(m.read(2, &mut bytes), Err(Fault::Invalid));
}

#[test]
fn writes_are_of_whole_words_and_only_where_allowed() {
    let (fake, m) = memory("write", false);
    assert_eq!(m.write(4, &[1, 2, 3, 4]), Ok(4));
    assert_eq!(fake.0.lock().unwrap()[3..9], [0x33, 1, 2, 3, 4, 0x88]);
    assert_eq!(m.write(4, &[1, 2]), Err(Fault::Invalid));
    assert_eq!(memory("fuses", true).1.write(4, &[1, 2, 3, 4]), Err(Fault::NotPermitted));
}

#[test]
fn cells_of_bits_are_moved_down_and_leave_others_alone() {
    let (fake, m) = memory("bits", false);
    assert_eq!(m.read_cell(&cell(4, 2, 0, 0)), Ok(vec![0x44, 0x55]));
    assert_eq!(m.read_cell(&cell(4, 2, 4, 8)), Ok(vec![0x54]));
    assert_eq!(m.read_cell(&cell(4, 2, 2, 3)), Ok(vec![0b001]));
    assert_eq!(m.write_cell(&cell(8, 4, 4, 8), &[0x5a]), Ok(()));
    assert_eq!(fake.0.lock().unwrap()[8..12], [0xa8, 0x95, 0xaa, 0xbb]);
    assert_eq!(m.write_cell(&cell(8, 4, 0, 0), &[1, 2]), Err(Fault::Invalid));
    for outside in [
        cell(12, 5, 0, 0),
        cell(4, 1, 4, 5),
        cell(usize::MAX - 3, 8, 0, 0),
        cell(0, 0, 0, 0),
        cell(2, 4, 0, 0),
    ] {
        assert_eq!(m.read_cell(&outside), Err(Fault::Invalid), "{outside:?}");
        assert!(m.add_cell(outside).is_err());
    }
}

#[test]
fn names_are_unique_and_a_memory_that_has_gone_refuses() {
    let (_, first) = memory("same", false);
    let (_, second) = memory("same", false);
    assert_eq!((first.info().name.as_str(), second.info().name.as_str()), ("same", "same1"));
    first.unregister();
    assert!(find("same").is_none() && find("same1").is_some());
    assert_eq!(first.read(0, &mut [0; 4]), Err(Fault::NoDevice));
}
