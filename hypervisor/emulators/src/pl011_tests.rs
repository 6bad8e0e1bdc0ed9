// SPDX-License-Identifier: GPL-2.0-only
//! The PL011 driven the way that Linux's amba-pl011 drives it.

use io::serial;

use super::*;
use crate::testing::{Bench, IRQ};

const TXFF: u32 = 1 << 5;
const RXFE: u32 = 1 << 4;

fn port(bench: &Bench) -> Arc<serial::Port> {
    serial::find(&bench.name).unwrap()
}

/// The order of register accesses of pl011_startup: line and control registers, then interrupts.
fn startup(b: &Bench) {
    b.w(IMSC, 0);
    b.w(ICR, 0xffff);
    b.w(IFLS, 2 << 3 | 2);
    b.w(CR, 0x301);
    b.w(IBRD, 13);
    b.w(FBRD, 1);
    b.w(LCR_H, 0x70);
    b.w(ICR, 0x50);
    for _ in 0..32 {
        if b.r(FR) & RXFE != 0 {
            break;
        }
        b.r(DR);
    }
    b.w(IMSC, 0x50);
}

/// The interrupt handler's receive loop.
fn receive(b: &Bench) -> Vec<u8> {
    let mut got = Vec::new();
    while b.r(FR) & RXFE == 0 {
        got.push(b.r(DR) as u8);
    }
    got
}

#[test]
fn probe_sees_a_primecell() {
    let b = Bench::new(&FACTORY);
    let word = |base| (0..4).fold(0, |id, i: u64| id | b.r(base + 4 * i) << (8 * i));
    assert_eq!(word(0xff0), 0xb105_f00d);
    // amba_pl011's id table: 0x00041011 under mask 0x000fffff; revision below 3 means 16 entries.
    assert_eq!(word(0xfe0) & 0x000f_ffff, 0x0004_1011);
    assert!(word(0xfe0) >> 20 & 0xf < 3);
    assert_eq!((b.r(CR), b.r(IFLS), b.r(IMSC), b.r(RIS), b.r(FR)), (0x300, 0x12, 0, 0, 0x97));
}

#[test]
fn earlycon_and_console_write() {
    let b = Bench::new(&FACTORY);
    for &byte in b"Booting\r\n" {
        assert_eq!(b.r(FR) & TXFF, 0);
        b.dev.write(DR, Width::B1, byte.into());
        assert_eq!(b.r(FR) & (1 << 3), 0);
    }
    assert_eq!(port(&b).scrollback(), b"Booting\r\n");
    assert!(!b.irq());
}

#[test]
fn transmit_by_interrupt() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    assert!(!b.irq());
    // start_tx fills the FIFO as long as there is room, then lets the interrupt go on.
    b.w(DR, b'a'.into());
    b.w(IMSC, 0x70);
    assert!(b.irq());
    let mut left = b"bcdef".to_vec();
    while b.irq() {
        let status = b.r(RIS) & b.r(IMSC);
        assert_eq!(status, 0x20);
        b.w(ICR, status & !0x70);
        if left.is_empty() {
            b.w(IMSC, 0x50);
        } else {
            b.w(DR, left.remove(0).into());
        }
    }
    assert_eq!(port(&b).scrollback(), b"abcdef");
    // The raw status lasts until it is cleared.
    assert_eq!(b.r(RIS), 0x20);
    b.w(ICR, 0x20);
    assert_eq!(b.r(RIS), 0);
    b.w(IMSC, 0x70);
    assert!(!b.irq());
}

#[test]
fn a_typed_character_comes_with_the_time_out() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    assert_eq!(port(&b).input(b"x"), 1);
    assert!(b.irq());
    assert_eq!((b.r(RIS), b.r(MIS)), (0x40, 0x40));
    assert_eq!(receive(&b), b"x");
    assert!(!b.irq());
    assert_eq!(b.r(RIS), 0);
    assert_eq!(b.irqs.changes(), [(IRQ, true), (IRQ, false)]);
}

#[test]
fn fifo_levels() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    // 1/8, 1/4, 1/2, 3/4, 7/8 of 16.
    for (select, level) in [(0, 2), (1, 4), (2, 8), (3, 12), (4, 14)] {
        b.w(IFLS, select << 3);
        port(&b).input(&vec![b'x'; level - 1]);
        assert_eq!(b.r(RIS) & 0x10, 0, "below {level}");
        port(&b).input(b"y");
        assert_eq!(b.r(RIS) & 0x50, 0x50, "at {level}");
        b.r(DR);
        assert_eq!(b.r(RIS) & 0x50, 0x40, "below {level} again");
        // Cleared by hand it comes back only when the level is passed again.
        port(&b).input(b"z");
        b.w(ICR, 0x50);
        assert_eq!(b.r(RIS), 0);
        assert!(!b.irq());
        port(&b).input(b"!");
        assert_eq!(b.r(RIS), 0x40);
        assert_eq!(receive(&b).len(), level + 1);
    }
}

