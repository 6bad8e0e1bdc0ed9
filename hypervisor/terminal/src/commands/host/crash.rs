// SPDX-License-Identifier: GPL-2.0-only
//! `host crash`: fails on purpose, so that tests see the report. Debug images only.

use kernel::crash::{Crash, provoke};

use crate::command::{Action, Ctx, Kind, Param};
use crate::error::Error;

/// `host crash`
pub const ACTION: Action = Action {
    name: "crash",
    params: &[Param::one("HOW", Kind::Choice(&["text", "data", "stack", "null", "panic"]))],
    json: false,
    summary: "make the hypervisor itself fail, to see the report",
    help: "",
    run,
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    if let Some(crash) = ctx.arg(0).and_then(Crash::named) {
        provoke(crash);
    }
    Err(Error::failed("nothing happened"))
}
