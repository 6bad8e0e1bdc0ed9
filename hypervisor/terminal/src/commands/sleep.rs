// SPDX-License-Identifier: GPL-2.0-only
//! `sleep`: lets a script wait.

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;

/// The longest sleep: a day.
const MOST_MS: u64 = 24 * 60 * 60 * 1000;

/// `sleep`
pub const COMMAND: Command = Command {
    name: "sleep",
    summary: "wait some time",
    actions: &[Action {
        name: "",
        params: &[Param::one("MILLISECONDS", Kind::Number)],
        json: false,
        summary: "wait for so many milliseconds; Ctrl-C ends it",
        help: "For scripts. Guests and everything else run on.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let ms = ctx.number(0).unwrap_or_default();
    if ms > MOST_MS {
        return Err(Error::argument(
            "MILLISECONDS",
            ctx.arg(0).unwrap_or_default(),
            "at most 86400000, a day",
        ));
    }
    let end = ctx.shell.now_ns().saturating_add(ms * 1_000_000);
    loop {
        if ctx.shell.interrupted() {
            return Err(Error::Interrupted);
        }
        let rest = end.saturating_sub(ctx.shell.now_ns());
        if rest == 0 {
            return Ok(());
        }
        ctx.shell.sleep_ns(rest);
    }
}
