// SPDX-License-Identifier: GPL-2.0-only
//! Tab completion: what may stand at the cursor, by the table of commands and the names there are right now.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::command::{Action, Command, Count, Kind};
use crate::parse::Partial;

/// The names that change while the hypervisor runs.
pub trait Names {
    /// The guests.
    fn guests(&self) -> Vec<String>;
    /// The vCPUs of guests, as `GUEST/N`.
    fn vcpus(&self) -> Vec<String>;
    /// The serial ports of guests, as `GUEST/UART`.
    fn ports(&self) -> Vec<String>;
    /// The number of host CPUs.
    fn cpus(&self) -> usize;
    /// The names of the nodes below a node of the host device tree; a `/` behind those that have nodes below them.
    fn dt_children(&self, path: &str) -> Vec<String>;
}

/// What completion found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// To be inserted at the cursor; a blank behind it ends the word.
    pub insert: String,
    /// All that fits, if nothing can be inserted.
    pub candidates: Vec<String>,
}

/// Completes the word at the cursor.
pub fn complete(table: &'static [Command], names: &dyn Names, partial: &Partial) -> Completion {
    let mut candidates = candidates(table, names, partial);
    candidates.retain(|c| c.starts_with(&partial.current));
    kernel::sort::by(&mut candidates, |a, b| a < b);
    candidates.dedup();
    let Some(first) = candidates.first() else { return Completion::default() };
    let common = candidates.iter().fold(first.len(), |len, c| len.min(common_prefix(first, c)));
    let mut insert = first.get(partial.current.len()..common).unwrap_or_default().to_string();
    if let [only] = candidates.as_slice() {
        // A node of the device tree may be followed by one of its children.
        if !only.ends_with('/') {
            insert.push(' ');
        }
        candidates.clear();
    } else if !insert.is_empty() {
        candidates.clear();
    }
    Completion { insert, candidates }
}

/// Length of the longest common start, a character boundary in both.
fn common_prefix(a: &str, b: &str) -> usize {
    a.char_indices().zip(b.chars()).find(|((_, x), y)| x != y).map_or(a.len().min(b.len()), |((at, _), _)| at)
}

fn candidates(table: &'static [Command], names: &dyn Names, partial: &Partial) -> Vec<String> {
    let Some((command, rest)) = partial.before.split_first() else { return commands(table) };
    let Some(command) = table.iter().find(|c| c.name == command) else { return Vec::new() };
    let named = rest.first().and_then(|n| command.action(n)).filter(|a| !a.name.is_empty());
    let mut found = Vec::new();
    match (named, command.action("")) {
        (Some(action), _) => {
            arguments(table, names, action, rest.get(1..).unwrap_or_default(), &partial.current, &mut found)
        }
        (None, bare) => {
            if rest.is_empty() {
                found.extend(command.subcommands().map(String::from));
            }
            if let Some(action) = bare {
                arguments(table, names, action, rest, &partial.current, &mut found);
            }
        }
    }
    found
}

fn commands(table: &'static [Command]) -> Vec<String> {
    table.iter().map(|c| c.name.to_string()).collect()
}

