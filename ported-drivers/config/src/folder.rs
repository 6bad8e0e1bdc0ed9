// SPDX-License-Identifier: GPL-2.0-only
//! `driver.toml`: what a folder of `ported-drivers/` says of its driver.

use std::ops::Range;
use std::path::Path;

use board_config::{Diagnostic, Diagnostics, Source, did_you_mean};
use toml::de::{DeTable, DeValue};

use crate::Error;

/// Where a driver's sources come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// Linux 6.12, as Debian packages it; paths start at the root of its tree.
    Linux,
    /// The driver's own folder.
    Local,
}

impl Origin {
    /// Every origin, by the name that `driver.toml` has for it.
    const NAMES: [(&'static str, Origin); 2] = [("linux-6.12", Origin::Linux), ("local", Origin::Local)];

    /// Its name in `driver.toml`.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, origin)| *origin == self).map_or("", |(name, _)| name)
    }
}

/// A driver: a folder of `ported-drivers/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Driver {
    /// The folder's name, by which boards and other drivers ask for it.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// Where the sources come from.
    pub origin: Origin,
    /// C files, in the order in which they are linked.
    pub sources: Vec<String>,
    /// Headers that the sources include by a path of their own, such as `"ccu_common.h"`.
    pub headers: Vec<String>,
    /// Folders in which `#include` looks besides `include/`.
    pub include: Vec<String>,
    /// Other drivers that this one calls.
    pub needs: Vec<String>,
    /// The `compatible` values that it serves.
    pub compatible: Vec<String>,
    /// `CONFIG_` names that are set for it, without that prefix: `NAME` or `NAME=VALUE`.
    pub config: Vec<String>,
    /// What `KBUILD_MODNAME` is; by default the first source's name.
    pub module: Option<String>,
    /// Macros of our headers, such as `jiffies`, whose names its sources use for things of their own: it does not get them.
    pub own_names: Vec<String>,
}

/// Every key that `driver.toml` may have.
const KEYS: [&str; 10] = [
    "summary",
    "origin",
    "sources",
    "headers",
    "include",
    "needs",
    "compatible",
    "config",
    "module",
    "own_names",
];

impl Driver {
    /// Reads `driver.toml` in a folder.
    ///
    /// # Errors
    /// When it cannot be read, or has mistakes.
    pub fn read(folder: &Path) -> Result<Driver, Error> {
        let path = folder.join("driver.toml");
        let text = std::fs::read_to_string(&path).map_err(Error::file(&path))?;
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Driver::parse(&name, &format!("ported-drivers/{name}/driver.toml"), &text)?)
    }

    /// Reads the text of a `driver.toml`. `file` is how messages name it.
    ///
    /// # Errors
    /// All that is wrong in it, with lines and suggestions.
    pub fn parse(name: &str, file: &str, text: &str) -> Result<Driver, Diagnostics> {
        let source = Source { name: file, text };
        let root = DeTable::parse(text).map_err(|error| Diagnostics(vec![source.syntax(&error)]))?;
        let mut reader = Reader { source, root: root.get_ref(), errors: Vec::new() };
        reader.unknown_keys();
        let origin = reader.origin();
        let driver = Driver {
            name: name.into(),
            summary: reader.required("summary"),
            origin,
            sources: reader.paths("sources"),
            headers: reader.paths("headers"),
            include: reader.paths("include"),
            needs: reader.list("needs"),
            compatible: reader.list("compatible"),
            config: reader.list("config"),
            module: reader.text("module"),
            own_names: reader.list("own_names"),
        };
        reader.check(&driver);
        if reader.errors.is_empty() { Ok(driver) } else { Err(Diagnostics(reader.errors)) }
    }

    /// The text of a `driver.toml` that says this.
    pub fn to_toml(&self) -> String {
        let mut out = format!(
            "# SPDX-License-Identifier: GPL-2.0-only\nsummary = {:?}\norigin = {:?}\n",
            self.summary,
            self.origin.name()
        );
        let lists = [
            ("sources", &self.sources),
            ("headers", &self.headers),
            ("include", &self.include),
            ("needs", &self.needs),
            ("compatible", &self.compatible),
            ("config", &self.config),
            ("own_names", &self.own_names),
        ];
        for (key, list) in lists {
            match list.as_slice() {
                [] => {}
                [one] => out += &format!("{key} = [{one:?}]\n"),
                many => {
                    out += &format!("{key} = [\n");
                    many.iter().for_each(|item| out += &format!("    {item:?},\n"));
                    out += "]\n";
                }
            }
        }
        if let Some(module) = &self.module {
            out += &format!("module = {module:?}\n");
        }
        out
    }
}

