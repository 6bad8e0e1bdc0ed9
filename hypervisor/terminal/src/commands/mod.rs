// SPDX-License-Identifier: GPL-2.0-only
//! The commands, one file each, and the table of them.

#[cfg(feature = "devices")]
mod block;
#[cfg(feature = "devices")]
mod clk;
#[cfg(feature = "clocksource")]
mod clocksource;
mod console;
#[cfg(feature = "crypto")]
mod crypto;
#[cfg(feature = "devices")]
mod device;
#[cfg(feature = "dma")]
mod dma;
mod echo;
#[cfg(feature = "devices")]
mod fs;
#[cfg(feature = "devices")]
mod gpio;
mod guest;
mod heap;
mod help;
mod host;
#[cfg(feature = "devices")]
mod i2c;
#[cfg(feature = "devices")]
mod irq;
mod log;
#[cfg(feature = "mdio")]
mod mdio;
#[cfg(feature = "devices")]
mod mmc;
#[cfg(feature = "net")]
mod net;
#[cfg(feature = "nic")]
mod nic;
#[cfg(feature = "devices")]
mod nvmem;
#[cfg(feature = "devices")]
mod pin;
#[cfg(feature = "net")]
mod ping;
mod poweroff;
#[cfg(feature = "devices")]
mod pwm;
#[cfg(feature = "devices")]
mod regulator;
mod reset;
#[cfg(feature = "devices")]
mod rtc;
mod sched;
#[cfg(feature = "serial")]
mod serial;
mod sleep;
#[cfg(feature = "spi")]
mod spi;
#[cfg(any(feature = "net", feature = "nic", feature = "virtio"))]
mod switch;
#[cfg(feature = "thermal")]
mod thermal;
mod vcpu;
mod version;
#[cfg(feature = "devices")]
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
    #[cfg(feature = "devices")]
    device::COMMAND,
    #[cfg(feature = "devices")]
    irq::COMMAND,
    #[cfg(feature = "devices")]
    clk::COMMAND,
    #[cfg(feature = "devices")]
    pwm::COMMAND,
    #[cfg(feature = "devices")]
    regulator::COMMAND,
    #[cfg(feature = "devices")]
    gpio::COMMAND,
    #[cfg(feature = "devices")]
    pin::COMMAND,
    #[cfg(feature = "devices")]
    rtc::COMMAND,
    #[cfg(feature = "devices")]
    watchdog::COMMAND,
    #[cfg(feature = "devices")]
    i2c::COMMAND,
    #[cfg(feature = "spi")]
    spi::COMMAND,
    #[cfg(feature = "serial")]
    serial::COMMAND,
    #[cfg(feature = "mdio")]
    mdio::COMMAND,
    #[cfg(feature = "devices")]
    nvmem::COMMAND,
    #[cfg(feature = "dma")]
    dma::COMMAND,
    #[cfg(feature = "crypto")]
    crypto::COMMAND,
    #[cfg(feature = "thermal")]
    thermal::COMMAND,
    #[cfg(feature = "clocksource")]
    clocksource::COMMAND,
    #[cfg(feature = "devices")]
    mmc::COMMAND,
    #[cfg(feature = "devices")]
    block::COMMAND,
    #[cfg(feature = "devices")]
    fs::COMMAND,
    #[cfg(any(feature = "net", feature = "nic", feature = "virtio"))]
    switch::COMMAND,
    #[cfg(feature = "nic")]
    nic::COMMAND,
    #[cfg(feature = "net")]
    net::COMMAND,
    #[cfg(feature = "net")]
    ping::COMMAND,
    log::COMMAND,
    heap::COMMAND,
    version::COMMAND,
    echo::COMMAND,
    sleep::COMMAND,
    reset::COMMAND,
    poweroff::COMMAND,
];
