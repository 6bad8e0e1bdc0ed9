// SPDX-License-Identifier: GPL-2.0-only
//! Checks of the C headers in `include/`: each stands alone and goes with any other, says something, and
//! says it in our own words.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use driver_config::{Clang, c_flags};

use crate::driver::parallel;
use crate::{process, project};

/// How many headers one compiler reads, each by itself: most of a short run is the compiler's own start.
const BATCH: usize = 32;
/// How many orders of all headers are tried.
const ORDERS: u64 = 3;
/// The page that says which headers only lead to others, and the title of that part.
const LIST: &str = "docs/ignored.md";
const TITLE: &str = "## Headers that only lead to others";
/// A run of so many words in comments is no coincidence.
const RUN: usize = 10;

/// Every header is in order, alone and with all others.
pub fn check() -> Result<()> {
    let root = project::root();
    let include = root.join("include");
    let mut headers = Vec::new();
    list(&include, &include, &mut headers)?;
    ensure!(!headers.is_empty(), "there are no headers in include/");
    let compiler = Compiler { clang: Clang::find()?, flags: c_flags(&root) };
    let mut bad = texts(&include, &headers)?;
    let listed = fs::read_to_string(root.join(LIST)).with_context(|| format!("cannot read {LIST}"))?;
    bad.extend(unlisted(&forwarders(&include, &headers)?, &listed));
    let batches: Vec<&[String]> = headers.chunks(BATCH).collect();
    bad.extend(parallel(&batches, |headers| compiler.alone(headers)).into_iter().flatten());
    // Stand-ins are included by paths of their own, and are no part of the interface; the numbers of one
    // SoC's clocks have the names of another's.
    let public = |header: &&String| !header.starts_with("drivers/") && !header.starts_with("dt-bindings/");
    let public: Vec<String> = headers.iter().filter(public).cloned().collect();
    let orders: Vec<u64> = (1..=ORDERS).collect();
    bad.extend(parallel(&orders, |seed| compiler.together(&public, *seed)).into_iter().flatten());
    let linux = crate::driver::linux()?;
    bad.extend(headers.iter().filter_map(|header| copied(&include, &linux, header)));
    ensure!(bad.is_empty(), "{} of {} headers:\n{}", bad.len(), headers.len(), bad.join("\n"));
    Ok(())
}

