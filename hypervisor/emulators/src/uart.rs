// SPDX-License-Identifier: GPL-2.0-only
//! What the emulated UARTs share: the port of the serial multiplexer behind each.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use io::serial::{self, Port};
use vmm::device::{Context, Error};

/// Host-side options of all UARTs.
pub(crate) const OPTIONS: &[&str] = &["ferrovisor,console", "ferrovisor,scrollback"];

/// Most bytes of scrollback that a guest DTS may ask for.
const MAX_SCROLLBACK: u32 = 1024 * 1024;

/// A port that is closed when its UART goes away.
pub(crate) struct UartPort(Arc<Port>);

impl UartPort {
    /// Opens the port of the UART of `ctx`: `GUEST/UART`, where UART is the node's name or what `ferrovisor,console`
    /// says.
    pub(crate) fn open(ctx: &Context<'_>) -> Result<Self, Error> {
        Self::open_as(ctx, "")
    }

    /// Opens port `index` of a device with several: the first as if it were the only one, the others with `.1` and so on
    /// behind the name.
    #[cfg(feature = "virtio")]
    pub(crate) fn open_nth(ctx: &Context<'_>, index: usize) -> Result<Self, Error> {
        match index {
            0 => Self::open_as(ctx, ""),
            _ => Self::open_as(ctx, &format!(".{index}")),
        }
    }

    fn open_as(ctx: &Context<'_>, suffix: &str) -> Result<Self, Error> {
        let name = match ctx.node.option("console") {
            None => ctx.full_name(),
            Some(value) => format!("{}/{}", ctx.guest, console_name(ctx, value)?),
        };
        let name = name + suffix;
        let opened = match ctx.node.option("scrollback") {
            None => serial::open(&name),
            Some(_) => serial::open_with(&name, scrollback(ctx)?),
        };
        opened
            .map(Self)
            .map_err(|error| Error::Unavailable { node: ctx.node.path.clone(), what: error.to_string() })
    }

    /// Closes the port: the guest goes away.
    pub(crate) fn close(&self) {
        serial::close_port(&self.0);
    }
}

impl core::ops::Deref for UartPort {
    type Target = Arc<Port>;

    #[inline]
    fn deref(&self) -> &Arc<Port> {
        &self.0
    }
}

impl Drop for UartPort {
    fn drop(&mut self) {
        self.close();
    }
}

/// `ferrovisor,console`: one string of letters, digits, `-`, `_` and `.`.
fn console_name(ctx: &Context<'_>, value: &[u8]) -> Result<String, Error> {
    let text = ctx.node.properties.str("ferrovisor,console");
    let good = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    match text {
        Some(text) if !text.is_empty() && text.len() <= 31 && text.chars().all(good) => Ok(text.to_string()),
        _ => Err(ctx.property_error(
            "ferrovisor,console",
            &format!("{:?}", String::from_utf8_lossy(value)),
            "a name of 1 to 31 letters, digits, '-', '_' or '.'",
        )),
    }
}

/// `ferrovisor,scrollback`: one cell, 1..=1 MiB.
fn scrollback(ctx: &Context<'_>) -> Result<usize, Error> {
    match ctx.node.properties.u32("ferrovisor,scrollback") {
        Some(bytes @ 1..=MAX_SCROLLBACK) => Ok(bytes as usize),
        other => Err(ctx.property_error(
            "ferrovisor,scrollback",
            &other.map_or("not one cell".to_string(), |bytes| bytes.to_string()),
            "one cell, 1 to 1048576 bytes",
        )),
    }
}
