// SPDX-License-Identifier: GPL-2.0-only
//! A panic has the console for itself. A program of its own, since the console is one for all tests of a program.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use kernel::console::{self, EarlyConsole};
use kernel::log;
use kernel::percpu::{self, CpuId};

static SENT: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// A byte has come to the device.
static BUSY: AtomicBool = AtomicBool::new(false);
/// The device takes bytes.
static READY: AtomicBool = AtomicBool::new(false);

fn put(_: usize, _: u32, byte: u8) {
    BUSY.store(true, SeqCst);
    until(&READY);
    SENT.lock().unwrap().push(byte);
}

fn until(flag: &AtomicBool) {
    while !flag.load(SeqCst) {
        std::thread::yield_now();
    }
}

#[test]
fn a_line_that_waited_for_another_does_not_follow_the_report() {
    console::set_early(EarlyConsole { name: "test", put, layout: 0 }, 0);
    std::thread::scope(|scope| {
        let write = |cpu, text: &'static [u8]| {
            move || {
                percpu::init_secondary(CpuId(cpu));
                console::write(text);
            }
        };
        let first = scope.spawn(write(1, b"begun\n"));
        until(&BUSY);
        let late = scope.spawn(write(2, b"late\n"));
        // Until it waits for the console; where it does not yet, it is not heard either.
        std::thread::sleep(Duration::from_millis(100));
        percpu::init_secondary(CpuId(3));
        log::enter_panic();
        READY.store(true, SeqCst);
        console::take_over();
        console::write(b"panic\n");
        first.join().unwrap();
        late.join().unwrap();
    });
    assert_eq!(String::from_utf8_lossy(&SENT.lock().unwrap()), "begun\r\npanic\r\n");
}
