// SPDX-License-Identifier: GPL-2.0-only
//! `cargo xtask driver missing --rank`: which functions and headers would let most driver units link.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::coverage::{Report, Row};
use super::family;

/// How much one thing would unlock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// A header, function, name, type or field; or a header of Linux with all that is missing of it; or a family.
    pub name: String,
    /// The header of Linux that declares it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// Units that lack it.
    pub units: usize,
    /// Units that lack nothing else: they would link with it.
    pub unlocks: usize,
}

/// What is missing, by how much it would unlock.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rank {
    /// Units that were looked at.
    pub units: usize,
    /// Those that link.
    pub linked: usize,
    /// Single names.
    pub names: Vec<Item>,
    /// Headers of Linux, with all that drivers miss of each.
    pub headers: Vec<Item>,
    /// Families.
    pub families: Vec<Item>,
}

/// How many of each kind are printed unless all are wanted.
const SOME: usize = 25;

/// Ranks what units lack. `headers_of` finds the header that declares a name.
pub fn rank(report: &Report, headers_of: impl FnOnce(&BTreeSet<String>) -> BTreeMap<String, String>) -> Rank {
    let plain =
        |name: &str| name.split('.').next().unwrap_or(name).rsplit(' ').next().unwrap_or(name).to_owned();
    let open: Vec<&Row> = report.units.iter().filter(|row| !row.linked).collect();
    // What clang says in sentences has no header.
    let names: BTreeSet<String> = open
        .iter()
        .flat_map(|row| &row.missing)
        .filter(|name| !name.contains(": "))
        .map(|name| plain(name))
        .collect();
    let headers = headers_of(&names);
    let header = |name: &str| match name.ends_with(".h") {
        true => Some(name.to_owned()),
        false => headers.get(&plain(name)).cloned(),
    };
    let family =
        |name: &str| header(name).map_or_else(|| name.to_owned(), |header| family::of_header(&header));
    let single = by(&open, |name| name.to_owned());
    Rank {
        units: report.units.len(),
        linked: report.linked,
        names: single
            .into_iter()
            .map(|item| Item { header: header(&item.name).filter(|header| *header != item.name), ..item })
            .collect(),
        headers: by(&open, |name| header(name).unwrap_or_else(|| name.to_owned())),
        families: by(&open, family),
    }
}

/// Groups all that is missing by what `group` calls it, what unlocks most first.
fn by(open: &[&Row], group: impl Fn(&str) -> String) -> Vec<Item> {
    let mut items: BTreeMap<String, Item> = BTreeMap::new();
    for row in open {
        let groups: BTreeSet<String> = row.missing.iter().map(|name| group(name)).collect();
        let alone = usize::from(groups.len() == 1);
        for name in groups {
            let item = items.entry(name.clone()).or_insert(Item { name, header: None, units: 0, unlocks: 0 });
            item.units += 1;
            item.unlocks += alone;
        }
    }
    let mut items: Vec<Item> = items.into_values().collect();
    items.sort_by_key(|item| Reverse((item.unlocks, item.units)));
    items
}

impl Rank {
    /// Prints it for people; `all` leaves nothing out.
    pub fn print(&self, all: bool) {
        println!("{} of {} units link", self.linked, self.units);
        for (title, items) in
            [("families", &self.families), ("headers", &self.headers), ("names", &self.names)]
        {
            println!("{title:<56}{:>9}{:>7}", "unlocks", "lack it");
            for item in items.iter().take(if all { usize::MAX } else { SOME }) {
                let header = item.header.as_ref().map(|header| format!("  <{header}>")).unwrap_or_default();
                println!("  {:<54}{:>9}{:>7}{header}", item.name, item.unlocks, item.units);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(unit: &str, missing: &[&str]) -> Row {
        let missing: Vec<String> = missing.iter().map(|&name| name.into()).collect();
        Row { unit: unit.into(), kind: "k".into(), compiled: true, linked: missing.is_empty(), missing }
    }

    #[test]
    fn what_unlocks_most_comes_first() {
        let units = vec![
            row("a", &["linux/pwm.h", "pwm_get"]),
            row("b", &["pwm_put"]),
            row("c", &["pwm_put", "clk_odd"]),
            row("d", &["struct odd.field"]),
            row("e", &[]),
        ];
        let report = Report { linked: 1, units, ..Report::default() };
        let headers = |names: &BTreeSet<String>| {
            assert!(names.contains("odd"));
            let known = [("pwm_get", "linux/pwm.h"), ("pwm_put", "linux/pwm.h"), ("odd", "linux/odd.h")];
            known.map(|(name, header)| (name.into(), header.into())).into()
        };
        let rank = rank(&report, headers);
        assert_eq!((rank.units, rank.linked), (5, 1));
        let of = |items: &[Item]| -> Vec<(String, usize, usize)> {
            items.iter().take(2).map(|item| (item.name.clone(), item.units, item.unlocks)).collect()
        };
        assert_eq!(of(&rank.headers), [("linux/pwm.h".into(), 3, 2), ("linux/odd.h".into(), 1, 1)]);
        assert_eq!(of(&rank.names), [("pwm_put".into(), 2, 1), ("struct odd.field".into(), 1, 1)]);
        assert_eq!(of(&rank.families)[0], ("pwm".into(), 3, 2));
        assert_eq!(rank.names[0].header.as_deref(), Some("linux/pwm.h"));
    }
}
