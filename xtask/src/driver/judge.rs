// SPDX-License-Identifier: GPL-2.0-only
//! Whether a driver unit links: what its objects define and use, against what the image and other units offer.

use std::collections::{BTreeMap, BTreeSet};

use object::{Object, ObjectSymbol};

/// The names by which the linker joins objects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Symbols {
    /// Defined, and nobody else may define them.
    pub defined: BTreeSet<String>,
    /// Defined where nobody else does.
    pub weak: BTreeSet<String>,
    /// Used and not defined.
    pub undefined: BTreeSet<String>,
}

impl Symbols {
    /// The symbols of one object.
    ///
    /// # Errors
    /// When the bytes are no object.
    pub fn of(object: &[u8]) -> Result<Symbols, object::Error> {
        let mut symbols = Symbols::default();
        for symbol in object::File::parse(object)?.symbols().filter(ObjectSymbol::is_global) {
            let name = symbol.name()?.to_owned();
            match (symbol.is_undefined(), symbol.is_weak()) {
                // What is weak may stay away.
                (true, true) => false,
                (true, false) => symbols.undefined.insert(name),
                (false, true) => symbols.weak.insert(name),
                (false, false) => symbols.defined.insert(name),
            };
        }
        symbols.undefined.remove("");
        Ok(symbols)
    }

    /// Joins with another object of the same unit. Gives the names that both define.
    pub fn join(&mut self, other: Symbols) -> BTreeSet<String> {
        let twice = self.defined.intersection(&other.defined).cloned().collect();
        self.defined.extend(other.defined);
        self.weak.extend(other.weak);
        self.undefined.extend(other.undefined);
        self.undefined.retain(|name| !self.defined.contains(name) && !self.weak.contains(name));
        twice
    }

    fn defines(&self, name: &str) -> bool {
        self.defined.contains(name) || self.weak.contains(name)
    }
}

/// What became of a unit's sources.
#[derive(Debug, Clone, Default)]
pub struct Built {
    /// Its sources, to tell whether two units have one in common.
    pub sources: Vec<String>,
    /// Its symbols; where it does not compile, those that the sources' text seems to define.
    pub symbols: Symbols,
    /// What keeps it from compiling: headers, functions, names, types, fields, or what clang says.
    pub wrong: BTreeSet<String>,
}

impl Built {
    /// Whether all of it compiled.
    pub fn compiled(&self) -> bool {
        self.wrong.is_empty()
    }
}

/// What the image offers to drivers.
#[derive(Debug, Default)]
pub struct Image {
    /// Names with code behind them.
    pub offered: BTreeSet<String>,
    /// Helpers of Linux that are folders of `ported-drivers/`, by their names.
    pub helpers: BTreeMap<String, Built>,
}

/// The judgement of one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether each source compiles.
    pub compiled: bool,
    /// Whether nothing is missing then.
    pub linked: bool,
    /// All that is missing.
    pub missing: BTreeSet<String>,
    /// Folders of `ported-drivers/` that it is linked with.
    pub helpers: Vec<String>,
}

