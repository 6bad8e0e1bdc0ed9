// SPDX-License-Identifier: GPL-2.0-only
//! Which names of Linux the image exports to C, read from the sources of `linux-compat`.
//!
//! The macro `exports!` is line-oriented so that tools need no Rust compiler to know:
//!
//! ```text
//! exports! {
//!     family "clk";
//!     [sleeps, supported, "clk::tests::prepare_counts"]
//!     fn clk_prepare(clk: *mut bindings::clk) -> c_int = consumer::prepare;
//! }
//! ```
//!
//! Variables stand in `exports_data!` in the same form.

use std::fs;
use std::path::Path;

use crate::Error;

/// Where an export may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Everywhere, hard interrupt handlers too.
    Any,
    /// Not in hard interrupt handlers, but where one must not sleep.
    Atomic,
    /// Only in an orphan vCPU that may sleep.
    Sleeps,
}

/// How much of Linux's behaviour an export has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// All that Linux documents.
    Supported,
    /// A part, as its documentation says.
    Partial,
    /// None: it always returns the documented error.
    Refused,
}

impl Context {
    /// The word in the sources.
    pub fn name(self) -> &'static str {
        match self {
            Context::Any => "any",
            Context::Atomic => "atomic",
            Context::Sleeps => "sleeps",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Context::Any, Context::Atomic, Context::Sleeps].into_iter().find(|context| context.name() == word)
    }
}

impl Status {
    /// The word in the sources.
    pub fn name(self) -> &'static str {
        match self {
            Status::Supported => "supported",
            Status::Partial => "partial",
            Status::Refused => "refused",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Status::Supported, Status::Partial, Status::Refused].into_iter().find(|status| status.name() == word)
    }
}

/// What is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// A function.
    Function,
    /// A variable.
    Static,
}

/// One exported name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// The name that C calls.
    pub name: String,
    /// Function or variable.
    pub kind: ExportKind,
    /// The family of its block.
    pub family: String,
    /// Where it may be called.
    pub context: Context,
    /// How much of it there is.
    pub status: Status,
    /// The test that proves it.
    pub test: String,
    /// The file that exports it, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
}

/// The exports of all Rust files in a folder and those below, in order of their paths.
///
/// # Errors
/// When a file cannot be read, or a block in it does not keep to the form.
pub fn scan_exports(folder: &Path) -> Result<Vec<Export>, Error> {
    let mut entries: Vec<_> = folder
        .read_dir()
        .map_err(Error::file(folder))?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    let mut exports = Vec::new();
    for path in entries {
        if path.is_dir() {
            exports.extend(scan_exports(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
            exports.extend(scan_exports_text(&path.display().to_string(), &text)?);
        }
    }
    Ok(exports)
}

/// The exports in the text of one file.
///
/// # Errors
/// When a block does not keep to the form.
pub fn scan_exports_text(file: &str, text: &str) -> Result<Vec<Export>, Error> {
    let mut scanner = Scanner { file, family: None, attributes: None, exports: Vec::new() };
    // The end of the block that we are in: a brace that stands as far in as its start.
    let mut end: Option<String> = None;
    for (index, line) in text.lines().enumerate() {
        let words = line.trim();
        match &end {
            Some(last) if line.trim_end() == last => {
                end = None;
                scanner.end(index + 1)?;
            }
            Some(_) => scanner.line(index + 1, words)?,
            None if matches!(
                words.trim_start_matches("crate::"),
                "exports! {" | "exports_data! {" | "exports_c! {"
            ) =>
            {
                end = Some(format!("{}}}", &line[..line.len() - line.trim_start().len()]));
            }
            None => {}
        }
    }
    Ok(scanner.exports)
}

/// The state of reading one file.
struct Scanner<'a> {
    file: &'a str,
    family: Option<String>,
    attributes: Option<(Context, Status, String)>,
    exports: Vec<Export>,
}

impl Scanner<'_> {
    fn error(&self, line: usize, message: impl Into<String>) -> Error {
        Error::Exports { file: self.file.into(), line, message: message.into() }
    }

    /// A line of a block.
    fn line(&mut self, number: usize, words: &str) -> Result<(), Error> {
        let words = words.strip_prefix("unsafe ").unwrap_or(words);
        if let Some(family) = words.strip_prefix("family ") {
            self.family = Some(family.trim_end_matches(';').trim_matches('"').to_owned());
        } else if words.starts_with('[') {
            let attributes = attributes(words)
                .ok_or_else(|| self.error(number, "expected [context, status, \"test\"]"))?;
            self.attributes = Some(attributes);
        } else if let Some(rest) = words.strip_prefix("fn ") {
            self.export(number, ExportKind::Function, rest)?;
        } else if let Some(rest) = words.strip_prefix("static ") {
            self.export(number, ExportKind::Static, rest.strip_prefix("mut ").unwrap_or(rest))?;
        }
        Ok(())
    }

    fn export(&mut self, line: usize, kind: ExportKind, rest: &str) -> Result<(), Error> {
        let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
        let name = rest[..end.unwrap_or(rest.len())].to_owned();
        // In a macro that makes exports, the name is an argument: what the macro makes is not seen here.
        if name.is_empty() && rest.starts_with('$') {
            self.attributes = None;
            return Ok(());
        }
        let Some((context, status, test)) = self.attributes.take() else {
            return Err(self.error(line, format!("`{name}` has no [context, status, \"test\"] before it")));
        };
        let Some(family) = self.family.clone() else {
            return Err(self.error(line, format!("`{name}` stands before the block's family")));
        };
        if rest.starts_with('$') {
            // In a macro that declares several: their names stand where it is used, which is not read here.
            return Ok(());
        }
        let file = self.file.to_owned();
        self.exports.push(Export { name, kind, family, context, status, test, file, line });
        Ok(())
    }

    fn end(&mut self, line: usize) -> Result<(), Error> {
        self.family = None;
        match self.attributes.take() {
            Some(_) => Err(self.error(line, "an attribute without an export after it")),
            None => Ok(()),
        }
    }
}

