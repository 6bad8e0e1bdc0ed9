// SPDX-License-Identifier: GPL-2.0-only
//! Lists of driver units of Linux: what `coverage --list` and `missing --rank` read.
//!
//! A line is a unit: its name, its kind, its role, its sources by commas, and by commas the units whose symbols
//! it may use; tabs between them. Lines that start with `#` are remarks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Whether a unit is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is.
    Count,
    /// It is there for the units that use it.
    Peer,
}

/// One driver unit: what Linux builds into one module, or one object of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Its name, unique in the list: `clk/sunxi-ng/sunxi-ccu`.
    pub name: String,
    /// What kind of driver it is: `clk`.
    pub kind: String,
    /// Whether it is counted.
    pub role: Role,
    /// Its C files, from the root of Linux's tree.
    pub sources: Vec<String>,
    /// The units whose symbols it may use.
    pub peers: Vec<String>,
    /// Its line in the list, from 1.
    pub line: usize,
}

/// Reads a list.
///
/// # Errors
/// When it cannot be read, or all mistakes that are in it, each with its line.
pub fn read(path: &Path) -> Result<Vec<Unit>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    parse(&path.display().to_string(), &text)
}

/// Reads the text of a list; `file` is how mistakes name it.
///
/// # Errors
/// All mistakes.
pub fn parse(file: &str, text: &str) -> Result<Vec<Unit>> {
    let mut units: Vec<Unit> = Vec::new();
    let mut wrong = Vec::new();
    for (index, text) in text.lines().enumerate() {
        let text = text.trim_end_matches('\r');
        if text.trim().is_empty() || text.starts_with('#') {
            continue;
        }
        match line(text, index + 1) {
            Ok(unit) => units.push(unit),
            Err(error) => wrong.push(format!("{file}:{}: {error}", index + 1)),
        }
    }
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for unit in &units {
        if let Some(first) = lines.insert(&unit.name, unit.line) {
            wrong.push(format!("{file}:{}: the unit `{}` is in line {first} too", unit.line, unit.name));
        }
    }
    for unit in &units {
        for peer in unit.peers.iter().filter(|peer| !lines.contains_key(peer.as_str())) {
            wrong.push(format!("{file}:{}: `{}` uses `{peer}`, which is not listed", unit.line, unit.name));
        }
    }
    if wrong.is_empty() && units.is_empty() {
        wrong.push(format!("{file}: no unit is listed"));
    }
    if !wrong.is_empty() {
        bail!("{}", wrong.join("\n"));
    }
    Ok(units)
}

/// One line.
fn line(text: &str, line: usize) -> Result<Unit, String> {
    let fields: Vec<&str> = text.split('\t').map(str::trim).collect();
    let (name, kind, role, sources, peers) = match fields.as_slice() {
        [name, kind, role, sources] => (*name, *kind, *role, *sources, ""),
        [name, kind, role, sources, peers] => (*name, *kind, *role, *sources, *peers),
        _ => {
            return Err(format!(
                "{} fields; there are unit, kind, role, sources and peers, with tabs between them",
                fields.len()
            ));
        }
    };
    let list = |text: &str| -> Vec<String> {
        text.split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty() && *word != "-")
            .map(str::to_owned)
            .collect()
    };
    let role = match role {
        "count" => Role::Count,
        "peer" => Role::Peer,
        _ => return Err(format!("the role `{role}` is neither `count` nor `peer`")),
    };
    if name.is_empty() || kind.is_empty() {
        return Err("a unit needs a name and a kind".into());
    }
    let sources = list(sources);
    if sources.is_empty() {
        return Err(format!("`{name}` has no sources"));
    }
    let leads_out = |path: &str| path.split('/').any(|part| matches!(part, "" | "." | ".."));
    if let Some(bad) = sources.iter().find(|path| leads_out(path) || !path.ends_with(".c")) {
        return Err(format!("`{bad}` is no path of a C file from the root of Linux's tree"));
    }
    if let Some(bad) =
        sources.iter().enumerate().find_map(|(at, path)| sources[..at].contains(path).then_some(path))
    {
        return Err(format!("`{bad}` is named twice"));
    }
    Ok(Unit { name: name.into(), kind: kind.into(), role, sources, peers: list(peers), line })
}

