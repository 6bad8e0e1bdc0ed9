// SPDX-License-Identifier: GPL-2.0-only
//! Sessions for guests: whoever connects to the terminal's port by the guest's socket device, if the guest's node allows
//! that, has a session of its own.
//!
//! It is as on the host console, but for consoles of guests, which one console is attached to at a time, the host's. A
//! session ends with its connection; one that gets an end of input finishes what was typed before.

use alloc::format;
use alloc::sync::Arc;

use emulators::Stream;
use kernel::sync::Once;

use crate::Config;
use crate::system::System;

static CONFIG: Once<Config> = Once::new();

/// Has connections of guests served from now on. Boot, once.
pub fn start(config: Config) {
    CONFIG.call_once(|| config);
    emulators::serve_terminal(serve);
}

/// Begins a session; `false` if there is no memory for its vCPU.
fn serve(stream: Arc<Stream>) -> bool {
    let config = CONFIG.get().copied().unwrap_or_default();
    let name = format!("terminal/{}", stream.guest());
    crate::begin(&name, System::remote(stream), config).is_ok()
}