/// What may follow the arguments `before` of an action.
fn arguments(
    table: &'static [Command],
    names: &dyn Names,
    action: &Action,
    before: &[String],
    current: &str,
    found: &mut Vec<String>,
) {
    if current.starts_with('-') {
        if action.json && !before.iter().any(|w| w == "--json") {
            found.push(String::from("--json"));
        }
        return;
    }
    let at = before.iter().filter(|w| !w.starts_with("--")).count();
    let repeated = || action.params.last().filter(|p| p.count == Count::Any);
    let Some(param) = action.params.get(at).or_else(repeated) else { return };
    match param.kind {
        Kind::Guest => found.extend(names.guests()),
        Kind::Vcpu => found.extend(names.vcpus()),
        Kind::Port => found.extend(names.ports()),
        Kind::Cpu => found.extend((0..names.cpus()).map(|n| n.to_string())),
        Kind::Choice(words) => found.extend(words.iter().map(|w| w.to_string())),
        Kind::Command => match before.first().and_then(|name| table.iter().find(|c| c.name == name)) {
            Some(command) => found.extend(command.subcommands().map(String::from)),
            None => found.extend(commands(table)),
        },
        Kind::DtPath => {
            let parent = current.rsplit_once('/').map_or("", |(parent, _)| parent);
            let below = names.dt_children(if parent.is_empty() { "/" } else { parent });
            found.extend(below.iter().map(|name| format!("{parent}/{name}")));
        }
        Kind::Number | Kind::Word => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Param;
    use crate::parse::partial;

    struct Fake;

    impl Names for Fake {
        fn guests(&self) -> Vec<String> {
            vec!["linux0".into(), "linux1".into(), "rt".into()]
        }
        fn vcpus(&self) -> Vec<String> {
            vec!["linux0/0".into(), "linux0/1".into()]
        }
        fn ports(&self) -> Vec<String> {
            vec!["linux0/uart0".into()]
        }
        fn cpus(&self) -> usize {
            2
        }
        fn dt_children(&self, path: &str) -> Vec<String> {
            match path {
                "/" => vec!["soc/".into(), "chosen".into()],
                "/soc" => vec!["uart@9000000".into()],
                _ => Vec::new(),
            }
        }
    }

    const fn action(name: &'static str, params: &'static [Param], json: bool) -> Action {
        Action { name, params, json, summary: "", help: "", run: |_| Ok(()) }
    }

    static TABLE: [Command; 5] = [
        Command {
            name: "guest",
            summary: "",
            actions: &[
                action("list", &[], true),
                action("start", &[Param::one("GUEST", Kind::Guest)], false),
                action("stop", &[Param::any("GUEST", Kind::Guest)], false),
            ],
        },
        Command {
            name: "console",
            summary: "",
            actions: &[action("", &[Param::optional("PORT", Kind::Port)], false)],
        },
        Command {
            name: "help",
            summary: "",
            actions: &[action("", &[Param::any("COMMAND", Kind::Command)], false)],
        },
        Command { name: "heap", summary: "", actions: &[action("", &[], true)] },
        Command {
            name: "dt",
            summary: "",
            actions: &[action(
                "",
                &[Param::optional("PATH", Kind::DtPath), Param::optional("CPU", Kind::Cpu)],
                false,
            )],
        },
    ];

    fn tab(line: &str) -> Completion {
        partial(line).map(|p| complete(&TABLE, &Fake, &p)).unwrap_or_default()
    }

    fn inserted(line: &str) -> String {
        tab(line).insert
    }

    #[test]
    fn commands_and_subcommands() {
        assert_eq!(inserted("g"), "uest ");
        assert_eq!(inserted("guest st"), "");
        assert_eq!(tab("guest st").candidates, ["start", "stop"]);
        assert_eq!(inserted("h"), "e");
        assert_eq!(tab("he").candidates, ["heap", "help"]);
        assert_eq!(inserted("guest s"), "t");
        assert_eq!(inserted("guest"), " ");
        assert_eq!(tab("guest ").candidates, ["list", "start", "stop"]);
        assert_eq!(tab("").candidates.len(), 5);
    }

    #[test]
    fn names_of_guests_ports_cpus() {
        assert_eq!(inserted("guest start l"), "inux");
        assert_eq!(tab("guest start linux").candidates, ["linux0", "linux1"]);
        assert_eq!(inserted("guest start r"), "t ");
        assert_eq!(inserted("console "), "linux0/uart0 ");
        assert_eq!(tab("dt / ").candidates, ["0", "1"]);
        assert_eq!(inserted("guest stop rt li"), "nux");
        assert_eq!(tab("guest start rt "), Completion::default(), "one argument only");
    }

    #[test]
    fn options_and_help() {
        assert_eq!(inserted("guest list -"), "-json ");
        assert_eq!(inserted("guest list --json -"), "");
        assert_eq!(inserted("guest start --"), "");
        assert_eq!(tab("help he").candidates, ["heap", "help"]);
        assert_eq!(inserted("help guest li"), "st ");
    }

    #[test]
    fn device_tree_paths() {
        assert_eq!(inserted("dt /s"), "oc/");
        assert_eq!(inserted("dt /soc/"), "uart@9000000 ");
        assert_eq!(inserted("dt "), "/");
        assert_eq!(tab("dt /").candidates, ["/chosen", "/soc/"]);
    }

    #[test]
    fn nothing_fits() {
        for line in ["zzz", "zzz ", "guest zzz ", "guest start zzz", "echo 'a", "guest list "] {
            assert_eq!(tab(line), Completion::default(), "{line}");
        }
    }
}
