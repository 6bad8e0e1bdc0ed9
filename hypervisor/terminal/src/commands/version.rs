// SPDX-License-Identifier: GPL-2.0-only
//! `version`: which hypervisor this is.

use crate::command::{Action, Command, Ctx};
use crate::error::Error;
use crate::value::Record;

/// `version`
pub const COMMAND: Command = Command {
    name: "version",
    summary: "which hypervisor this is",
    actions: &[Action {
        name: "",
        params: &[],
        json: true,
        summary: "show version, build profile and processor architecture",
        help: "",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    if ctx.json {
        let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
        return ctx.show(
            Record::new()
                .with("name", "Ferrovisor")
                .with("version", env!("CARGO_PKG_VERSION"))
                .with("profile", profile)
                .with("architecture", "aarch64"),
        );
    }
    ctx.show(crate::banner())
}
