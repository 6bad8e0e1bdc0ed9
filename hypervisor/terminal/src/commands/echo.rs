// SPDX-License-Identifier: GPL-2.0-only
//! `echo`: marks a place in the log of a script.

use core::fmt::Write;

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::clean;

/// `echo`
pub const COMMAND: Command = Command {
    name: "echo",
    summary: "write words",
    actions: &[Action {
        name: "",
        params: &[Param::any("WORD", Kind::Word)],
        json: false,
        summary: "write the words, separated by blanks",
        help: "For scripts, to mark a place in their log. Quote a word that begins with --.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let line = ctx.args().join(" ");
    writeln!(ctx, "{}", clean(&line))?;
    Ok(())
}
