// SPDX-License-Identifier: GPL-2.0-only
//! The commands, one file each, and the table of them.

mod console;
mod echo;
mod help;
mod sleep;
mod version;

use crate::command::Command;

/// All commands, in the order in which they are listed.
pub static TABLE: &[Command] =
    &[help::COMMAND, console::COMMAND, version::COMMAND, echo::COMMAND, sleep::COMMAND];
