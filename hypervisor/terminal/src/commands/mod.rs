// SPDX-License-Identifier: GPL-2.0-only
//! The commands, one file each, and the table of them.

mod block;
mod clk;
mod console;
mod echo;
mod fs;
mod gpio;
mod guest;
mod heap;
mod help;
mod host;
mod i2c;
mod irq;
mod log;
mod mmc;
mod nvmem;
mod pin;
mod poweroff;
mod regulator;
mod reset;
mod rtc;
mod sched;
mod sleep;
mod vcpu;
mod version;
mod watchdog;

use crate::command::Command;

/// All commands, in the order in which they are listed.
pub static TABLE: &[Command] = &[
    help::COMMAND,
    host::COMMAND,
    guest::COMMAND,
    vcpu::COMMAND,
    sched::COMMAND,
    console::COMMAND,
    irq::COMMAND,
    clk::COMMAND,
    regulator::COMMAND,
    gpio::COMMAND,
    pin::COMMAND,
    rtc::COMMAND,
    watchdog::COMMAND,
    i2c::COMMAND,
    nvmem::COMMAND,
    mmc::COMMAND,
    block::COMMAND,
    fs::COMMAND,
    log::COMMAND,
    heap::COMMAND,
    version::COMMAND,
    echo::COMMAND,
    sleep::COMMAND,
    reset::COMMAND,
    poweroff::COMMAND,
];
