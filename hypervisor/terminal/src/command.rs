// SPDX-License-Identifier: GPL-2.0-only
//! What a command is: the descriptors that make up the table of commands, and the check of a line against them.
//!
//! A command has one or more actions, its subcommands; the action with the empty name is what the bare command does.
//! Usage lines, completion, the help texts and `docs/terminal.md` are all made from the descriptors, so they agree.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write;

use crate::error::{Error, suggest};
use crate::parse::Word;
use crate::value::{self, Value};

/// What may stand in an argument's place: decides check and completion.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// The name of a guest.
    Guest,
    /// A vCPU of a guest: `GUEST/N`.
    Vcpu,
    /// A serial port of a guest: `GUEST/UART`, or `GUEST` if it has one.
    Port,
    /// The number of a host CPU.
    Cpu,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A number: decimal, `0x...`, with K, M or G behind it.
    Number,
    /// The name of a command.
    Command,
    /// The path of a host device tree node.
    DtPath,
    /// Any word.
    Word,
}

/// One argument.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its name in usage lines, in capitals.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// Whether it may be left out, and whether more of its kind may follow.
    pub count: Count,
}

/// How often an argument may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Once.
    One,
    /// Once or not at all.
    Optional,
    /// Any number of times; last argument only.
    Any,
}

impl Param {
    /// An argument that must be there.
    pub const fn one(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, count: Count::One }
    }

    /// An argument that may be left out.
    pub const fn optional(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, count: Count::Optional }
    }

    /// Any number of arguments.
    pub const fn any(name: &'static str, kind: Kind) -> Self {
        Self { name, kind, count: Count::Any }
    }
}

/// One thing that a command does.
#[derive(Clone, Copy, Debug)]
pub struct Action {
    /// The subcommand; empty for what the command does without one.
    pub name: &'static str,
    /// Its arguments.
    pub params: &'static [Param],
    /// Whether `--json` gives the same for a machine.
    pub json: bool,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What else there is to know; lines of the reference.
    pub help: &'static str,
    /// Does it.
    pub run: fn(&mut Ctx<'_>) -> Result<(), Error>,
}

/// A command.
#[derive(Clone, Copy, Debug)]
pub struct Command {
    /// Its name.
    pub name: &'static str,
    /// What it is for, in one line.
    pub summary: &'static str,
    /// Its actions.
    pub actions: &'static [Action],
}

impl Command {
    /// The action of this name.
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions.iter().find(|a| a.name == name)
    }

    /// The names of the subcommands.
    pub fn subcommands(&self) -> impl Iterator<Item = &'static str> + Clone + use<> {
        self.actions.iter().map(|a| a.name).filter(|n| !n.is_empty())
    }
}

/// `guest dump GUEST ADDRESS LENGTH [--json]`.
pub fn usage(command: &Command, action: &Action) -> String {
    let mut text = String::from(command.name);
    if !action.name.is_empty() {
        text.push(' ');
        text.push_str(action.name);
    }
    for p in action.params {
        text.push_str(&match p.count {
            Count::One => format!(" {}", p.name),
            Count::Optional => format!(" [{}]", p.name),
            Count::Any => format!(" [{}]...", p.name),
        });
    }
    if action.json {
        text.push_str(" [--json]");
    }
    text
}

/// What a command may ask of the session that runs it, besides taking its text.
pub trait Shell: Write {
    /// Whether Ctrl-C was pressed since the command began.
    fn interrupted(&mut self) -> bool;
    /// Time since boot in nanoseconds.
    fn now_ns(&self) -> u64;
    /// Sleeps; back early if console input comes.
    fn sleep_ns(&mut self, ns: u64);
    /// From when the command ends on, keys go to this serial port.
    fn attach(&mut self, port: String);
    /// The lines typed before, oldest first.
    fn history(&self) -> Vec<String>;
}

/// What an action runs with.
pub struct Ctx<'a> {
    /// The session; the context's own [`Write`] leads there.
    pub shell: &'a mut dyn Shell,
    /// The commands there are.
    pub table: &'static [Command],
    /// `--json` was given.
    pub json: bool,
    args: Vec<String>,
}

impl Write for Ctx<'_> {
    fn write_str(&mut self, s: &str) -> core::fmt::Result {
        self.shell.write_str(s)
    }
}

impl Ctx<'_> {
    /// The argument at this place, if it was given.
    pub fn arg(&self, n: usize) -> Option<&str> {
        self.args.get(n).map(String::as_str)
    }

    /// All arguments.
    pub fn args(&self) -> &[String] {
        &self.args
    }

    /// The argument of kind [`Kind::Number`] or [`Kind::Cpu`] at this place. The line was checked: it is one.
    pub fn number(&self, n: usize) -> Option<u64> {
        self.arg(n).and_then(number)
    }

    /// Shows a result, as text or as one line of JSON.
    ///
    /// # Errors
    /// The output failed.
    pub fn show(&mut self, value: impl Into<Value>) -> Result<(), Error> {
        let value = value.into();
        if self.json {
            crate::json::write(self, &value)?;
            self.write_char('\n')?;
        } else {
            value::print(self, &value)?;
        }
        Ok(())
    }

    /// Says in one line what was done; with `--json` the line is an object with the field `done`.
    ///
    /// # Errors
    /// The output failed.
    pub fn done(&mut self, what: &str) -> Result<(), Error> {
        if self.json {
            return self.show(value::Record::new().with("done", what));
        }
        writeln!(self, "{}", value::clean(what))?;
        Ok(())
    }
}

