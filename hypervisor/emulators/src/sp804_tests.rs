// SPDX-License-Identifier: GPL-2.0-only
//! The dual timer driven the way that Linux's timer-sp804 drives it.

use super::*;

const US: u64 = 1_000;
const MS: u64 = 1_000_000;
const S: u64 = 1_000_000_000;

fn dual() -> DualTimer {
    DualTimer::new(1_000_000)
}

fn w(t: &mut DualTimer, now: u64, register: u64, value: u32) {
    assert_eq!(t.advance(now), Wish::None);
    t.write(register, value, now).unwrap();
}

fn r(t: &mut DualTimer, now: u64, register: u64) -> u32 {
    assert_eq!(t.advance(now), Wish::None);
    t.read(register, now).unwrap()
}

#[test]
fn reset_values() {
    let mut t = dual();
    for bank in [0, BANK] {
        assert_eq!(
            [LOAD, VALUE, CONTROL, RIS, MIS, BGLOAD].map(|x| r(&mut t, 0, bank + x)),
            [0, 0xffff, 0x20, 0, 0, 0]
        );
    }
    let word = |t: &mut DualTimer, base| (0..4).fold(0, |id, i: u64| id | r(t, 0, base + 4 * i) << (8 * i));
    assert_eq!((word(&mut t, 0xfe0) & 0xff_ffff, word(&mut t, 0xff0)), (0x14_1804, 0xb105_f00d));
    for nothing in [0x1c, 0x3c, 0x40, 0xf00] {
        assert_eq!((t.read(nothing, 0), t.write(nothing, 0, 0)), (None, None));
    }
}

#[test]
fn free_running_clock_source() {
    let mut t = dual();
    w(&mut t, 0, BANK + CONTROL, 0);
    w(&mut t, 0, BANK + LOAD, u32::MAX);
    w(&mut t, 0, BANK + VALUE, u32::MAX);
    w(&mut t, S, BANK + CONTROL, SIZE_32 | ENABLE | PERIODIC);
    assert_eq!(t.deadline(), None);
    // Down by one each microsecond, over the end without a jump.
    let mut last = r(&mut t, S, BANK + VALUE);
    assert_eq!(last, u32::MAX);
    for step in 1..5000u64 {
        let now = S + step * 1_000_003 * US;
        let value = r(&mut t, now, BANK + VALUE);
        assert_eq!(last.wrapping_sub(value), 1_000_003, "step {step}");
        last = value;
    }
    assert_eq!((r(&mut t, 6000 * S, BANK + RIS), t.level(0, 1)), (1, false));
}

#[test]
fn periodic_clock_event() {
    let mut t = dual();
    w(&mut t, 0, CONTROL, SIZE_32 | INT_ENABLE);
    w(&mut t, 0, LOAD, 999);
    w(&mut t, 0, CONTROL, SIZE_32 | INT_ENABLE | PERIODIC | ENABLE);
    for round in 0..50 {
        let due = round * MS + 999 * US;
        assert_eq!(t.deadline(), Some(due));
        assert_eq!((r(&mut t, due - 1, MIS), t.level(0, 1)), (0, false));
        assert_eq!((r(&mut t, due, MIS), r(&mut t, due, VALUE), t.level(0, 1)), (1, 0, true));
        assert_eq!(t.deadline(), None);
        assert_eq!(r(&mut t, due + US, VALUE), 999);
        w(&mut t, due + 3 * US, INTCLR, 1);
        assert!(!t.level(0, 1));
    }
    // Many missed periods are one interrupt, and the phase is kept.
    assert_eq!(r(&mut t, 10 * S, RIS), 1);
    w(&mut t, 10 * S, INTCLR, 1);
    assert_eq!(t.deadline(), Some(10 * S + 999 * US));
}

