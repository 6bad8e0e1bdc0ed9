// SPDX-License-Identifier: GPL-2.0-only
//! The 16550s driven the way that Linux's 8250_port and 8250_dw drive them.

use io::serial;

use super::regs::*;
use super::*;
use crate::testing::Bench;

/// A bench with accesses by register number.
struct Uart {
    b: Bench,
    shift: u32,
}

impl Uart {
    fn ns() -> Self {
        Self { b: Bench::new(&FACTORY), shift: 0 }
    }
    fn dw() -> Self {
        Self { b: Bench::new(&DW_FACTORY), shift: 2 }
    }
    fn width(&self) -> Width {
        if self.shift == 2 { Width::B4 } else { Width::B1 }
    }
    fn r(&self, register: u64) -> u8 {
        u8::try_from(self.b.dev.read(register << self.shift, self.width())).unwrap()
    }
    fn w(&self, register: u64, value: u8) {
        self.b.dev.write(register << self.shift, self.width(), value.into());
    }
    fn port(&self) -> Arc<serial::Port> {
        serial::find(&self.b.name).unwrap()
    }
    /// serial8250_do_startup and set_termios, as far as registers go.
    fn startup(&self, fcr: u8) {
        self.w(IIR_FCR, 1);
        self.w(IIR_FCR, 7);
        self.w(IIR_FCR, 0);
        self.r(LSR);
        self.r(RBR_THR_DLL);
        self.r(IIR_FCR);
        self.r(MSR);
        assert_ne!(self.r(LSR), 0xff);
        self.w(LCR, 3);
        self.w(MCR, 0x0b);
        self.w(LCR, 0x83);
        self.w(0, 13);
        self.w(1, 0);
        self.w(LCR, 3);
        self.w(IIR_FCR, fcr);
        self.w(IER_DLM, 5);
    }
    fn receive(&self) -> Vec<u8> {
        let mut got = Vec::new();
        while self.r(LSR) & 0x11 != 0 {
            got.push(self.r(0));
        }
        got
    }
}

/// Both kinds go through the same test.
fn both(test: impl Fn(&Uart)) {
    test(&Uart::ns());
    test(&Uart::dw());
}

#[test]
fn autoconfig_finds_a_16550a() {
    both(|u| {
        // Existence: the interrupt enables are four bits that can be written.
        u.w(IER_DLM, 0);
        assert_eq!(u.r(IER_DLM) & 0xf, 0);
        u.w(IER_DLM, 0x0f);
        assert_eq!(u.r(IER_DLM) & 0xf, 0xf);
        u.w(IER_DLM, 0);
        // Loopback of the modem lines.
        u.w(MCR, 0x1a);
        assert_eq!(u.r(MSR) & 0xf0, 0x90);
        u.w(MCR, 0);
        // FIFOs; no enhanced features, no 64-byte mode of a 16750, no sleep bits, no XScale bit.
        u.w(LCR, 0xbf);
        u.w(IIR_FCR, 0);
        u.w(LCR, 0);
        u.w(IIR_FCR, 1);
        assert_eq!(u.r(IIR_FCR), 0xc1);
        u.w(LCR, 0xbf);
        assert_ne!(u.r(IIR_FCR), 0);
        u.w(LCR, 0);
        u.w(IIR_FCR, 0x21);
        let status1 = u.r(IIR_FCR) >> 5;
        u.w(LCR, 0x80);
        u.w(IIR_FCR, 0x21);
        assert_eq!((status1, u.r(IIR_FCR) >> 5), (6, 6));
        u.w(LCR, 0);
        u.w(IER_DLM, 0x40);
        assert_eq!(u.r(IER_DLM) & 0x40, 0);
        for value in [0xa5, 0x5a] {
            u.w(SCR, value);
            assert_eq!(u.r(SCR), value);
        }
    });
}

#[test]
fn enabling_the_empty_transmitters_interrupt_raises_it_each_time() {
    both(|u| {
        u.startup(0x81);
        u.w(IER_DLM, 0);
        for _ in 0..2 {
            u.w(IER_DLM, 2);
            assert!(u.b.irq());
            assert_eq!(u.r(IIR_FCR), 0xc2);
            // Reading it has cleared it.
            assert_eq!((u.r(IIR_FCR), u.b.irq()), (0xc1, false));
            u.w(IER_DLM, 0);
        }
    });
}

