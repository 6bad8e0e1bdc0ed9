// SPDX-License-Identifier: GPL-2.0-only
//! The Linux kernel API, version 6.12, for unmodified C drivers: one module a family, each a thin border of
//! `extern "C"` functions upon the registries of `kernel` and `io`.
//!
//! The C side sees the headers in `include/`; Rust sees the same headers through [`bindings`]. Every function that
//! drivers can call is declared by [`exports!`](crate::export), which checks it against its prototype.
#![cfg_attr(not(test), no_std)]

extern crate alloc;
#[cfg(not(target_os = "none"))]
extern crate std;

#[doc(hidden)]
pub mod bindings;
#[macro_use]
pub mod export;
#[cfg(feature = "bench")]
pub mod bench;
pub mod errno;
#[cfg(test)]
mod machine;
mod start;
#[cfg(test)]
mod testing;

pub use start::start;

/// Declares the families and collects their tables of exports.
macro_rules! families {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        $($(#[$doc])* pub mod $name;)*

        /// Every export, by family and source file.
        pub const FAMILIES: &[&[&[export::Export]]] = &[$($name::TABLES),*];
    };
}

families! {
    library,
    printk,
    slab,
    text,
    locking,
    time,
    work,
    platform,
    of,
    io_memory,
    device,
    context,
    clk,
    clocksource,
    crypto,
    dma,
    dmaengine,
    ethtool,
    firmware,
    gpio,
    hwrng,
    hwspinlock,
    i2c,
    irq,
    mmc,
    net,
    nvmem,
    phy,
    pinctrl,
    pm,
    pwm,
    regmap,
    regulator,
    reset,
    rtc,
    scatterlist,
    serial,
    spi,
    thermal,
    watchdog,
}
