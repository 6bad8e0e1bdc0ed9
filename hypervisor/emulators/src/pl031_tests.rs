// SPDX-License-Identifier: GPL-2.0-only
//! The clock by itself, with the time as the tests say.

use super::*;

const S: u64 = NS_PER_SEC;

#[test]
fn counts_seconds_of_the_wall_clock() {
    // The wall clock said 1000.75 s when the host's clock was at 2 s.
    let wall = 998 * S + 3 * S / 4;
    let mut rtc = at_wall_clock(wall, 2 * S);
    assert_eq!(rtc.read(DR, 2 * S), Some(1000));
    assert_eq!(rtc.read(DR, 2 * S + S / 4 - 1), Some(1000));
    assert_eq!(rtc.read(DR, 2 * S + S / 4), Some(1001));
    assert_eq!(rtc.read(DR, 12 * S), Some(1010));
    // Without one it is the time since the start.
    let mut rtc = at_wall_clock(0, 7 * S + 5);
    assert_eq!((rtc.read(DR, 7 * S + 5), rtc.read(DR, 8 * S)), (Some(7), Some(8)));
    // A wall clock whose second began before the host's clock did.
    let mut rtc = at_wall_clock(S / 2, 0);
    assert_eq!((rtc.read(DR, S / 2 - 1), rtc.read(DR, S / 2)), (Some(0), Some(1)));
}

#[test]
fn probe_and_set_time() {
    let mut rtc = Rtc::new(100, 0);
    let word =
        |rtc: &mut Rtc, base| (0..4).fold(0, |id, i: u64| id | rtc.read(base + 4 * i, 0).unwrap() << (8 * i));
    assert_eq!(word(&mut rtc, 0xff0), 0xb105_f00d);
    assert_eq!(word(&mut rtc, 0xfe0) & 0xf_ffff, 0x0004_1031);
    assert_eq!(rtc.read(CR, 0), Some(1));
    rtc.write(CR, 0, 0).unwrap();
    assert_eq!(rtc.read(CR, 0), Some(1));
    // pl031_set_time.
    rtc.write(LR, 1_700_000_000, 5 * S + 1).unwrap();
    assert_eq!(rtc.read(DR, 15 * S), Some(1_700_000_009));
    assert_eq!(rtc.read(LR, 15 * S), Some(1_700_000_000));
    // Read-only registers stay as they are.
    for register in [DR, RIS, MIS, 0xfe0, 0xffc] {
        let before = rtc.read(register, 15 * S);
        rtc.write(register, 0xffff_ffff, 15 * S).unwrap();
        assert_eq!(rtc.read(register, 15 * S), before);
    }
    assert_eq!((rtc.read(0x20, 0), rtc.write(0x20, 0, 0)), (None, None));
}

#[test]
fn alarm() {
    let mut rtc = Rtc::new(50, 0);
    rtc.write(IMSC, 1, 0).unwrap();
    rtc.write(MR, 53, S / 2).unwrap();
    assert_eq!(rtc.deadline(), Some(3 * S));
    assert_eq!((rtc.advance(3 * S - 1), rtc.read(RIS, 3 * S - 1)), (Wish::None, Some(0)));
    assert_eq!(rtc.advance(3 * S), Wish::None);
    assert_eq!((rtc.read(DR, 3 * S), rtc.read(MIS, 3 * S), rtc.level(0, 1)), (Some(53), Some(1), true));
    assert_eq!(rtc.deadline(), None);
    rtc.write(ICR, 0, 3 * S).unwrap();
    assert!(rtc.level(0, 1));
    rtc.write(ICR, 1, 3 * S).unwrap();
    assert_eq!((rtc.level(0, 1), rtc.read(RIS, 3 * S)), (false, Some(0)));
    // It comes once.
    assert_eq!((rtc.advance(100 * S), rtc.read(RIS, 100 * S)), (Wish::None, Some(0)));
}

#[test]
fn alarm_of_now_masked_past_and_moved() {
    let mut rtc = Rtc::new(50, 0);
    rtc.write(MR, 50, 0).unwrap();
    assert_eq!((rtc.read(RIS, 0), rtc.read(MIS, 0), rtc.level(0, 1)), (Some(1), Some(0), false));
    rtc.write(IMSC, 1, 0).unwrap();
    assert!(rtc.level(0, 1));
    rtc.write(ICR, 1, 0).unwrap();
    // In the past: when the counter has wrapped.
    rtc.write(MR, 49, 0).unwrap();
    assert_eq!(rtc.deadline(), Some(u64::from(u32::MAX) * S));
    // Setting the time moves the alarm.
    rtc.write(LR, 40, 10 * S).unwrap();
    assert_eq!(rtc.deadline(), Some(19 * S));
    // Masked, no timer is needed, and it shows all the same.
    rtc.write(IMSC, 0, 10 * S).unwrap();
    assert_eq!(rtc.deadline(), None);
    assert_eq!((rtc.advance(20 * S), rtc.read(RIS, 20 * S)), (Wish::None, Some(1)));
}

#[test]
fn a_reset_keeps_the_time() {
    let mut rtc = Rtc::new(0, 0);
    rtc.write(LR, 1000, 0).unwrap();
    rtc.write(IMSC, 1, 0).unwrap();
    rtc.write(MR, 1000, 0).unwrap();
    rtc.reset(S);
    assert_eq!((rtc.read(DR, 5 * S), rtc.read(MR, 0), rtc.read(IMSC, 0)), (Some(1005), Some(0), Some(0)));
    assert!(!rtc.level(0, 1) && rtc.deadline().is_none());
}