#[test]
fn transmit_by_interrupt() {
    both(|u| {
        u.startup(0x81);
        let mut left = b"Hello, world\r\n".to_vec();
        u.w(IER_DLM, 7);
        let mut rounds = 0;
        while u.b.irq() {
            assert_eq!(u.r(IIR_FCR) & 0x3f, IIR_EMPTY);
            assert_eq!(u.r(LSR), 0x60);
            if left.is_empty() {
                u.w(IER_DLM, 5);
            }
            for byte in left.drain(..left.len().min(4)) {
                u.w(0, byte);
            }
            rounds += 1;
        }
        assert_eq!(rounds, 5);
        assert_eq!(u.port().scrollback(), b"Hello, world\r\n");
        assert_eq!(u.r(IIR_FCR), 0xc1);
    });
}

#[test]
fn receive_levels_and_time_out() {
    for (u, levels) in [(Uart::ns(), [1, 4, 8, 14]), (Uart::dw(), [1, 16, 32, 62])] {
        for (select, level) in levels.into_iter().enumerate() {
            u.startup((select as u8) << 6 | 1);
            let text: Vec<u8> = (0..level as u8 + 1).collect();
            u.port().input(&text[..level - 1]);
            assert_eq!((u.b.irq(), u.r(IIR_FCR)), (level > 1, if level > 1 { 0xcc } else { 0xc1 }));
            u.port().input(&text[level - 1..]);
            assert_eq!((u.b.irq(), u.r(IIR_FCR), u.r(LSR)), (true, 0xc4, 0x61));
            assert_eq!([u.r(0), u.r(0)], [0, 1]);
            assert_eq!(u.r(IIR_FCR), if level > 1 { 0xcc } else { 0xc1 });
            assert_eq!(u.receive(), &text[2..]);
            assert_eq!((u.b.irq(), u.r(IIR_FCR)), (false, 0xc1));
        }
    }
}

#[test]
fn a_full_fifo_holds_the_rest_back() {
    both(|u| {
        let depth = u.b_depth();
        u.startup(0x81);
        let text: Vec<u8> = (0..200).collect();
        assert_eq!(u.port().input(&text), 200);
        assert_eq!(u.port().stats().waiting, 200 - depth);
        assert_eq!(u.receive(), text);
        assert!(!u.b.irq());
        // Without a FIFO one by one.
        u.w(IIR_FCR, 0);
        u.port().input(b"abc");
        assert_eq!((u.r(IIR_FCR), u.port().stats().waiting), (4, 2));
        assert_eq!(u.receive(), b"abc");
        assert_eq!(u.r(IIR_FCR), 1);
        // Emptying the FIFO makes room.
        u.w(IIR_FCR, 1);
        u.port().input(&text);
        u.w(IIR_FCR, 3);
        assert_eq!(u.r(0), depth as u8);
    });
}

impl Uart {
    fn b_depth(&self) -> usize {
        if self.shift == 2 { 64 } else { 16 }
    }
}

#[test]
fn loopback_overrun_and_break() {
    both(|u| {
        u.startup(1);
        u.w(MCR, 0x10);
        let depth = u.b_depth();
        for i in 0..=depth {
            u.w(0, i as u8);
        }
        u.w(LCR, 0x43);
        u.w(LCR, 3);
        assert_eq!(u.port().scrollback(), b"");
        assert_eq!(u.port().input(b"?"), 1);
        // The line status has the highest priority, and reading it clears it.
        assert_eq!(u.r(IIR_FCR), 0xc6);
        assert_eq!(u.r(LSR), 0x63);
        assert_eq!((u.r(LSR), u.r(IIR_FCR)), (0x61, 0xc4));
        // Room for the break, which shows once it is at the head.
        assert_eq!(u.r(0), 0);
        u.w(LCR, 0x43);
        assert_eq!(u.r(LSR), 0xe1);
        for i in 1..depth {
            assert_eq!(u.r(0), i as u8);
        }
        assert_eq!(u.r(IIR_FCR), 0xc6);
        assert_eq!((u.r(LSR), u.r(LSR), u.r(0)), (0xf1, 0x61, 0));
        u.w(MCR, 0);
        assert_eq!(u.receive(), b"?");
    });
}

#[test]
fn overrun_without_a_fifo_keeps_the_newest() {
    both(|u| {
        u.w(MCR, 0x10);
        u.w(0, 1);
        u.w(0, 2);
        assert_eq!((u.r(LSR), u.r(0), u.r(LSR)), (0x63, 2, 0x60));
    });
}

