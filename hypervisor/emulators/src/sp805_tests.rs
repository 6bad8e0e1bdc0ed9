// SPDX-License-Identifier: GPL-2.0-only
//! The watchdog driven the way that Linux's sp805_wdt drives it.

use super::*;

const S: u64 = 1_000_000_000;
const HZ: u32 = 1000;
const MS: u64 = 1_000_000;

/// wdt_config(ping): the order of register writes of the driver.
fn config(dog: &mut Watchdog, load: u32, ping: bool, now: u64) {
    dog.write(LOCK, KEY, now).unwrap();
    dog.write(LOAD, load, now).unwrap();
    dog.write(INTCLR, 1, now).unwrap();
    if !ping {
        dog.write(CONTROL, INTEN | RESEN, now).unwrap();
    }
    dog.write(LOCK, 1, now).unwrap();
    assert_eq!(dog.read(LOCK, now), Some(1));
}

fn at(dog: &mut Watchdog, now: u64, register: u64) -> u32 {
    assert_eq!(dog.advance(now), Wish::None);
    dog.read(register, now).unwrap()
}

#[test]
fn first_zero_interrupts_second_resets() {
    let mut dog = Watchdog::new(HZ);
    assert_eq!((dog.read(LOAD, 0), dog.read(VALUE, 0), dog.read(LOCK, 0)), (Some(!0), Some(!0), Some(0)));
    config(&mut dog, 999, false, 0);
    assert_eq!(dog.deadline(), Some(999 * MS));
    assert_eq!(at(&mut dog, 500 * MS, VALUE), 499);
    assert_eq!(at(&mut dog, 500 * MS, MIS), 0);
    assert_eq!(at(&mut dog, 999 * MS, VALUE), 0);
    assert_eq!((dog.level(0, 1), at(&mut dog, 999 * MS, MIS)), (true, 1));
    // The load register again, one tick later; and two seconds in all.
    assert_eq!(at(&mut dog, S, VALUE), 999);
    assert_eq!(dog.deadline(), Some(1999 * MS));
    assert_eq!(dog.advance(1999 * MS - 1), Wish::None);
    assert_eq!(dog.advance(1999 * MS), Wish::Reset("the watchdog expired"));
    // Once.
    assert_eq!(dog.advance(100 * S), Wish::None);
    assert_eq!(dog.deadline(), None);
    dog.reset(100 * S);
    assert_eq!((dog.level(0, 1), dog.read(CONTROL, 0), dog.read(LOAD, 0)), (false, Some(0), Some(!0)));
}

#[test]
fn a_fed_dog_does_not_bite() {
    let mut dog = Watchdog::new(HZ);
    config(&mut dog, 999, false, 0);
    for round in 1..100 {
        let now = round * 3 * S / 2;
        assert_eq!(at(&mut dog, now, RIS), 1);
        config(&mut dog, 999, true, now);
        assert_eq!((at(&mut dog, now, RIS), dog.level(0, 1)), (0, false));
    }
    // A dog that nobody looked at for long bites at once.
    assert_eq!(dog.advance(1000 * S), Wish::Reset("the watchdog expired"));
}

#[test]
fn the_lock_keeps_writes_out() {
    let mut dog = Watchdog::new(HZ);
    config(&mut dog, 999, false, 0);
    for (register, value) in [(CONTROL, 0), (LOAD, 5), (INTCLR, 1)] {
        dog.write(register, value, 900 * MS).unwrap();
    }
    assert_eq!([CONTROL, LOAD, VALUE].map(|r| at(&mut dog, 900 * MS, r)), [3, 999, 99]);
    dog.write(LOCK, KEY, 0).unwrap();
    assert_eq!(dog.read(LOCK, 0), Some(0));
    dog.write(CONTROL, 0, 900 * MS).unwrap();
    assert_eq!((at(&mut dog, 5 * S, VALUE), dog.deadline()), (99, None));
    // Enabled again it begins at the load register.
    dog.write(CONTROL, INTEN, 5 * S).unwrap();
    assert_eq!(at(&mut dog, 5 * S, VALUE), 999);
}

#[test]
fn without_reset_it_only_interrupts() {
    let mut dog = Watchdog::new(HZ);
    dog.write(LOAD, 9, 0).unwrap();
    dog.write(CONTROL, INTEN, 0).unwrap();
    assert_eq!(at(&mut dog, 50 * S + 5 * MS, RIS), 1);
    // Zeros at 9, 19, 29 ... ms.
    assert_eq!(at(&mut dog, 50 * S + 5 * MS, VALUE), 4);
    assert_eq!(dog.deadline(), None);
    // Reset enabled late: at the next zero.
    dog.write(CONTROL, INTEN | RESEN, 50 * S + 5 * MS).unwrap();
    assert_eq!(dog.deadline(), Some(50 * S + 9 * MS));
    assert_ne!(dog.advance(50 * S + 9 * MS), Wish::None);
}

#[test]
fn extremes() {
    let mut dog = Watchdog::new(1_000_000_000);
    dog.write(CONTROL, INTEN, 0).unwrap();
    dog.write(LOAD, 0, 0).unwrap();
    assert_eq!(at(&mut dog, 0, RIS), 1);
    assert_eq!(dog.advance(u64::MAX), Wish::None);
    let mut dog = Watchdog::new(1_000);
    dog.write(CONTROL, INTEN | RESEN, u64::MAX - 5).unwrap();
    assert_eq!(dog.advance(u64::MAX - 1), Wish::None);
    assert_eq!((dog.read(0x18, 0), dog.write(0x18, 0, 0)), (None, None));
    let word = |dog: &mut Watchdog, base| {
        (0..4).fold(0, |id, i: u64| id | dog.read(base + 4 * i, 0).unwrap() << (8 * i))
    };
    assert_eq!((word(&mut dog, 0xfe0) & 0xff_ffff, word(&mut dog, 0xff0)), (0x14_1805, 0xb105_f00d));
    assert!(dog.info(0).starts_with("running, load 0xffffffff"), "{}", dog.info(0));
}