/// Judges a unit. `peers` are the units whose symbols it may use: each comes in, as out of an archive, where it
/// defines something that is still missing; so do helpers after them.
pub fn judge(unit: &Built, peers: &BTreeMap<&str, &Built>, image: &Image) -> Verdict {
    let mut linked = Symbols::default();
    let mut missing = unit.wrong.clone();
    let mut sources: BTreeSet<&str> = BTreeSet::new();
    let mut helpers = Vec::new();
    let mut twice = BTreeSet::new();
    let mut next = Some(unit);
    while let Some(built) = next.take() {
        twice.extend(linked.join(built.symbols.clone()));
        sources.extend(built.sources.iter().map(String::as_str));
        missing.extend(built.wrong.iter().cloned());
        let open: BTreeSet<&String> =
            linked.undefined.iter().filter(|name| !image.offered.contains(*name)).collect();
        let gives = |other: &Built| {
            !other.sources.iter().any(|path| sources.contains(path.as_str()))
                && open.iter().any(|name| other.symbols.defines(name))
        };
        next = peers.values().copied().find(|other| gives(other));
        if next.is_none()
            && let Some((name, helper)) = image.helpers.iter().find(|(_, helper)| gives(helper))
        {
            helpers.push(name.clone());
            next = Some(helper);
        }
    }
    twice.extend(linked.defined.intersection(&image.offered).cloned());
    let compiled = unit.compiled();
    // What does not compile defines what its text seems to: no ground for this.
    if missing.is_empty() {
        missing.extend(twice.into_iter().map(|name| format!("{name} is defined twice")));
    }
    missing.extend(linked.undefined.into_iter().filter(|name| !image.offered.contains(name)));
    Verdict { compiled, linked: missing.is_empty(), missing, helpers }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|&name| name.into()).collect()
    }

    fn built(source: &str, defined: &[&str], undefined: &[&str]) -> Built {
        let symbols = Symbols { defined: set(defined), weak: BTreeSet::new(), undefined: set(undefined) };
        Built { sources: vec![source.into()], symbols, wrong: BTreeSet::new() }
    }

    fn image(helpers: &[(&str, Built)]) -> Image {
        let helpers = helpers.iter().map(|(name, built)| ((*name).into(), built.clone())).collect();
        Image { offered: set(&["printk"]), helpers }
    }

    fn names(verdict: &Verdict) -> Vec<&str> {
        verdict.missing.iter().map(String::as_str).collect()
    }

    #[test]
    fn what_the_image_lacks_keeps_a_unit_from_linking() {
        let verdict = judge(&built("a.c", &["a"], &["printk"]), &BTreeMap::new(), &image(&[]));
        assert!(verdict.compiled && verdict.linked && verdict.missing.is_empty());
        let verdict = judge(&built("a.c", &["a"], &["printk", "refused"]), &BTreeMap::new(), &image(&[]));
        assert!(verdict.compiled && !verdict.linked);
        assert_eq!(names(&verdict), ["refused"]);
    }

    #[test]
    fn a_unit_that_does_not_compile_does_not_link() {
        let mut unit = built("a.c", &[], &[]);
        unit.wrong = set(&["linux/no.h"]);
        let verdict = judge(&unit, &BTreeMap::new(), &image(&[]));
        assert!(!verdict.compiled && !verdict.linked);
        assert_eq!(names(&verdict), ["linux/no.h"]);
    }

    #[test]
    fn peers_come_in_only_where_they_are_needed() {
        let (needed, not) = (built("p.c", &["p"], &["printk"]), built("q.c", &["q"], &["nowhere"]));
        let peers = BTreeMap::from([("p", &needed), ("q", &not)]);
        let verdict = judge(&built("a.c", &[], &["p"]), &peers, &image(&[]));
        assert!(verdict.linked, "{verdict:?}");
        let verdict = judge(&built("a.c", &[], &["p", "q"]), &peers, &image(&[]));
        assert_eq!(names(&verdict), ["nowhere"]);
    }

    #[test]
    fn a_peer_that_does_not_compile_says_what_it_lacks() {
        let mut peer = built("p.c", &["p"], &[]);
        peer.wrong = set(&["linux/no.h"]);
        let verdict = judge(&built("a.c", &[], &["p"]), &BTreeMap::from([("p", &peer)]), &image(&[]));
        assert!(verdict.compiled && !verdict.linked);
        assert_eq!(names(&verdict), ["linux/no.h"]);
    }

    #[test]
    fn helpers_bring_what_they_need_and_are_not_the_unit_itself() {
        let helpers = [
            ("one", built("h.c", &["h"], &["i"])),
            ("two", built("i.c", &["i"], &[])),
            ("me", built("a.c", &["x"], &[])),
        ];
        let verdict = judge(&built("a.c", &[], &["h"]), &BTreeMap::new(), &image(&helpers));
        assert!(verdict.linked, "{verdict:?}");
        assert_eq!(verdict.helpers, ["one", "two"]);
        let verdict = judge(&built("a.c", &[], &["x"]), &BTreeMap::new(), &image(&helpers));
        assert_eq!(names(&verdict), ["x"]);
    }

    #[test]
    fn what_is_defined_twice_does_not_link() {
        let verdict = judge(&built("a.c", &["printk"], &[]), &BTreeMap::new(), &image(&[]));
        assert_eq!(names(&verdict), ["printk is defined twice"]);
        let peer = built("p.c", &["p", "both"], &[]);
        let verdict = judge(&built("a.c", &["both"], &["p"]), &BTreeMap::from([("p", &peer)]), &image(&[]));
        assert_eq!(names(&verdict), ["both is defined twice"]);
    }

    #[test]
    fn weak_names_may_stay_away_and_give_way() {
        let mut unit = built("a.c", &[], &["w"]);
        unit.symbols.weak = set(&["printk"]);
        let mut peer = built("p.c", &[], &[]);
        peer.symbols.weak = set(&["w"]);
        assert!(judge(&unit, &BTreeMap::from([("p", &peer)]), &image(&[])).linked);
    }
}
