// SPDX-License-Identifier: GPL-2.0-only
//! `log`: the ring that keeps what was logged, and how much is.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use kernel::sync::SpinLock;
use log::LevelFilter;

use crate::command::{Action, Command, Ctx, Kind, Param};
use crate::error::Error;
use crate::value::{Record, Value, clean};

const LEVELS: &[&str] = &["off", "error", "warn", "info", "debug", "trace"];

/// `log`
pub const COMMAND: Command = Command {
    name: "log",
    summary: "what the hypervisor logged, and how much it logs",
    actions: &[
        Action {
            name: "",
            params: &[Param::optional("LINES", Kind::Number)],
            json: true,
            summary: "show the last lines of the log, all that are kept unless told how many",
            help: "A line has the time since the image's first instruction, the CPU, and who logged it.",
            run: show,
        },
        Action {
            name: "level",
            params: &[
                Param::optional("LEVEL", Kind::Choice(LEVELS)),
                Param::optional("CONSOLE-LEVEL", Kind::Choice(LEVELS)),
            ],
            json: true,
            summary: "show or set what is logged, and what of it appears on the console",
            help: "With one level, the console shows all that is logged, but never more than 'info'.",
            run: level,
        },
        Action {
            name: "clear",
            params: &[],
            json: false,
            summary: "let 'log' forget the lines there are",
            help: "",
            run: clear,
        },
    ],
};

/// Position before which lines are not shown: where the log was when it was cleared.
static CLEARED: SpinLock<u64> = SpinLock::new(0);

fn show(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let from = *CLEARED.lock();
    let lines = lines(from);
    let most = ctx.number(0).map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let shown = lines.get(lines.len().saturating_sub(most)..).unwrap_or_default();
    if ctx.json {
        return ctx.show(Value::List(shown.iter().map(|l| Value::from(l.as_str())).collect()));
    }
    for line in shown {
        writeln!(ctx, "{}", clean(line))?;
    }
    Ok(())
}

/// The whole lines kept from position `from` on.
fn lines(from: u64) -> Vec<String> {
    let mut text = Vec::new();
    let mut at = from;
    let mut first = from;
    let mut chunk = [0; 512];
    // What is logged meanwhile is left for the next time.
    let end = kernel::log::end();
    while at < end {
        let (position, count) = kernel::log::read(at, &mut chunk);
        if count == 0 {
            break;
        }
        if position != at {
            // The ring went past: what was read before does not join what comes now.
            text.clear();
            first = position;
        }
        text.extend_from_slice(chunk.get(..count).unwrap_or_default());
        at = position + count as u64;
    }
    let text = String::from_utf8_lossy(&text);
    // The ring forgets bytes, not lines: its first line is a rest, unless it is the first of all.
    let cut = usize::from(first != from && first != 0);
    text.lines().skip(cut).map(String::from).collect()
}

fn level(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let parse = |text: Option<&str>| text.and_then(|t| t.parse::<LevelFilter>().ok());
    if let Some(logged) = parse(ctx.arg(0)) {
        let console = parse(ctx.arg(1)).unwrap_or(LevelFilter::Info).min(logged);
        kernel::log::set_levels(logged, console);
    }
    let name = |level: LevelFilter| Value::from(level.as_str().to_ascii_lowercase());
    ctx.show(
        Record::new()
            .with("logged", name(log::max_level()))
            .with("console", name(kernel::log::console_level())),
    )
}

fn clear(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    *CLEARED.lock() = kernel::log::end();
    ctx.done("log cleared")
}
