// SPDX-License-Identifier: GPL-2.0-only
//! The check of lines against descriptors, and what holds for every command of the real table.

use super::*;
use crate::commands::TABLE;
use crate::fake::{Text, output};
use crate::parse::split;

fn echo_args(ctx: &mut Ctx<'_>) -> Result<(), Error> {
    let args = ctx.args().join("|");
    let json = ctx.json;
    writeln!(ctx, "{args} json={json}")?;
    Ok(())
}

static TEST: [Command; 1] = [Command {
    name: "guest",
    summary: "",
    actions: &[
        Action {
            name: "dump",
            params: &[
                Param::one("GUEST", Kind::Guest),
                Param::one("ADDRESS", Kind::Number),
                Param::optional("LENGTH", Kind::Number),
            ],
            json: true,
            summary: "",
            help: "",
            run: echo_args,
        },
        Action {
            name: "set",
            params: &[Param::one("POLICY", Kind::Choice(&["rr", "edf"])), Param::any("CPU", Kind::Cpu)],
            json: false,
            summary: "",
            help: "",
            run: echo_args,
        },
    ],
}];

fn test(line: &str) -> Result<String, String> {
    let mut text = Text::default();
    run(&TEST, split(line).unwrap(), &mut text).map(|()| text.out).map_err(|(path, e)| format!("{path}: {e}"))
}

#[test]
fn lines_are_checked_against_the_descriptors() {
    assert_eq!(test("guest dump linux0 0x4000_0000 4K --json").unwrap(), "linux0|0x4000_0000|4K json=true\n");
    assert_eq!(
        test("guest --json dump a 1").unwrap_err(),
        "guest: unknown subcommand '--json'; expected one of: dump, set"
    );
    assert_eq!(test("guest dump --json a 1").unwrap(), "a|1 json=true\n");
    assert_eq!(test("guest set edf 0 1 2").unwrap(), "edf|0|1|2 json=false\n");
    for (line, message) in [
        ("guest", "guest: subcommand: found nothing, expected: one of: dump, set"),
        ("guest dmp", "guest: unknown subcommand 'dmp', did you mean 'dump'? expected one of: dump, set"),
        (
            "guest dump",
            "guest dump: GUEST: found nothing, expected: guest dump GUEST ADDRESS [LENGTH] [--json]",
        ),
        ("guest dump a zz", "guest dump: ADDRESS: found 'zz', expected a number, such as 4096, 0x1000 or 4K"),
        (
            "guest dump a 1 2 3",
            "guest dump: found '3' after the last argument, expected: guest dump GUEST ADDRESS [LENGTH] [--json]",
        ),
        ("guest dump a 1 --jsn", "guest dump: option: found '--jsn', expected --json"),
        ("guest set --json rr", "guest set: option: found '--json', expected no option"),
        ("guest set ed", "guest set: POLICY: found 'ed', expected one of: rr, edf (did you mean 'edf'?)"),
        ("guest set rr x", "guest set: CPU: found 'x', expected the number of a host CPU"),
        ("guest dump '' 1", "guest dump: GUEST: found '', expected a name"),
        ("gust", ": unknown command 'gust', did you mean 'guest'? expected one of those that 'help' lists"),
        ("'\x1b[2J'", ": unknown command '\\u{1b}[2J'; expected one of those that 'help' lists"),
    ] {
        assert_eq!(test(line).unwrap_err(), message, "{line}");
    }
    assert_eq!(test("").unwrap(), "");
}

#[test]
fn numbers() {
    for (text, n) in [
        ("0", Some(0)),
        ("4096", Some(4096)),
        ("0x40_000_000", Some(0x4000_0000)),
        ("4K", Some(4096)),
        ("2m", Some(2 << 20)),
        ("1G", Some(1 << 30)),
        ("0x10K", Some(0x4000)),
        ("18446744073709551615", Some(u64::MAX)),
        ("18446744073709551616", None),
        ("17179869184G", None),
        ("", None),
        ("0x", None),
        ("K", None),
        ("-1", None),
        ("1é", None),
        ("12ab", None),
    ] {
        assert_eq!(number(text), n, "{text}");
    }
}

