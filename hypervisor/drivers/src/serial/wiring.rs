// SPDX-License-Identifier: GPL-2.0-only
//! What the UARTs have in common: an interrupt, if the tree wires one, and a handler that is told of it.

use alloc::format;
use kernel::console::ConsoleDevice;
use kernel::dt::Node;
use kernel::error::{Error, Result};
use kernel::irq::{self, Handler, Interrupt, Options};
use kernel::sync::Once;

/// The interrupt of a UART and who is told of it.
pub(super) struct Wiring {
    interrupt: Option<Interrupt>,
    handler: Once<fn()>,
}

/// A UART that can be wired. Its `probe` leaks it.
pub(super) trait Uart: ConsoleDevice + Sized {
    /// What its interrupt is called in lists.
    const NAME: &'static str;

    /// Its wiring.
    fn wiring(&self) -> &Wiring;

    /// Called when it interrupts. Context: hard interrupt.
    fn interrupted(&self);
}

impl Wiring {
    /// That of a UART with this interrupt; without one it can only be written to.
    pub(super) fn new(interrupt: Option<Interrupt>) -> Self {
        Self { interrupt, handler: Once::new() }
    }

    /// That of a node. A UART whose interrupt cannot be read of the node is still good for output.
    pub(super) fn of(node: &Node<'_>) -> Self {
        Self::new(node.interrupt(0).inspect_err(|error| log::warn!("{node}: {error}")).ok())
    }

    /// Tells the handler, if there is one by now.
    pub(super) fn tell(&self) {
        if let Some(handler) = self.handler.get() {
            handler();
        }
    }
}

/// Has `handler` told of everything that the UART interrupts for, and lets it do so for input.
///
/// # Errors
/// It has no interrupt, or that could not be taken.
pub(super) fn connect<U: Uart>(uart: &U, handler: fn()) -> Result<()> {
    let wiring = uart.wiring();
    wiring.handler.call_once(|| handler);
    let Some(wired) = wiring.interrupt else {
        return Err(Error::Invalid {
            what: "console",
            why: format!("the {}'s node has no interrupt", U::NAME),
        });
    };
    let this = core::ptr::from_ref(uart).expose_provenance();
    let handler = Handler::Function(interrupt::<U>, this);
    irq::request(wired.intid, U::NAME, Options::new(Some(wired.trigger)), handler)?;
    uart.set_rx_enabled(true);
    Ok(())
}

fn interrupt<U: Uart>(uart: usize) {
    let uart = core::ptr::with_exposed_provenance::<U>(uart);
    // SAFETY: `connect` passes the UART itself, and those with an interrupt are made by `probe`, which leaks them.
    unsafe { &*uart }.interrupted();
}