/// The paths of all headers below a folder, sorted.
fn list(folder: &Path, include: &Path, found: &mut Vec<String>) -> Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", project::shown(folder)))?;
    let mut entries: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            list(&path, include, found)?;
        } else if path.extension().is_some_and(|extension| extension == "h") {
            found.push(path.strip_prefix(include)?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// What the texts alone tell: guards that are missing or used twice, headers without content.
fn texts(include: &Path, headers: &[String]) -> Result<Vec<String>> {
    let mut guards: BTreeMap<String, &String> = BTreeMap::new();
    let mut bad = Vec::new();
    for header in headers {
        let text =
            fs::read_to_string(include.join(header)).with_context(|| format!("cannot read {header}"))?;
        match guard(&text) {
            None => bad.push(format!("{header}: no include guard")),
            Some(guard) if !fits(&guard, header) => {
                bad.push(format!("{header}: its include guard `{guard}` is not named by its path"));
            }
            Some(guard) => {
                if let Some(other) = guards.insert(guard, header) {
                    bad.push(format!("{header}: its include guard is that of {other}"));
                }
            }
        }
        if content(&text) == 0 {
            bad.push(format!("{header}: says nothing"));
        }
    }
    Ok(bad)
}

/// The headers that say nothing but where something is said.
fn forwarders(include: &Path, headers: &[String]) -> Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for header in headers {
        if only_includes(&fs::read_to_string(include.join(header))?) {
            found.insert(header.clone());
        }
    }
    Ok(found)
}

/// Whether all that a header has within its guard is inclusions.
fn only_includes(text: &str) -> bool {
    let lines = lines(text);
    let within = lines.get(2..lines.len().saturating_sub(1)).unwrap_or_default();
    guard(text).is_some() && within.iter().all(|line| line.starts_with("#include"))
}

/// Where the list of forwarders and the headers disagree. The list is the table under a title of its own: the first
/// column names headers, the second says why.
fn unlisted(forwarders: &BTreeSet<String>, list: &str) -> Vec<String> {
    let rows = list.split_once(TITLE).map_or("", |(_, rows)| rows);
    let rows = rows.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` |"));
    let listed: BTreeSet<String> =
        rows.flat_map(|(headers, _)| headers.split("`, `")).map(str::to_owned).collect();
    let missing = forwarders.difference(&listed);
    let wrong = listed.difference(forwarders);
    missing
        .map(|header| format!("{header}: has only inclusions, and {LIST} does not say why"))
        .chain(wrong.map(|header| format!("{header}: {LIST} says that it has only inclusions")))
        .collect()
}

/// Lines that are directives or declarations.
fn lines(text: &str) -> Vec<String> {
    let text = crate::driver::without_comments(text);
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The macro that keeps a header from being read twice.
fn guard(text: &str) -> Option<String> {
    let lines = lines(text);
    let name = lines.first()?.strip_prefix("#ifndef ")?.trim().to_owned();
    let defined = lines.get(1)?.strip_prefix("#define ")?.split_whitespace().next()? == name;
    defined.then_some(name)
}

/// Whether a guard has the name of the header's path in it.
fn fits(guard: &str, header: &str) -> bool {
    let plain = |text: &str| text.to_uppercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "");
    let name = header.rsplit('/').next().unwrap_or(header).trim_end_matches(".h");
    plain(guard).contains(&plain(name))
}

/// How many lines a header has within its guard.
fn content(text: &str) -> usize {
    let lines = lines(text);
    lines.len().saturating_sub(if guard(text).is_some() { 3 } else { 0 })
}

/// Compiles headers and nothing else, with warnings as errors.
struct Compiler {
    clang: Clang,
    flags: Vec<String>,
}

impl Compiler {
    /// What is wrong with each of these headers alone, twice.
    fn alone(&self, headers: &[String]) -> Vec<String> {
        let text = |header: &String| format!("#include <{header}>\n#include <{header}>\n");
        let texts: Vec<String> = headers.iter().map(text).collect();
        if self.compile(&texts, &headers.join(" ")).is_none() {
            return Vec::new();
        }
        // One by one, so that each message is of one.
        let each = headers.iter().zip(texts).filter_map(|(header, text)| self.compile(&[text], header));
        let bad: Vec<String> = each.collect();
        if bad.is_empty() { vec![format!("{}: only together", headers.join(" "))] } else { bad }
    }

    /// All headers in an order that depends on `seed`.
    fn together(&self, headers: &[String], seed: u64) -> Option<String> {
        let order = shuffled(headers, seed);
        let text: String = order.iter().map(|header| format!("#include <{header}>\n")).collect();
        self.compile(&[text], &format!("all headers, order {seed}"))
    }

    /// Compiles texts, each by itself; gives what is wrong with them.
    fn compile(&self, texts: &[String], what: &str) -> Option<String> {
        let folder = process::temporary(&std::env::temp_dir().join("headers"));
        let run = || -> Result<()> {
            fs::create_dir_all(&folder)?;
            let mut command = self.clang.command();
            command.args(&self.flags).args(["-Werror", "-fsyntax-only", "-fno-caret-diagnostics"]);
            for (index, text) in texts.iter().enumerate() {
                let file = folder.join(format!("{index}.c"));
                fs::write(&file, text)?;
                // The driver would start a compiler for each; the compiler itself takes several.
                command.args((index > 0).then_some("-Xclang")).arg(&file);
            }
            process::output(&mut command).map(drop)
        };
        let outcome = run();
        let _ = fs::remove_dir_all(&folder);
        let message = format!("{:#}", outcome.err()?).replace(&format!("{}/", project::root().display()), "");
        // The command is the same for all; the errors are what matters.
        let errors: Vec<&str> = message.lines().filter(|line| line.contains("error:")).take(5).collect();
        Some(format!("{what}:\n  {}", if errors.is_empty() { message } else { errors.join("\n  ") }))
    }
}

/// The same items in another order, the same for the same seed.
fn shuffled(items: &[String], seed: u64) -> Vec<String> {
    let mut items = items.to_vec();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    for index in (1..items.len()).rev() {
        // Numbers of a plain linear generator are random enough here.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        items.swap(index, (state >> 33) as usize % (index + 1));
    }
    items
}

/// Says where comments of a header repeat those of Linux's own.
fn copied(include: &Path, linux: &Path, header: &str) -> Option<String> {
    let theirs = ["include", "arch/arm64/include", "include/uapi", ""]
        .iter()
        .find_map(|folder| fs::read_to_string(linux.join(folder).join(header)).ok())?;
    let ours = fs::read_to_string(include.join(header)).ok()?;
    let (ours, theirs) = (words(&ours), words(&theirs));
    let known: BTreeSet<&[String]> = theirs.windows(RUN).collect();
    let run = ours.windows(RUN).find(|run| known.contains(run))?;
    Some(format!("{header}: a comment repeats Linux's: `{}`", run.join(" ")))
}

/// The words of a text's comments.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some((_, comment)) = rest.split_once("/*") {
        let (comment, after) = comment.split_once("*/").unwrap_or((comment, ""));
        if !comment.contains("SPDX-License-Identifier") {
            let plain = comment.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
            words.extend(plain.filter(|word| !word.is_empty()).map(str::to_lowercase));
        }
        rest = after;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        "/* SPDX */\n#ifndef _LINUX_A_B_H\n#define _LINUX_A_B_H\n\nint f(void);\n#endif /* x */\n";

    #[test]
    fn guards_and_content() {
        assert_eq!(guard(GOOD).as_deref(), Some("_LINUX_A_B_H"));
        assert!(fits("_LINUX_A_B_H", "linux/a-b.h"));
        assert!(!fits("_LINUX_A_B_H", "linux/c.h"));
        assert_eq!(content(GOOD), 1);
        assert_eq!(guard("int f(void);\n"), None);
        assert_eq!(content("#ifndef A_H\n#define A_H\n/* nothing */\n#endif\n"), 0);
    }

    #[test]
    fn headers_that_only_lead_to_others_are_listed_with_the_reason() {
        let empty = "#ifndef A_H\n#define A_H\n/* see */\n#include <b.h>\n#endif\n";
        assert!(only_includes(empty) && !only_includes(GOOD));
        assert!(!only_includes("#ifndef A_H\n#define A_H\n#include <b.h>\n#define C\n#endif\n"));
        let found: BTreeSet<String> = ["a.h", "b.h"].map(str::to_owned).into();
        let list = |rows: &str| format!("| `c.h` | before |\n{TITLE}\n\n| header | why |\n|---|---|\n{rows}");
        assert!(unlisted(&found, &list("| `a.h`, `b.h` | as in Linux |\n")).is_empty());
        assert_eq!(unlisted(&found, &list("| `a.h` | as in Linux |\n")).len(), 1, "one is not listed");
        let more = list("| `a.h`, `b.h` | as in Linux |\n| `gone.h` | once |\n");
        assert_eq!(unlisted(&found, &more).len(), 1, "one is no such header");
        assert_eq!(unlisted(&found, "").len(), 2, "no list");
    }

    #[test]
    fn orders_differ_and_repeat() {
        let items: Vec<String> = (0..20).map(|number| number.to_string()).collect();
        assert_ne!(shuffled(&items, 1), shuffled(&items, 2));
        assert_eq!(shuffled(&items, 1), shuffled(&items, 1));
        let mut sorted = shuffled(&items, 3);
        sorted.sort_by_key(|text| text.parse::<u32>().unwrap());
        assert_eq!(sorted, items);
    }

    #[test]
    fn repeated_comments_are_found() {
        let folder = std::env::temp_dir().join(format!("xtask-{}-copied", std::process::id()));
        fs::create_dir_all(folder.join("ours/linux")).unwrap();
        fs::create_dir_all(folder.join("theirs/include/linux")).unwrap();
        let long = "/* one two three four\n * five six seven eight nine ten eleven */";
        fs::write(folder.join("theirs/include/linux/x.h"), long).unwrap();
        let ours = folder.join("ours/linux/x.h");
        fs::write(&ours, "/* Two THREE four five six seven, eight nine ten eleven twelve */").unwrap();
        assert!(copied(&folder.join("ours"), &folder.join("theirs"), "linux/x.h").is_some());
        fs::write(&ours, "/* Two three four; and five six seven eight nine ten */").unwrap();
        assert!(copied(&folder.join("ours"), &folder.join("theirs"), "linux/x.h").is_none());
        fs::remove_dir_all(folder).unwrap();
    }
}
