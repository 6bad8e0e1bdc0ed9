// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver missing`: what many drivers lack, by family, and what each family would unlock.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context, Result};
use serde::Serialize;

use super::check::{Checker, Kind, Report, parallel};

/// What one family lacks.
#[derive(Debug, Default, Serialize)]
pub struct Family {
    /// How many drivers lack something of it.
    pub drivers: usize,
    /// How many lack nothing else: they would link if it were whole.
    pub unlocks: usize,
    /// What they lack, and how many drivers lack it.
    pub names: BTreeMap<Kind, BTreeMap<String, usize>>,
}

/// The sum over many drivers.
#[derive(Debug, Default, Serialize)]
pub struct Sum {
    /// Drivers that were looked at.
    pub drivers: usize,
    /// Those that would link.
    pub links: usize,
    /// Those with errors of another kind, or that could not be looked at.
    pub others: Vec<String>,
    /// Everything that is missing, by family.
    pub families: BTreeMap<String, Family>,
}

/// The files to check that a text names: the first in each line. A list by commas is one driver of several sources,
/// of which the first leads to the others.
///
/// # Errors
/// When the text cannot be read.
pub fn corpus(path: &Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let first = |line: &str| {
        line.split([' ', '\t', ',']).map(str::trim).find(|word| word.ends_with(".c")).map(str::to_owned)
    };
    Ok(text.lines().filter_map(first).collect())
}

/// Checks all of these, and sums up.
///
/// # Errors
/// When there is no compiler.
pub fn missing(checker: &Checker, what: &[String]) -> Sum {
    let reports = parallel(what, |what| (what.clone(), checker.check(what)));
    let mut sum = Sum::default();
    for (what, report) in reports {
        match report {
            Ok(report) => sum.add(&report),
            Err(error) => {
                sum.drivers += 1;
                sum.others.push(format!("{what}: {error:#}"));
            }
        }
    }
    sum
}

impl Sum {
    fn add(&mut self, report: &Report) {
        self.drivers += 1;
        self.links += usize::from(report.links);
        if let Some(error) = report.errors.first() {
            self.others.push(format!("{}: {error}", report.driver));
        }
        let families: BTreeSet<&str> = report.missing.iter().map(|missing| missing.family.as_str()).collect();
        for name in &families {
            let family = self.families.entry((*name).into()).or_default();
            family.drivers += 1;
            family.unlocks += usize::from(families.len() == 1 && report.errors.is_empty());
        }
        for missing in &report.missing {
            let family = self.families.entry(missing.family.clone()).or_default();
            *family.names.entry(missing.kind).or_default().entry(missing.name.clone()).or_default() += 1;
        }
    }

    /// Prints the sum for people; `all` names everything instead of counting it.
    pub fn print(&self, all: bool) {
        println!("{} of {} drivers would link", self.links, self.drivers);
        let mut families: Vec<_> = self.families.iter().collect();
        families.sort_by_key(|(name, family)| (std::cmp::Reverse((family.unlocks, family.drivers)), *name));
        for (name, family) in families {
            let counts: Vec<String> = family
                .names
                .iter()
                .map(|(kind, names)| format!("{} {}", names.len(), kind.plural()))
                .collect();
            println!(
                "  {name}: {} drivers, {} unlocked by it alone; {}",
                family.drivers,
                family.unlocks,
                counts.join(", ")
            );
            for (kind, names) in family.names.iter().filter(|_| all) {
                let mut names: Vec<_> = names.iter().collect();
                names.sort_by_key(|(name, count)| (std::cmp::Reverse(**count), *name));
                println!("    {}", kind.plural());
                names.iter().for_each(|(name, count)| println!("      {name} ({count})"));
            }
        }
        for other in &self.others {
            println!("  {other}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::check::Missing;

    #[test]
    fn a_family_unlocks_what_lacks_nothing_else() {
        let missing = |family: &str, name: &str| Missing {
            family: family.into(),
            kind: Kind::Function,
            name: name.into(),
            header: None,
        };
        let report = |missing: Vec<Missing>| Report {
            driver: "d".into(),
            sources: Vec::new(),
            needs: Vec::new(),
            helpers: Vec::new(),
            links: missing.is_empty(),
            missing,
            errors: Vec::new(),
        };
        let mut sum = Sum::default();
        sum.add(&report(Vec::new()));
        sum.add(&report(vec![missing("clk", "a"), missing("clk", "b")]));
        sum.add(&report(vec![missing("clk", "a"), missing("irq", "c")]));
        assert_eq!((sum.drivers, sum.links), (3, 1));
        let clk = &sum.families["clk"];
        assert_eq!((clk.drivers, clk.unlocks), (2, 1));
        assert_eq!(clk.names[&Kind::Function]["a"], 2);
        assert_eq!(sum.families["irq"].unlocks, 0);
    }

    #[test]
    fn a_corpus_is_any_text_with_paths() {
        let path = std::env::temp_dir().join(format!("xtask-{}-corpus", std::process::id()));
        std::fs::write(&path, "unit\tkind\tdrivers/a/b.c,drivers/a/c.c\nnothing\r\ndrivers/d.c\r\n").unwrap();
        assert_eq!(corpus(&path).unwrap(), ["drivers/a/b.c", "drivers/d.c"]);
        std::fs::remove_file(path).unwrap();
    }
}