/// What stands in the brackets.
fn attributes(words: &str) -> Option<(Context, Status, String)> {
    let mut parts = words.strip_prefix('[')?.split(']').next()?.splitn(3, ',').map(str::trim);
    let context = Context::parse(parts.next()?)?;
    let status = Status::parse(parts.next()?)?;
    Some((context, status, parts.next()?.trim_matches('"').to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_gives_its_exports() {
        let text = r#"
use x;
exports! {
    family "clk";
    // A remark.
    [sleeps, supported, "clk::tests::a"]
    fn clk_prepare(clk: *mut bindings::clk) -> c_int = consumer::prepare;
}
    crate::exports_data! {
        family "work";
        [any, partial, "b"]
        static system_wq: *mut bindings::workqueue_struct = core::ptr::null_mut();
    }
exports! {
    family "long";
    [atomic, refused, "c"]
    fn long(
        a: c_int,
    ) = f;
}
fn not_exported() {}
"#;
        let exports = scan_exports_text("x.rs", text).unwrap();
        let names: Vec<_> = exports.iter().map(|export| export.name.as_str()).collect();
        assert_eq!(names, ["clk_prepare", "system_wq", "long"]);
        assert_eq!(exports[0].family, "clk");
        assert_eq!(exports[0].context, Context::Sleeps);
        assert_eq!(exports[0].test, "clk::tests::a");
        assert_eq!((exports[1].kind, exports[1].status), (ExportKind::Static, Status::Partial));
        assert_eq!(exports[1].family, "work");
        assert_eq!(exports[2].line, 17);
    }

    #[test]
    fn what_is_left_out_is_said() {
        let error =
            scan_exports_text("x.rs", "exports! {\n    family \"a\";\n    fn f() = g;\n}\n").unwrap_err();
        assert!(error.to_string().starts_with("x.rs:3: `f` has no"), "{error}");
        let error = scan_exports_text("x.rs", "exports! {\n    [any, good, \"t\"]\n}\n").unwrap_err();
        assert!(error.to_string().starts_with("x.rs:2: expected"), "{error}");
        let error = scan_exports_text("x.rs", "exports! {\n    [any, refused, \"t\"]\n}\n").unwrap_err();
        assert!(error.to_string().starts_with("x.rs:3: an attribute"), "{error}");
    }
}