#[test]
fn one_shot_clock_event() {
    let mut t = dual();
    w(&mut t, 0, CONTROL, SIZE_32 | INT_ENABLE);
    w(&mut t, 0, CONTROL, SIZE_32 | INT_ENABLE | ONE_SHOT);
    for now in [0, S, 2 * S] {
        let control = r(&mut t, now, CONTROL);
        w(&mut t, now, LOAD, 100);
        w(&mut t, now, CONTROL, control | ENABLE);
        assert_eq!(t.deadline(), Some(now + 100 * US));
        assert_eq!(r(&mut t, now + 100 * US, MIS), 1);
        w(&mut t, now + 100 * US, INTCLR, 1);
        assert_eq!((t.deadline(), r(&mut t, now + MS, VALUE), r(&mut t, now + MS, RIS)), (None, 0, 0));
        // Writing what is there already does not start it.
        w(&mut t, now + MS, CONTROL, control | ENABLE);
        assert_eq!(t.deadline(), None);
    }
    // As a free-running one it goes on from zero.
    w(&mut t, 3 * S, CONTROL, SIZE_32 | INT_ENABLE | ENABLE);
    assert_eq!((r(&mut t, 3 * S, RIS), r(&mut t, 3 * S + US, VALUE)), (0, u32::MAX));
}

#[test]
fn sixteen_bits_and_prescalers() {
    let mut t = dual();
    for (select, scale) in [(0, 1), (1, 16), (2, 256)] {
        w(&mut t, 0, CONTROL, 0);
        w(&mut t, 0, LOAD, 0xdead_0064);
        w(&mut t, 0, CONTROL, ENABLE | select << 2 | INT_ENABLE);
        w(&mut t, 0, INTCLR, 0);
        assert_eq!(t.deadline(), Some(100 * scale * US));
        assert_eq!(r(&mut t, 10 * scale * US, VALUE), 90);
        assert_eq!(r(&mut t, 10 * scale * US + 1, VALUE), 90);
        assert_eq!(r(&mut t, 11 * scale * US - 1, VALUE), 90);
        assert_eq!(r(&mut t, 101 * scale * US, VALUE), 0xffff);
        // Stopped, it stands.
        w(&mut t, 110 * scale * US, CONTROL, select << 2);
        assert_eq!(r(&mut t, 900 * scale * US, VALUE), 0xffff - 9);
        // Going on slower.
        w(&mut t, 1000 * scale * US, CONTROL, ENABLE | 2 << 2);
        assert_eq!(r(&mut t, 1000 * scale * US + 512 * US, VALUE), 0xffff - 11);
        t.reset(0);
    }
}

#[test]
fn background_load_waits_for_zero() {
    let mut t = dual();
    w(&mut t, 0, CONTROL, SIZE_32 | PERIODIC | ENABLE);
    w(&mut t, 0, LOAD, 99);
    w(&mut t, 0, BGLOAD, 49);
    assert_eq!((r(&mut t, 0, VALUE), r(&mut t, 0, LOAD), r(&mut t, 0, BGLOAD)), (99, 49, 49));
    assert_eq!(r(&mut t, 99 * US, VALUE), 0);
    assert_eq!([100, 149, 150].map(|at| r(&mut t, at * US, VALUE)), [49, 0, 49]);
}

#[test]
fn lines_are_combined_or_separate() {
    let mut t = dual();
    let levels = |t: &DualTimer| [(0, 1), (0, 2), (1, 2), (2, 3)].map(|(line, lines)| t.level(line, lines));
    w(&mut t, 0, BANK + CONTROL, ENABLE | INT_ENABLE);
    w(&mut t, 0, BANK + LOAD, 0);
    assert_eq!(levels(&t), [true, false, true, false]);
    w(&mut t, 0, CONTROL, ENABLE | INT_ENABLE);
    w(&mut t, 0, LOAD, 0);
    assert_eq!(levels(&t), [true, true, true, false]);
    w(&mut t, 0, BANK + INTCLR, 0);
    assert_eq!(levels(&t), [true, true, false, false]);
    w(&mut t, 0, CONTROL, ENABLE);
    assert_eq!(levels(&t), [false; 4]);
    assert_eq!((r(&mut t, 0, RIS), r(&mut t, 0, MIS)), (1, 0));
    assert!(t.info(0).contains("1: control 0x80 load 0x0"), "{}", t.info(0));
}

#[test]
fn extremes() {
    for hz in [1_000, 1_000_000_000] {
        let mut t = DualTimer::new(hz);
        for now in [0, 1, u64::MAX - 1, u64::MAX] {
            w(&mut t, now, CONTROL, SIZE_32 | ENABLE | INT_ENABLE | 2 << 2);
            w(&mut t, now, LOAD, u32::MAX);
            w(&mut t, now, BANK + CONTROL, PERIODIC | ENABLE | 3 << 2);
            w(&mut t, now, BANK + LOAD, 0);
            r(&mut t, now, VALUE);
        }
    }
}