/// Runs a line that was split into words. An error names the command it belongs to.
///
/// # Errors
/// See [`Error`]; the string is the command (and subcommand) that the error is about.
pub fn run(
    table: &'static [Command],
    words: Vec<Word>,
    shell: &mut dyn Shell,
) -> Result<(), (String, Error)> {
    let mut words = words.into_iter().peekable();
    let Some(first) = words.next() else { return Ok(()) };
    let command = find(table, &first.text).map_err(|e| (String::new(), e))?;
    let named = words
        .peek()
        .filter(|w| !w.quoted)
        .and_then(|w| command.action(&w.text))
        .filter(|a| !a.name.is_empty());
    let action = match (named, command.action("")) {
        (Some(action), _) => {
            words.next();
            action
        }
        (None, Some(action)) => action,
        (None, None) => return Err((command.name.to_owned(), no_subcommand(command, words.next()))),
    };
    let mut path = command.name.to_owned();
    if !action.name.is_empty() {
        path.push(' ');
        path.push_str(action.name);
    }
    arguments(command, action, words)
        .and_then(|(args, json)| (action.run)(&mut Ctx { shell, table, json, args }))
        .map_err(|e| (path, e))
}

/// The command of this name.
///
/// # Errors
/// There is none; perhaps a suggestion.
pub fn find(table: &'static [Command], name: &str) -> Result<&'static Command, Error> {
    table.iter().find(|c| c.name == name).ok_or_else(|| Error::Unknown {
        what: "command",
        found: value::clean(name).into_owned(),
        suggestion: suggest(name, table.iter().map(|c| c.name)),
        expected: String::from("one of those that 'help' lists"),
    })
}

/// The error for a command that was given no subcommand, or an unknown one.
pub fn no_subcommand(command: &Command, found: Option<Word>) -> Error {
    let names = command.subcommands().collect::<Vec<_>>().join(", ");
    match found {
        Some(word) => Error::Unknown {
            what: "subcommand",
            suggestion: suggest(&word.text, command.subcommands()),
            found: value::clean(&word.text).into_owned(),
            expected: format!("one of: {names}"),
        },
        None => Error::Missing { argument: String::from("subcommand"), usage: format!("one of: {names}") },
    }
}

/// Checks the words behind the subcommand against its parameters.
fn arguments(
    command: &Command,
    action: &Action,
    words: impl Iterator<Item = Word>,
) -> Result<(Vec<String>, bool), Error> {
    let mut args = Vec::new();
    let mut json = false;
    let mut params = action.params.iter().peekable();
    for word in words {
        if !word.quoted && word.text.starts_with("--") {
            if !action.json || word.text != "--json" {
                let expected = if action.json { "--json" } else { "no option" };
                return Err(Error::argument("option", value::clean(&word.text), expected));
            }
            json = true;
            continue;
        }
        let Some(param) = params.peek() else {
            let found = value::clean(&word.text).into_owned();
            return Err(Error::Surplus { found, usage: usage(command, action) });
        };
        check(param, &word.text)?;
        if param.count != Count::Any {
            params.next();
        }
        args.push(word.text);
    }
    match params.next() {
        Some(p) if p.count == Count::One => {
            Err(Error::Missing { argument: String::from(p.name), usage: usage(command, action) })
        }
        _ => Ok((args, json)),
    }
}

/// Checks what can be checked without a look at the machine.
fn check(param: &Param, word: &str) -> Result<(), Error> {
    let wrong = |expected: &str| Err(Error::argument(param.name, value::clean(word), expected));
    match param.kind {
        Kind::Number if number(word).is_none() => wrong("a number, such as 4096, 0x1000 or 4K"),
        Kind::Cpu if number(word).is_none() => wrong("the number of a host CPU"),
        Kind::Choice(names) if !names.contains(&word) => {
            let list = names.join(", ");
            match suggest(word, names.iter().copied()) {
                Some(s) => wrong(&format!("one of: {list} (did you mean '{s}'?)")),
                None => wrong(&format!("one of: {list}")),
            }
        }
        Kind::Guest | Kind::Vcpu | Kind::Port if word.is_empty() => wrong("a name"),
        _ => Ok(()),
    }
}

/// A number: decimal or `0x...` with optional underscores, then optionally K, M or G for powers of 1024.
pub fn number(text: &str) -> Option<u64> {
    let (digits, shift) = match text.as_bytes().last()? {
        b'K' | b'k' => (text.get(..text.len() - 1)?, 10),
        b'M' | b'm' => (text.get(..text.len() - 1)?, 20),
        b'G' | b'g' => (text.get(..text.len() - 1)?, 30),
        _ => (text, 0),
    };
    let (digits, radix) = match digits.strip_prefix("0x").or(digits.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None => (digits, 10),
    };
    let mut n = None;
    for c in digits.chars().filter(|c| *c != '_') {
        let digit = u64::from(c.to_digit(radix)?);
        n = Some(n.unwrap_or(0_u64).checked_mul(u64::from(radix))?.checked_add(digit)?);
    }
    n?.checked_mul(1 << shift)
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