/// The units of some kinds, and those that they use, directly or through others; all where no kind is named.
///
/// # Errors
/// When there is no such kind.
pub fn of_kinds(units: Vec<Unit>, kinds: &[String]) -> Result<Vec<Unit>> {
    if kinds.is_empty() {
        return Ok(units);
    }
    let known: BTreeSet<&str> = units.iter().map(|unit| unit.kind.as_str()).collect();
    if let Some(bad) = kinds.iter().find(|kind| !known.contains(kind.as_str())) {
        let known: Vec<&str> = known.into_iter().collect();
        bail!("no unit is of the kind `{bad}`; there are {}", known.join(", "));
    }
    let mut wanted: BTreeSet<String> = BTreeSet::new();
    let mut open: Vec<&Unit> = units.iter().filter(|unit| kinds.contains(&unit.kind)).collect();
    while let Some(unit) = open.pop() {
        if wanted.insert(unit.name.clone()) {
            open.extend(units.iter().filter(|other| unit.peers.contains(&other.name)));
        }
    }
    let as_peer = |mut unit: Unit| {
        if !kinds.contains(&unit.kind) {
            unit.role = Role::Peer;
        }
        unit
    };
    Ok(units.into_iter().filter(|unit| wanted.contains(&unit.name)).map(as_peer).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_units() {
        let text = "# remark\n\na/x\tclk\tcount\tdrivers/a/x.c,drivers/a/y.c\tb/z\r\nb/z\treset\tpeer\tdrivers/b/z.c\t\n";
        let units = parse("list.tsv", text).unwrap();
        assert_eq!(units.len(), 2);
        assert_eq!((units[0].name.as_str(), units[0].kind.as_str(), units[0].line), ("a/x", "clk", 3));
        assert_eq!(units[0].sources, ["drivers/a/x.c", "drivers/a/y.c"]);
        assert_eq!(units[0].peers, ["b/z"]);
        assert_eq!((units[1].role, units[1].peers.len()), (Role::Peer, 0));
    }

    #[test]
    fn each_mistake_is_named_with_its_line() {
        let text = "a\tclk\tcount\n\
                    b\tclk\tsome\tdrivers/b.c\n\
                    c\tclk\tcount\tdrivers/../c.c\n\
                    d\tclk\tcount\tdrivers/d.h\n\
                    e\tclk\tcount\t\n\
                    f\tclk\tcount\tdrivers/f.c\tnobody\n\
                    f\tclk\tcount\tdrivers/f.c,drivers/f.c\n\
                    f\tclk\tcount\tdrivers/f.c\n";
        let error = parse("list.tsv", text).unwrap_err().to_string();
        let lines: Vec<&str> = error.lines().collect();
        let expected = [
            ("list.tsv:1: ", "3 fields"),
            ("list.tsv:2: ", "the role `some`"),
            ("list.tsv:3: ", "`drivers/../c.c`"),
            ("list.tsv:4: ", "`drivers/d.h`"),
            ("list.tsv:5: ", "no sources"),
            ("list.tsv:7: ", "named twice"),
            ("list.tsv:8: ", "`f` is in line 6 too"),
            ("list.tsv:6: ", "`nobody`, which is not listed"),
        ];
        assert_eq!(lines.len(), expected.len(), "{error}");
        for (line, (start, part)) in lines.iter().zip(expected) {
            assert!(line.starts_with(start) && line.contains(part), "{line}");
        }
        assert!(parse("list.tsv", "# nothing\n").unwrap_err().to_string().contains("no unit is listed"));
    }

    #[test]
    fn kinds_come_with_what_they_use() {
        let text =
            "a\tclk\tcount\td/a.c\tb\nb\treset\tcount\td/b.c\tc\nc\tbus\tpeer\td/c.c\ne\tbus\tcount\td/e.c\n";
        let units = parse("l", text).unwrap();
        let chosen = of_kinds(units.clone(), &["clk".into()]).unwrap();
        let names: Vec<_> = chosen.iter().map(|unit| (unit.name.as_str(), unit.role)).collect();
        assert_eq!(names, [("a", Role::Count), ("b", Role::Peer), ("c", Role::Peer)]);
        assert!(of_kinds(units, &["none".into()]).unwrap_err().to_string().contains("bus, clk, reset"));
    }
}
