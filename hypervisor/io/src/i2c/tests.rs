// SPDX-License-Identifier: GPL-2.0-only
//! An adapter with one device on it: 256 registers and a pointer, and SMBus blocks.

use super::*;
use std::sync::Mutex as StdMutex;

const ADDRESS: u16 = 0x68;

struct Chip {
    registers: [u8; 256],
    pointer: usize,
    /// Transfers that lose arbitration before one gets through.
    lost: u32,
    transfers: u32,
    /// What the device answers to a read of announced length.
    block: Vec<u8>,
    pec: bool,
    spoil: bool,
    quirks: Quirks,
    /// What was written last, and the check of the transfer so far.
    written: Vec<u8>,
}

#[derive(Clone)]
struct Fake(Arc<StdMutex<Chip>>);

impl Fake {
    fn new() -> Self {
        Self(Arc::new(StdMutex::new(Chip {
            registers: core::array::from_fn(|n| n as u8),
            pointer: 0,
            lost: 0,
            transfers: 0,
            block: vec![],
            pec: false,
            spoil: false,
            quirks: Quirks::default(),
            written: vec![],
        })))
    }
}

impl Bus for Fake {
    fn transfer(&self, messages: &mut [Msg<'_>]) -> Result<usize, Fault> {
        let mut chip = self.0.lock().unwrap();
        chip.transfers += 1;
        if chip.lost > 0 {
            chip.lost -= 1;
            return Err(Fault::Again);
        }
        let mut crc = 0;
        for m in messages.iter_mut() {
            if m.address != ADDRESS {
                return Err(Fault::NoDevice);
            }
            let address = (ADDRESS as u8) << 1;
            if !m.is_read() {
                chip.written = m.bytes().to_vec();
                crc = smbus::pec(smbus::pec(crc, &[address]), m.bytes());
                if let Some((pointer, values)) = m.bytes().split_first() {
                    chip.pointer = usize::from(*pointer);
                    for v in values {
                        let at = chip.pointer % 256;
                        chip.registers[at] = *v;
                        chip.pointer += 1;
                    }
                }
                continue;
            }
            let mut answer = if m.flags.contains(Flags::RECV_LEN) {
                let answer = chip.block.clone();
                m.len = (m.len - 1) + answer.len();
                answer
            } else {
                let data = m.len - usize::from(chip.pec);
                (0..data).map(|n| chip.registers[(chip.pointer + n) % 256]).collect()
            };
            if chip.pec {
                answer.push(smbus::pec(smbus::pec(crc, &[address | 1]), &answer) ^ u8::from(chip.spoil));
            }
            m.buffer[..answer.len()].copy_from_slice(&answer);
        }
        Ok(messages.len())
    }
    fn functions(&self) -> Functions {
        Functions::I2C | Functions::QUICK | Functions::READ_BYTE
    }
    fn quirks(&self) -> Quirks {
        self.0.lock().unwrap().quirks
    }
}

fn adapter(fake: &Fake) -> Arc<Adapter> {
    let info = Info { name: "fake".into(), device: "fake".into(), retries: 3, timeout_ns: u64::MAX };
    register(info, None, Box::new(fake.clone())).unwrap()
}

fn run(a: &Adapter, flags: Flags, d: Direction, kind: Kind, mut data: Block) -> Result<Block, Fault> {
    a.smbus(ADDRESS, flags, d, 0x10, kind, &mut data).map(|()| data)
}

#[test]
fn bytes_words_and_blocks_go_there_and_back() {
    use Direction::*;
    let fake = Fake::new();
    let a = adapter(&fake);
    let none = Flags::empty();
    let regs = |n: usize| fake.0.lock().unwrap().registers[n];
    run(&a, none, Write, Kind::ByteData, Block::of_byte(0xab)).unwrap();
    assert_eq!(regs(0x10), 0xab);
    assert_eq!(run(&a, none, Read, Kind::ByteData, Block::default()).unwrap().byte(), 0xab);
    run(&a, none, Write, Kind::WordData, Block::of_word(0x1234)).unwrap();
    assert_eq!((regs(0x10), regs(0x11)), (0x34, 0x12));
    assert_eq!(run(&a, none, Read, Kind::WordData, Block::default()).unwrap().word(), 0x1234);
    let call = run(&a, none, Write, Kind::ProcCall, Block::of_word(0x5678)).unwrap();
    assert_eq!(call.word(), 0x1312, "the device goes on behind what was written");
    run(&a, none, Write, Kind::I2cBlockData, Block::of_block(&[9, 8, 7]).unwrap()).unwrap();
    assert_eq!(fake.0.lock().unwrap().written, [0x10, 9, 8, 7]);
    let read = run(&a, none, Read, Kind::I2cBlockData, Block::of_block(&[0; 5]).unwrap()).unwrap();
    assert_eq!(read.block(), [9, 8, 7, 0x13, 0x14]);
    run(&a, none, Write, Kind::BlockData, Block::of_block(&[1, 2]).unwrap()).unwrap();
    assert_eq!(fake.0.lock().unwrap().written, [0x10, 2, 1, 2]);
    fake.0.lock().unwrap().block = vec![3, 0xa, 0xb, 0xc];
    assert_eq!(run(&a, none, Read, Kind::BlockData, Block::default()).unwrap().block(), [0xa, 0xb, 0xc]);
    let call = run(&a, none, Write, Kind::BlockProcCall, Block::of_block(&[1]).unwrap()).unwrap();
    assert_eq!(call.block(), [0xa, 0xb, 0xc]);
    run(&a, none, Write, Kind::Byte, Block::default()).unwrap();
    assert_eq!(fake.0.lock().unwrap().written, [0x10]);
    let byte = a.smbus(ADDRESS, none, Read, 0, Kind::Byte, &mut Block::default());
    assert_eq!(byte, Ok(()));
    run(&a, none, Write, Kind::Quick, Block::default()).unwrap();
    assert_eq!(fake.0.lock().unwrap().written, [0; 0]);
}

#[test]
fn checks_are_sent_and_compared() {
    use Direction::*;
    let fake = Fake::new();
    let a = adapter(&fake);
    fake.0.lock().unwrap().pec = true;
    run(&a, smbus::PEC, Write, Kind::ByteData, Block::of_byte(0x55)).unwrap();
    let check = smbus::pec(0, &[0xd0, 0x10, 0x55]);
    assert_eq!(fake.0.lock().unwrap().written, [0x10, 0x55, check]);
    assert_eq!(run(&a, smbus::PEC, Read, Kind::ByteData, Block::default()).unwrap().byte(), 0x55);
    fake.0.lock().unwrap().block = vec![2, 6, 7];
    assert_eq!(run(&a, smbus::PEC, Read, Kind::BlockData, Block::default()).unwrap().block(), [6, 7]);
    fake.0.lock().unwrap().spoil = true;
    assert_eq!(run(&a, smbus::PEC, Read, Kind::WordData, Block::default()), Err(Fault::Corrupt));
}

#[test]
fn the_check_is_that_of_the_standard() {
    assert_eq!(smbus::pec(0, b"123456789"), 0xf4);
}

#[test]
fn too_long_blocks_are_refused_on_both_sides() {
    use Direction::*;
    let fake = Fake::new();
    let a = adapter(&fake);
    let mut long = Block::default();
    long.0[0] = 33;
    for (d, kind) in [(Write, Kind::BlockData), (Write, Kind::I2cBlockData), (Read, Kind::I2cBlockData)] {
        assert_eq!(run(&a, Flags::empty(), d, kind, long), Err(Fault::Invalid));
    }
    assert!(Block::of_block(&[0; 33]).is_none());
    fake.0.lock().unwrap().block = vec![33; 34];
    assert_eq!(run(&a, Flags::empty(), Read, Kind::BlockData, Block::default()), Err(Fault::Protocol));
    fake.0.lock().unwrap().block = vec![5, 1, 2];
    assert_eq!(run(&a, Flags::empty(), Read, Kind::BlockData, Block::default()), Err(Fault::Protocol));
}

#[test]
fn lost_arbitration_is_tried_again_a_few_times() {
    let fake = Fake::new();
    let a = adapter(&fake);
    fake.0.lock().unwrap().lost = 3;
    assert_eq!(a.write_read(ADDRESS, &mut [0], &mut [0; 4]), Ok(()));
    fake.0.lock().unwrap().lost = 4;
    assert_eq!(a.write_read(ADDRESS, &mut [0], &mut [0; 4]), Err(Fault::Again));
    assert_eq!(fake.0.lock().unwrap().transfers, 8);
}

#[test]
fn quirks_are_kept() {
    let fake = Fake::new();
    let a = adapter(&fake);
    let with = |quirks: Quirks| fake.0.lock().unwrap().quirks = quirks;
    let both = |out: usize, into: usize| a.write_read(ADDRESS, &mut vec![0; out], &mut vec![0; into]);
    with(Quirks { max_write: 2, max_read: 4, ..Quirks::default() });
    assert_eq!(both(2, 4), Ok(()));
    assert_eq!(both(3, 4), Err(Fault::NotSupported));
    assert_eq!(both(2, 5), Err(Fault::NotSupported));
    with(Quirks { no_repeated_start: true, ..Quirks::default() });
    assert_eq!(both(1, 1), Err(Fault::NotSupported));
    assert_eq!(both(0, 1), Ok(()));
    let combined = Quirks {
        combined: true,
        write_first: true,
        read_second: true,
        same_address: true,
        ..Quirks::default()
    };
    with(Quirks { max_first: 1, max_second: 9, max_read: 2, ..combined });
    assert_eq!(both(1, 9), Ok(()), "of two messages the limits for two hold");
    assert_eq!(both(2, 9), Err(Fault::NotSupported));
    assert_eq!(both(0, 9), Err(Fault::NotSupported));
    let (mut x, mut y) = ([0], [0]);
    let reads = &mut [Msg::read(ADDRESS, &mut x), Msg::write(ADDRESS, &mut y)];
    assert_eq!(a.transfer(reads), Err(Fault::NotSupported));
    assert_eq!(a.transfer(&mut []), Err(Fault::Invalid));
    with(Quirks { no_empty_write: true, ..Quirks::default() });
    assert_eq!(a.probe(ADDRESS), Ok(false));
}

#[test]
fn devices_are_found_and_have_their_address_alone() {
    let fake = Fake::new();
    let a = adapter(&fake);
    let found: Vec<u16> = (0x08..0x78).filter(|n| a.probe(*n) == Ok(true)).collect();
    assert_eq!(found, [ADDRESS]);
    let client = |address, ten_bits| Client { address, ten_bits, name: "x".into(), driver: None };
    assert_eq!(a.attach(client(ADDRESS, false)), Ok(()));
    assert_eq!(a.attach(client(ADDRESS, false)), Err(Fault::Busy));
    assert_eq!(a.attach(client(ADDRESS, true)), Ok(()), "ten bits are another device");
    for (address, ten) in [(0, false), (0x80, false), (0x400, true)] {
        assert_eq!(a.attach(client(address, ten)), Err(Fault::Invalid));
    }
    a.bind(ADDRESS, false, Some("d".into()));
    assert_eq!(a.clients().first().and_then(|c| c.driver.clone()).as_deref(), Some("d"));
    a.detach(ADDRESS, false);
    assert_eq!(a.clients().len(), 1);
}

#[test]
fn numbers_are_unique_and_an_adapter_that_has_gone_refuses() {
    let fake = Fake::new();
    let a = adapter(&fake);
    let info = a.info().clone();
    assert!(register(info.clone(), Some(a.id()), Box::new(fake.clone())).is_err_and(|e| e == Fault::Busy));
    let far = register(info, Some(77), Box::new(fake.clone())).unwrap();
    assert_eq!(far.name(), "i2c-77");
    assert!(find("i2c-77").is_some() && find("77").is_some() && get(77).is_some());
    far.unregister();
    assert!(get(77).is_none());
    assert_eq!(far.write_read(ADDRESS, &mut [0], &mut []), Err(Fault::NoDevice));
    assert_eq!(far.functions(), Functions::empty());
}

#[test]
fn the_bus_is_held_and_given_back() {
    let a = adapter(&Fake::new());
    a.lock();
    assert!(!a.try_lock());
    let mut byte = [0];
    assert_eq!(a.transfer_unlocked(&mut [Msg::read(ADDRESS, &mut byte)]), Ok(1));
    a.unlock();
    assert!(a.try_lock());
    a.unlock();
}

/// A device that holds the data line for some pulses.
struct Stuck {
    pulses: u32,
    scl: bool,
    scl_stuck: bool,
    blind: bool,
}

impl recovery::Lines for Stuck {
    fn scl(&mut self) -> bool {
        self.scl && !self.scl_stuck
    }
    fn set_scl(&mut self, high: bool) {
        if high && !self.scl {
            self.pulses = self.pulses.saturating_sub(1);
        }
        self.scl = high;
    }
    fn sda(&mut self) -> Option<bool> {
        (!self.blind).then_some(self.pulses == 0)
    }
    fn set_sda(&mut self, _high: bool) {}
}

#[test]
fn a_held_bus_is_freed_by_pulses() {
    arch::fake::this_cpu().use_real_time(std::time::Instant::now());
    let stuck = |pulses| Stuck { pulses, scl: true, scl_stuck: false, blind: false };
    assert_eq!(recovery::pulse(&mut stuck(0)), Ok(()));
    assert_eq!(recovery::pulse(&mut stuck(9)), Ok(()));
    assert_eq!(recovery::pulse(&mut stuck(10)), Err(Fault::Busy));
    assert_eq!(recovery::pulse(&mut Stuck { scl_stuck: true, ..stuck(1) }), Err(Fault::Busy));
    assert_eq!(recovery::pulse(&mut Stuck { blind: true, ..stuck(99) }), Ok(()));
}
