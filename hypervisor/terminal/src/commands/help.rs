// SPDX-License-Identifier: GPL-2.0-only
//! `help`: what the commands are and how each is used.

use alloc::format;
use alloc::string::String;
use core::fmt::Write;

use crate::command::{Action, Command, Ctx, Kind, Param, find, no_subcommand, usage};
use crate::error::Error;
use crate::parse::Word;
use crate::value::{Table, Value};

/// `help`
pub const COMMAND: Command = Command {
    name: "help",
    summary: "what the commands are and how each is used",
    actions: &[Action {
        name: "",
        params: &[Param::any("COMMAND", Kind::Command)],
        json: true,
        summary: "list all commands, or explain one command or subcommand",
        help: "Tab completes commands, subcommands and the names of guests and their ports.",
        run,
    }],
};

fn run(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let Some(name) = ctx.arg(0) else { return list(ctx) };
    let command = find(ctx.table, name)?;
    let sub = ctx.arg(1).map(String::from);
    let chosen = match &sub {
        Some(name) if !name.is_empty() => Some(command.action(name).ok_or_else(|| {
            no_subcommand(command, Some(Word { text: name.clone(), start: 0, quoted: false }))
        })?),
        _ => None,
    };
    if ctx.json {
        let mut table = Table::new(&["usage", "summary", "help", "json"]);
        for action in command.actions.iter().filter(|a| chosen.is_none_or(|c| c.name == a.name)) {
            table.row([
                usage(command, action).into(),
                action.summary.into(),
                action.help.into(),
                action.json.into(),
            ]);
        }
        return ctx.show(table);
    }
    if let Some(action) = chosen {
        return explain(ctx, command, action);
    }
    if command.actions.len() > 1 {
        writeln!(ctx, "{}: {}", command.name, command.summary)?;
    }
    for action in command.actions {
        explain(ctx, command, action)?;
    }
    Ok(())
}

fn list(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let mut table = Table::new(&["COMMAND", "WHAT IT IS FOR"]);
    for command in ctx.table {
        let subs: alloc::vec::Vec<&str> = command.subcommands().collect();
        let name = if ctx.json || subs.is_empty() {
            String::from(command.name)
        } else {
            format!("{} {}", command.name, subs.join("|"))
        };
        table.row([Value::from(name), command.summary.into()]);
    }
    if ctx.json {
        return ctx.show(table);
    }
    // Names with many subcommands are wider than a terminal: the list is not a table in text form.
    for row in table.rows() {
        if let [Value::Str(name), Value::Str(summary)] = row.as_slice() {
            writeln!(ctx, "{name}\n    {summary}")?;
        }
    }
    writeln!(ctx, "'help COMMAND' says more.")?;
    Ok(())
}

fn explain(ctx: &mut Ctx<'_>, command: &Command, action: &Action) -> Result<(), Error> {
    writeln!(ctx, "{}\n    {}", usage(command, action), action.summary)?;
    for line in action.help.lines() {
        writeln!(ctx, "    {line}")?;
    }
    Ok(())
}
