// SPDX-License-Identifier: GPL-2.0-only
//! `docs/terminal.md`, made from the table of commands.

use alloc::string::String;
use core::fmt::{Result, Write};

use crate::command::{Action, Command, usage};
use crate::commands::TABLE;

const HEAD: &str = "\
# The management terminal

<!-- Made of the commands themselves by `cargo xtask docs` -->

The management terminal runs on the host console, beside the guests. Its prompt is `ferrovisor# `, always at the start
of a line.

| key | does |
|---|---|
| Ctrl-] | at the empty prompt: goes to the console of the guest seen last, or of the only one; there: comes back |
| Tab | completes commands, subcommands, options, guests, vCPUs, ports, device tree paths |
| Up, Down (Ctrl-P, Ctrl-N) | lines typed before |
| Left, Right (Ctrl-B, Ctrl-F), Home, End (Ctrl-A, Ctrl-E) | move the cursor; with Ctrl (Alt-B, Alt-F) by words |
| Backspace, Delete (Ctrl-H, Ctrl-D) | delete a character |
| Ctrl-W, Alt-D | delete the word to the left, to the right |
| Ctrl-U, Ctrl-K | delete to the start, to the end of the line |
| Ctrl-Y | inserts what was deleted last |
| Ctrl-T | swaps two characters |
| Ctrl-L | clears the screen |
| Ctrl-C | drops the line; ends a command that waits |

Words are separated by blanks. `'...'` keeps everything as it stands, `\"...\"` knows `\\\"`, `\\\\`, `\\n` and `\\t`, a
backslash keeps the next character, and `#` at the start of a word begins a comment. Numbers are decimal or `0x...`, with
K, M or G for powers of 1024.

An error is one line that begins with `error: ` and says which command and argument it is about, what was found and what
was expected. With `--json` a command writes one line of JSON: tables are lists of objects, sizes are bytes, times are
nanoseconds, shares are per cent, addresses and registers are strings (`\"0x40000000\"`), what is not known is `null`.

In a script (`scripts/run --script FILE`) each line is typed when the prompt shows. A prompt that begins a new line follows
a line feed; one that is only redrawn, because the log wrote something, follows a carriage return.
";

/// Writes the reference.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write) -> Result {
    out.write_str(HEAD)?;
    writeln!(out, "\n## Commands\n\n| command | |\n|---|---|")?;
    for command in TABLE {
        writeln!(out, "| [`{0}`](#{0}) | {1} |", command.name, command.summary)?;
    }
    for command in TABLE {
        writeln!(out, "\n### {}\n\n{}.", command.name, capital(command.summary))?;
        for action in command.actions {
            action_text(out, command, action)?;
        }
    }
    Ok(())
}

fn action_text(out: &mut dyn Write, command: &Command, action: &Action) -> Result {
    writeln!(out, "\n#### `{}`\n\n{}.", usage(command, action), capital(action.summary))?;
    for line in action.help.lines() {
        writeln!(out, "{line}")?;
    }
    Ok(())
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