#[test]
fn a_full_fifo_holds_the_rest_back() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    let text: Vec<u8> = (b'0'..=b'z').collect();
    assert_eq!(port(&b).input(&text), text.len());
    assert_eq!(b.r(FR) & 0x50, 0x40);
    assert_eq!(port(&b).stats().waiting, text.len() - 16);
    let mut got = Vec::new();
    while b.irq() {
        got.extend(receive(&b));
    }
    assert_eq!(got, text);
    assert_eq!(b.r(RIS), 0);
}

#[test]
fn a_disabled_receiver_takes_nothing() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    b.w(CR, 0x101);
    assert_eq!(port(&b).input(b"typed ahead"), 11);
    assert_eq!(b.r(FR) & RXFE, RXFE);
    b.w(CR, 0x301);
    assert!(b.irq());
    assert_eq!(receive(&b), b"typed ahead");
}

#[test]
fn without_fifos_there_is_one_place() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    port(&b).input(b"ab");
    b.w(LCR_H, 0x60);
    // Changing the depth empties the FIFO.
    assert_eq!(b.r(FR) & RXFE, RXFE);
    port(&b).input(b"cd");
    assert_eq!((b.r(FR) & 0x50, b.r(RIS)), (0x40, 0x50));
    // Reading makes room, and the next one comes at once.
    assert_eq!(b.r(DR), u32::from(b'c'));
    assert_eq!((b.r(FR) & 0x50, b.r(DR)), (0x40, b'd'.into()));
    assert_eq!((b.r(FR) & 0x50, b.r(RIS), b.irq()), (0x10, 0, false));
    assert_eq!(b.r(DR), 0);
}

#[test]
fn loopback_with_overrun_and_break() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    b.w(CR, 0x381);
    for i in 0..17 {
        b.w(DR, 0x41 + i);
    }
    assert_eq!(port(&b).scrollback(), b"");
    // A loop takes no input.
    assert_eq!(port(&b).input(b"?"), 1);
    assert_eq!(b.r(RIS) & 0x450, 0x450);
    assert_eq!(b.r(RSR), 8);
    assert_eq!(b.r(DR), 0x41);
    assert_eq!(b.r(RSR), 0);
    b.w(DR, 0x61);
    let mut last = 0;
    while b.r(FR) & RXFE == 0 {
        last = b.r(DR);
    }
    assert_eq!((last, b.r(RSR)), (0x861, 8));
    b.w(RSR, 0xff);
    assert_eq!(b.r(RSR), 0);
    b.w(LCR_H, 0x71);
    b.w(LCR_H, 0x70);
    assert_eq!((b.r(RIS) & 0x200, b.r(DR), b.r(RSR)), (0x200, 0x400, 4));
    b.w(CR, 0x301);
    assert_eq!(receive(&b), b"?");
}

#[test]
fn loopback_turns_modem_outputs_in() {
    let b = Bench::new(&FACTORY);
    b.w(CR, 0x300 | 0x80);
    assert_eq!(b.r(FR) & 0x107, 0);
    b.w(ICR, 0x7ff);
    for (out, flag, int) in [(11, 0, 1), (10, 1, 3), (12, 2, 2), (13, 8, 0)] {
        b.w(CR, 0x380 | 1 << out);
        assert_eq!((b.r(FR) & 0x107, b.r(RIS)), (1 << flag, 1 << int));
        b.w(CR, 0x380);
        b.w(ICR, 0x7ff);
    }
    b.w(IMSC, 2);
    b.w(CR, 0x380 | 1 << 11);
    assert!(b.irq());
    b.w(ICR, 2);
    assert!(!b.irq());
}

#[test]
fn a_break_from_the_terminal() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    b.w(IMSC, 0x250);
    assert!(port(&b).send_break());
    assert!(b.irq());
    assert_eq!((b.r(MIS), b.r(DR)), (0x240, 0x400));
    b.w(ICR, 0x200);
    assert!(!b.irq());
}

#[test]
fn reset_and_stop() {
    let b = Bench::new(&FACTORY);
    startup(&b);
    port(&b).input(&[b'x'; 40]);
    assert!(b.irq());
    b.dev.reset();
    assert!(!b.irq());
    assert_eq!((b.r(CR), b.r(IMSC), b.r(FR), b.r(RIS)), (0x300, 0, 0x97, 0));
    assert_eq!(port(&b).stats().waiting, 0);
    startup(&b);
    port(&b).input(b"x");
    b.dev.stop();
    assert!(!b.irq());
    assert!(serial::find(&b.name).is_err());
    let weak = Arc::downgrade(&b.irqs);
    drop(b);
    assert!(weak.upgrade().is_none());
}

#[test]
fn accesses_to_nothing_are_counted() {
    let b = Bench::new(&FACTORY);
    assert_eq!(b.dev.read(FR, Width::B8), 0);
    assert_eq!(b.dev.read(0x1a, Width::B2), 0);
    assert_eq!(b.r(0x1c), 0);
    b.w(0x80, 1);
    b.dev.write(DR, Width::B8, 0x41);
    assert!(b.dev.info().ends_with("unimplemented 5"), "{}", b.dev.info());
    assert!(b.dev.info().contains("sent 0, received 0, waiting 0, CR 0x300"));
    b.w(FR, 0);
    b.w(0xfe0, 0);
    assert!(b.dev.info().ends_with("unimplemented 5"));
}