#[test]
fn every_command_is_described() {
    for command in TABLE {
        assert!(!command.actions.is_empty(), "{}", command.name);
        for text in [command.summary].into_iter().chain(command.actions.iter().map(|a| a.summary)) {
            assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text:?}", command.name);
        }
        for action in command.actions {
            assert!(action.help.lines().all(|l| l.len() <= 110), "{} {}", command.name, action.name);
            let any = action.params.iter().rposition(|p| p.count == Count::Any);
            assert!(
                any.is_none_or(|n| n + 1 == action.params.len()),
                "{}: a repeated argument is the last",
                command.name
            );
            let optional = action.params.iter().position(|p| p.count != Count::One).unwrap_or(usize::MAX);
            let needed = action.params.iter().rposition(|p| p.count == Count::One);
            assert!(needed.is_none_or(|n| n < optional), "{}: needed arguments come first", command.name);
        }
        let mut names: Vec<_> = command.actions.iter().map(|a| a.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), command.actions.len(), "{}", command.name);
        assert!(output(&format!("help {}", command.name)).contains(command.name));
    }
    let mut names: Vec<_> = TABLE.iter().map(|c| c.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), TABLE.len());
}

/// Skips one JSON value (RFC 8259, without number formats beyond what is written here); what follows it.
fn after_json(text: &str) -> Option<&str> {
    match text.chars().next()? {
        '{' => after_members(&text[1..], '}', true),
        '[' => after_members(&text[1..], ']', false),
        '"' => {
            let mut escaped = false;
            let end = text[1..].find(|c| {
                let end = c == '"' && !escaped;
                escaped = c == '\\' && !escaped;
                end
            })?;
            Some(&text[end + 2..])
        }
        _ => {
            let end = text.find([',', ']', '}', '\n']).unwrap_or(text.len());
            let token = &text[..end];
            (matches!(token, "true" | "false" | "null") || token.parse::<f64>().is_ok())
                .then_some(&text[end..])
        }
    }
}

fn after_members(text: &str, close: char, keys: bool) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(close) {
        return Some(rest);
    }
    let mut rest = text;
    loop {
        if keys {
            rest = after_json(rest).filter(|_| rest.starts_with('"'))?.strip_prefix(':')?;
        }
        rest = after_json(rest)?;
        match rest.strip_prefix(',') {
            Some(next) => rest = next,
            None => return rest.strip_prefix(close),
        }
    }
}

#[test]
fn json_is_one_line_of_json() {
    assert_eq!(after_json(r#"{"a":[1,2.5,null],"b":"x\"}"}rest"#), Some("rest"));
    for bad in ["{a:1}", "[1,]", "[1", "\"abc", "{\"a\" 1}", "yes"] {
        assert_eq!(after_json(bad).filter(|rest| rest.is_empty()), None, "{bad}");
    }
    for command in TABLE {
        for action in command.actions.iter().filter(|a| a.json) {
            if action.params.iter().any(|p| p.count == Count::One) {
                continue;
            }
            let line = format!("{} {} --json", command.name, action.name);
            let out = output(&line);
            assert_eq!(out.lines().count(), 1, "{line}: {out}");
            assert!(out.starts_with("error: ") || after_json(&out) == Some("\n"), "{line}: {out}");
        }
    }
}

#[test]
fn every_command_answers_on_a_machine_without_anything() {
    for command in TABLE {
        for action in command.actions {
            let args: Vec<&str> = action
                .params
                .iter()
                .map(|p| match p.kind {
                    Kind::Choice(words) => words[0],
                    Kind::Number => "4096",
                    Kind::Cpu => "0",
                    Kind::Vcpu => "linux0/0",
                    Kind::Command => "help",
                    _ => "linux0",
                })
                .collect();
            let line = format!("{} {} {}", command.name, action.name, args.join(" "));
            let out = output(&line);
            assert!(out.is_empty() || out.ends_with('\n'), "{line}: {out:?}");
            assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{line}: {out:?}");
        }
    }
}

/// `docs/terminal.md`, from this crate's folder.
fn reference() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/terminal.md")
}

fn written() -> String {
    let mut text = String::new();
    crate::reference::write(&mut text).unwrap();
    text
}

#[test]
fn the_reference_is_up_to_date() {
    let file = std::fs::read_to_string(reference()).unwrap_or_default();
    assert!(file == written(), "docs/terminal.md is not what the commands say: run `cargo xtask docs`");
}