/// The state of reading one file.
struct Reader<'a> {
    source: Source<'a>,
    root: &'a DeTable<'a>,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn error(&mut self, span: &Range<usize>, message: String, help: Option<String>) {
        let error = self.source.error(span, message, help);
        self.errors.push(error);
    }

    fn unknown_keys(&mut self) {
        for (key, _) in self.root {
            let name: &str = key.get_ref();
            if !KEYS.contains(&name) {
                let help = did_you_mean(name, KEYS.into_iter())
                    .unwrap_or_else(|| format!("there are {}", KEYS.join(", ")));
                self.error(&key.span(), format!("unknown key `{name}`"), Some(help));
            }
        }
    }

    /// A text, if the key is there.
    fn text(&mut self, key: &str) -> Option<String> {
        let value = self.root.get(key)?;
        if value.get_ref().as_str().is_none() {
            self.error(&value.span(), format!("`{key}` must be a text in quotes"), None);
        }
        value.get_ref().as_str().map(str::to_owned)
    }

    /// A text that must be there.
    fn required(&mut self, key: &str) -> String {
        if self.root.get(key).is_none() {
            self.error(&(0..0), format!("`{key}` is missing"), Some(format!("add {key} = \"...\"")));
        }
        self.text(key).unwrap_or_default()
    }

    /// A list of texts; empty where the key is not there.
    fn list(&mut self, key: &str) -> Vec<String> {
        let Some(value) = self.root.get(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            self.error(&value.span(), format!("`{key}` must be a list of texts: [\"...\"]"), None);
            return Vec::new();
        };
        let mut list = Vec::new();
        for item in items {
            match item.get_ref().as_str() {
                Some(text) if list.iter().any(|known| known == text) => {
                    self.error(&item.span(), format!("`{key}` has `{text}` twice"), None);
                }
                Some(text) => list.push(text.to_owned()),
                None => self.error(&item.span(), format!("`{key}` holds texts in quotes only"), None),
            }
        }
        list
    }

    /// A list of paths that lead down from where they start.
    fn paths(&mut self, key: &str) -> Vec<String> {
        let list = self.list(key);
        let leads_out = |path: &String| path.split('/').any(|part| matches!(part, "" | "." | ".."));
        if let (Some(bad), Some(value)) = (list.iter().find(|path| leads_out(path)), self.root.get(key)) {
            let message = format!("`{key}`: `{bad}` must be a path downwards, without `.` and `..`");
            self.error(&value.span(), message, None);
        }
        list
    }

    fn origin(&mut self) -> Origin {
        let text = self.required("origin");
        let known = Origin::NAMES.iter().find(|(name, _)| *name == text);
        if let (None, Some(value)) = (known, self.root.get("origin")) {
            let help = did_you_mean(&text, Origin::NAMES.iter().map(|(name, _)| *name))
                .unwrap_or_else(|| "it is linux-6.12 or local".into());
            self.error(&value.span(), format!("unknown origin `{text}`"), Some(help));
        }
        known.map_or(Origin::Local, |(_, origin)| *origin)
    }

    /// What single keys cannot tell.
    fn check(&mut self, driver: &Driver) {
        let all = 0..0;
        if driver.sources.is_empty() {
            self.error(&all, "`sources` is missing or empty".into(), Some("name at least one C file".into()));
        }
        if let Some(bad) = driver.sources.iter().find(|path| !path.ends_with(".c")) {
            self.error(
                &all,
                format!("`sources`: `{bad}` is no C file"),
                Some("headers go to `headers`".into()),
            );
        }
        if driver.needs.contains(&driver.name) {
            self.error(&all, "`needs` names the driver itself".into(), None);
        }
        if let Some(bad) = driver.config.iter().find(|option| option.starts_with("CONFIG_")) {
            let help = Some("names are given without CONFIG_".into());
            self.error(&all, format!("`config`: `{bad}`"), help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"# SPDX-License-Identifier: GPL-2.0-only
summary = "A clock chip"
origin = "linux-6.12"
sources = ["drivers/rtc/rtc-x.c"]
headers = [
    "drivers/rtc/a.h",
    "drivers/rtc/b.h",
]
needs = ["i2c-x"]
compatible = ["v,x"]
config = ["OF=1"]
module = "x"
"#;

    #[test]
    fn what_is_written_is_what_is_read() {
        let driver = Driver::parse("x", "driver.toml", WHOLE).unwrap();
        assert_eq!(driver.origin, Origin::Linux);
        assert_eq!(driver.headers.len(), 2);
        assert_eq!(driver.to_toml(), WHOLE);
    }

    #[test]
    fn mistakes_come_all_at_once_with_lines() {
        let text = "summary = 1\norigin = \"linux-6.1\"\nsorces = [\"x.c\"]\nneeds = [\"a\", \"a\"]\n";
        let errors = Driver::parse("x", "driver.toml", text).unwrap_err().to_string();
        for expected in [
            "driver.toml:1: `summary` must be a text",
            "driver.toml:2: unknown origin `linux-6.1` (did you mean `linux-6.12`?)",
            "driver.toml:3: unknown key `sorces` (did you mean `sources`?)",
            "driver.toml:4: `needs` has `a` twice",
            "`sources` is missing or empty",
        ] {
            assert!(errors.contains(expected), "`{expected}` not in\n{errors}");
        }
    }

    #[test]
    fn paths_lead_down() {
        for path in ["../x.c", "/x.c", "a//x.c", "./x.c"] {
            let text = format!("summary = \"s\"\norigin = \"local\"\nsources = [{path:?}]\n");
            let error = Driver::parse("x", "driver.toml", &text).unwrap_err().to_string();
            assert!(error.contains("downwards"), "{path}: {error}");
        }
    }

    #[test]
    fn sources_are_c() {
        let text = "summary = \"s\"\norigin = \"local\"\nsources = [\"x.h\"]\n";
        assert!(Driver::parse("x", "d", text).unwrap_err().to_string().contains("is no C file"));
    }
}
