// SPDX-License-Identifier: GPL-2.0-only
//! Licenses of all crates that this project uses. What is linked into the image must go with
//! GPL-2.0-only; the tools on this machine may have a few more.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::process;
use crate::toolchain::{TARGET, host_cargo};

/// What may be linked into a GPL-2.0-only image.
const LINKED: &[&str] = &[
    "GPL-2.0-only",
    "MIT",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Zlib",
    "MPL-2.0",
    "0BSD",
    "ISC",
    "CC0-1.0",
    "Unlicense",
];
/// What the tools may have besides.
const TOOLS: &[&str] = &["Apache-2.0", "Unicode-3.0", "Unicode-DFS-2016"];

/// Every crate's license is one of the allowed.
pub fn check() -> Result<()> {
    let arguments = ["--format-version", "1", "--filter-platform", TARGET];
    let linked = linked(&metadata(&arguments)?)?;
    let all = metadata(&arguments[..2])?;
    let mut bad = Vec::new();
    for package in list(&all, "packages")? {
        let id = text(package, "id")?;
        let license = package.get("license").and_then(Value::as_str).unwrap_or("");
        let in_image = linked.contains(id);
        if !allowed(license, in_image) {
            let where_ = if in_image { "linked into the image" } else { "used by the tools" };
            bad.push(format!("{} ({where_}): `{license}`", text(package, "name")?));
        }
    }
    if !bad.is_empty() {
        bail!("crates with a license that is not allowed: {}", bad.join("; "));
    }
    Ok(())
}

fn metadata(arguments: &[&str]) -> Result<Value> {
    let output = process::output(host_cargo("metadata").args(arguments))?;
    serde_json::from_slice(&output).context("`cargo metadata` printed no JSON")
}

fn list<'a>(value: &'a Value, key: &str) -> Result<&'a Vec<Value>> {
    value.get(key).and_then(Value::as_array).with_context(|| format!("`cargo metadata` has no `{key}`"))
}

fn text<'a>(value: &'a Value, key: &str) -> Result<&'a str> {
    value.get(key).and_then(Value::as_str).with_context(|| format!("`cargo metadata` has no `{key}`"))
}

/// The crates that the image is linked from: normal dependencies of `ferrovisor`, and theirs.
fn linked(metadata: &Value) -> Result<BTreeSet<String>> {
    let mut edges: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let nodes = metadata.get("resolve").context("`cargo metadata` has no `resolve`")?;
    for node in list(nodes, "nodes")? {
        let mut needs = Vec::new();
        for dependency in list(node, "deps")? {
            if list(dependency, "dep_kinds")?.iter().any(|kind| kind.get("kind").is_some_and(Value::is_null))
            {
                needs.push(text(dependency, "pkg")?);
            }
        }
        edges.insert(text(node, "id")?, needs);
    }
    let packages = list(metadata, "packages")?;
    let root = packages.iter().find(|package| text(package, "name").is_ok_and(|name| name == "ferrovisor"));
    let mut open = vec![text(root.context("there is no package `ferrovisor`")?, "id")?];
    // A macro runs on this machine; what it is made of is not linked.
    let is_macro = |id: &str| {
        packages.iter().any(|package| {
            let kinds =
                || list(package, "targets").ok()?.iter().find_map(|target| target.get("kind")?.as_array());
            text(package, "id").is_ok_and(|known| known == id)
                && kinds().is_some_and(|kinds| kinds.iter().any(|kind| kind == "proc-macro"))
        })
    };
    let mut found = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !is_macro(id) && found.insert(id.to_owned()) {
            open.extend(edges.get(id).into_iter().flatten());
        }
    }
    Ok(found)
}

/// Whether a license expression can be met with allowed licenses only.
fn allowed(license: &str, in_image: bool) -> bool {
    let known = |name: &str| LINKED.contains(&name) || !in_image && TOOLS.contains(&name);
    Expression::parse_mode(license, ParseMode::LAX).is_ok_and(|expression| {
        expression.evaluate(|requirement| {
            // The exception gives back what the plain license lacks for a GPL-2.0-only image.
            let excepted = requirement.addition.as_ref().is_some_and(|addition| {
                matches!(addition, spdx::AdditionItem::Spdx(exception) if exception.name == "LLVM-exception")
            });
            requirement.license.id().is_some_and(|id| known(id.name) || excepted && id.name == "Apache-2.0")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions() {
        for license in [
            "MIT",
            "MIT OR Apache-2.0",
            "MIT/Apache-2.0",
            "BSD-3-Clause",
            "MPL-2.0",
            "Apache-2.0 WITH LLVM-exception",
        ] {
            assert!(allowed(license, true), "{license}");
        }
        for license in ["Apache-2.0", "", "MIT AND Apache-2.0", "GPL-3.0-only", "nonsense"] {
            assert!(!allowed(license, true), "{license}");
        }
        assert!(allowed("(MIT OR Apache-2.0) AND Unicode-3.0", false));
        assert!(!allowed("(MIT OR Apache-2.0) AND Unicode-3.0", true));
        assert!(!allowed("GPL-3.0-only", false));
    }

    #[test]
    fn what_is_linked_follows_normal_dependencies() {
        let text = r#"{
            "packages": [
                {"id": "f", "name": "ferrovisor", "targets": [{"kind": ["bin"]}]},
                {"id": "a", "name": "a", "targets": [{"kind": ["lib"]}]},
                {"id": "m", "name": "m", "targets": [{"kind": ["proc-macro"]}]}
            ],
            "resolve": {"nodes": [
                {"id": "f", "deps": [
                    {"pkg": "a", "dep_kinds": [{"kind": null}]},
                    {"pkg": "t", "dep_kinds": [{"kind": "dev"}]},
                    {"pkg": "b", "dep_kinds": [{"kind": "build"}]}]},
                {"id": "a", "deps": [{"pkg": "m", "dep_kinds": [{"kind": null}]}]},
                {"id": "m", "deps": [{"pkg": "s", "dep_kinds": [{"kind": null}]}]}
            ]}
        }"#;
        let linked = linked(&serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(linked.into_iter().collect::<Vec<_>>(), ["a", "f"]);
    }
}
