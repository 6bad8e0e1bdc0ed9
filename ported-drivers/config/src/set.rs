// SPDX-License-Identifier: GPL-2.0-only
//! The drivers that an image gets: those asked for, and what they need.

use std::collections::BTreeSet;
use std::path::Path;

use board_config::did_you_mean;

use crate::{Driver, Error};

/// The names of all drivers: the folders with a `driver.toml`, sorted.
///
/// # Errors
/// When the folder cannot be read.
pub fn names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in folder.read_dir().map_err(Error::file(folder))? {
        let entry = entry.map_err(Error::file(folder))?;
        if entry.path().join("driver.toml").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Drivers in the order in which they are linked: each after those that it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// The drivers.
    pub drivers: Vec<Driver>,
}

impl Set {
    /// Takes the wanted drivers from `folder`, and all that they need. `by` says who wants them.
    ///
    /// # Errors
    /// When one does not exist, has mistakes in its file, or they need each other in a ring.
    pub fn resolve<'a>(
        folder: &Path,
        wanted: impl IntoIterator<Item = &'a str>,
        by: &str,
    ) -> Result<Set, Error> {
        let known = names(folder)?;
        let mut set = Set { drivers: Vec::new() };
        for name in wanted {
            set.add(folder, &known, name, by, &mut Vec::new())?;
        }
        Ok(set)
    }

    /// All drivers of the folder.
    ///
    /// # Errors
    /// As [`Set::resolve`].
    pub fn all(folder: &Path) -> Result<Set, Error> {
        let names = names(folder)?;
        Self::resolve(folder, names.iter().map(String::as_str), "ported-drivers")
    }

    /// The options of all drivers: as in Linux, each sees those of the others, for they share headers.
    pub fn config(&self) -> BTreeSet<&str> {
        self.drivers.iter().flat_map(|driver| &driver.config).map(String::as_str).collect()
    }

    /// Adds a driver after what it needs. `above` are those that are waiting for it.
    fn add(
        &mut self,
        folder: &Path,
        known: &[String],
        name: &str,
        by: &str,
        above: &mut Vec<String>,
    ) -> Result<(), Error> {
        if self.drivers.iter().any(|driver| driver.name == name) {
            return Ok(());
        }
        let ring = above.iter().any(|waiting| waiting == name);
        above.push(name.into());
        if ring {
            return Err(Error::Ring(above.clone()));
        }
        if !known.iter().any(|known| known == name) {
            let help = did_you_mean(name, known.iter().map(String::as_str));
            return Err(Error::UnknownDriver { name: name.into(), by: by.into(), help });
        }
        let driver = Driver::read(&folder.join(name))?;
        for need in &driver.needs {
            self.add(folder, known, need, &format!("ported-drivers/{name}/driver.toml"), above)?;
        }
        above.pop();
        self.drivers.push(driver);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::PathBuf;

    use super::*;

    /// A folder with drivers that need others.
    fn folder(test: &str, drivers: &[(&str, &str)]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("driver-config-{}-{test}", std::process::id()));
        for (name, needs) in drivers {
            let text = format!("summary = \"s\"\norigin = \"local\"\nsources = [\"x.c\"]\nneeds = {needs}\n");
            fs::create_dir_all(folder.join(name)).unwrap();
            fs::write(folder.join(name).join("driver.toml"), text).unwrap();
        }
        folder
    }

    fn order(set: &Set) -> Vec<&str> {
        set.drivers.iter().map(|driver| driver.name.as_str()).collect()
    }

    #[test]
    fn what_is_needed_comes_first_and_once() {
        let folder = folder("order", &[("a", "[\"b\", \"c\"]"), ("b", "[\"c\"]"), ("c", "[]"), ("d", "[]")]);
        let set = Set::resolve(&folder, ["a", "c"], "test").unwrap();
        assert_eq!(order(&set), ["c", "b", "a"]);
        assert_eq!(Set::all(&folder).unwrap().drivers.len(), 4);
        assert_eq!(names(&folder).unwrap(), ["a", "b", "c", "d"]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn unknown_names_come_with_who_wants_them() {
        let folder = folder("unknown", &[("sunxi-mmc", "[\"sunxi-clk\"]")]);
        let error = Set::resolve(&folder, ["sunxi-mc"], "board.toml").unwrap_err().to_string();
        assert!(error.contains("board.toml") && error.contains("did you mean `sunxi-mmc`?"), "{error}");
        let error = Set::resolve(&folder, ["sunxi-mmc"], "board.toml").unwrap_err().to_string();
        assert!(error.contains("ported-drivers/sunxi-mmc/driver.toml"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn rings_are_refused() {
        let folder = folder("ring", &[("a", "[\"b\"]"), ("b", "[\"a\"]")]);
        let error = Set::resolve(&folder, ["a"], "test").unwrap_err().to_string();
        assert!(error.contains("a -> b -> a"), "{error}");
        fs::remove_dir_all(folder).unwrap();
    }
}
