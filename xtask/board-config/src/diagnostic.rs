// SPDX-License-Identifier: GPL-2.0-only
//! What is wrong in a board's or the schema's file, with the line and what to do about it.

use std::fmt;
use std::ops::Range;

/// One thing that is wrong in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The file as it was named to the reader.
    pub file: String,
    /// The line, from 1; 0 where the whole file is meant.
    pub line: usize,
    /// What was found and what was expected.
    pub message: String,
    /// What to write instead, where one can tell.
    pub help: Option<String>,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)?;
        } else {
            write!(f, "{}:{}: {}", self.file, self.line, self.message)?;
        }
        match &self.help {
            Some(help) => write!(f, " ({help})"),
            None => Ok(()),
        }
    }
}

/// All that is wrong in a file: a reader mends it in one go, not one run of the tool per mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics(pub Vec<Diagnostic>);

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, diagnostic) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{diagnostic}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// A file being read: its name and text, to turn byte positions into lines.
pub struct Source<'a> {
    /// How messages name the file.
    pub name: &'a str,
    /// Its text.
    pub text: &'a str,
}

impl Source<'_> {
    /// The line, from 1, in which the byte range starts.
    pub fn line(&self, span: &Range<usize>) -> usize {
        let end = span.start.min(self.text.len());
        1 + self.text.as_bytes()[..end].iter().filter(|byte| **byte == b'\n').count()
    }

    /// A diagnostic for the byte range.
    pub fn error(&self, span: &Range<usize>, message: String, help: Option<String>) -> Diagnostic {
        Diagnostic { file: self.name.into(), line: self.line(span), message, help }
    }

    /// A diagnostic for a text that is no TOML at all.
    pub fn syntax(&self, error: &toml::de::Error) -> Diagnostic {
        let span = error.span().unwrap_or(0..0);
        self.error(&span, format!("not valid TOML: {}", error.message()), None)
    }
}

/// The known name that is most like the one found, if it is like it enough to be a slip of the pen.
pub fn did_you_mean<'a>(found: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|name| (strsim::jaro_winkler(found, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| format!("did you mean `{name}`?"))
}