#[test]
fn modem_status() {
    both(|u| {
        assert_eq!(u.r(MSR), 0xb0);
        u.w(IER_DLM, 8);
        u.w(MCR, 0x10);
        assert_eq!((u.b.irq(), u.r(IIR_FCR)), (true, 0));
        assert_eq!((u.r(MSR), u.r(MSR), u.b.irq()), (0x0b, 0, false));
        for (out, status) in [(2, 0x11), (1, 0x22), (8, 0x88)] {
            u.w(MCR, 0x10 | out);
            assert_eq!(u.r(MSR), status);
            u.w(MCR, 0x10);
            assert_eq!(u.r(MSR), status & 0x0f);
        }
        // The ring indicator counts where it ends.
        u.w(MCR, 0x14);
        assert_eq!(u.r(MSR), 0x40);
        u.w(MCR, 0x10);
        assert_eq!((u.b.irq(), u.r(MSR)), (true, 4));
    });
}

#[test]
fn a_break_from_the_terminal() {
    both(|u| {
        u.startup(0x81);
        assert!(u.port().send_break());
        assert_eq!(u.r(IIR_FCR), 0xc6);
        assert_eq!((u.r(LSR), u.r(0)), (0xf1, 0));
        assert!(!u.b.irq());
    });
}

#[test]
fn designware_registers() {
    let u = Uart::dw();
    let b = &u.b;
    // dw8250_setup_port: no fractional divisor, then version and parameters.
    b.w(DLF, u32::MAX);
    assert_eq!(b.r(DLF), 0);
    assert_eq!((b.r(UCV), b.r(CTR)), (0x3331_342a, 0x4457_0110));
    assert_eq!((b.r(CPR) >> 16 & 0xff) * 16, 64);
    u.startup(1);
    assert_eq!((b.r(USR), b.r(RFL)), (6, 0));
    u.port().input(&[b'x'; 70]);
    assert_eq!((b.r(USR), b.r(RFL), b.r(TFL)), (0x1e, 64, 0));
    // Never busy: the line control register takes each value at once.
    for value in [0x83, 0x03, 0xbf, 0x03] {
        u.w(LCR, value);
        assert_eq!(u.r(LCR), value);
    }
    b.w(SRR, 2);
    assert_eq!(b.r(RFL), 6);
    b.w(SRR, 7);
    assert_eq!((u.r(IER_DLM), u.r(IIR_FCR), b.irq()), (0, 1, false));
    b.r(0x70);
    b.w(0x20, 1);
    assert!(b.dev.info().ends_with("unimplemented 2"), "{}", b.dev.info());
}

#[test]
fn accesses_to_nothing_are_counted() {
    let u = Uart::ns();
    for width in [Width::B2, Width::B4, Width::B8] {
        assert_eq!(u.b.dev.read(0, width), 0);
        u.b.dev.write(0, width, 0x41);
    }
    assert_eq!(u.b.dev.read(8, Width::B1), 0);
    assert_eq!(u.b.dev.read(0x7c, Width::B1), 0);
    assert_eq!(u.port().scrollback(), b"");
    assert!(u.b.dev.info().ends_with("unimplemented 8"), "{}", u.b.dev.info());
    u.w(LSR, 0);
    u.w(MSR, 0);
    assert!(u.b.dev.info().ends_with("unimplemented 8"));
    let u = Uart::dw();
    assert_eq!(u.b.dev.read(LSR << 2, Width::B2), 0x60);
    assert_eq!(u.b.dev.read((LSR << 2) + 1, Width::B1), 0);
    assert!(u.b.dev.info().ends_with("unimplemented 1"));
}

#[test]
fn reset_and_stop() {
    both(|u| {
        u.startup(0x81);
        u.port().input(&[b'x'; 100]);
        assert!(u.b.irq());
        u.b.dev.reset();
        assert!(!u.b.irq());
        assert_eq!((u.r(LSR), u.r(IER_DLM), u.r(LCR), u.r(IIR_FCR)), (0x60, 0, 0, 1));
        assert_eq!(u.port().stats().waiting, 0);
        u.w(IER_DLM, 2);
        u.b.dev.stop();
        assert!(!u.b.irq());
        assert!(serial::find(&u.b.name).is_err());
    });
}
