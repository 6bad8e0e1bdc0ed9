// SPDX-License-Identifier: GPL-2.0-only
//! What a command shows: one tree of values, printed as aligned text or as JSON.
//!
//! A command builds a [`Table`] or a [`Record`] and hands it over; which of the two forms the user wants is none of its
//! business. Strings may come from guests and device trees: control characters are printed escaped.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{Result, Write};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Not known or not applicable; `-` in text.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A number.
    Int(u64),
    /// An address, register or mask; hexadecimal in text and a string in JSON.
    Hex(u64),
    /// An amount of memory in bytes.
    Bytes(u64),
    /// A span of time in nanoseconds.
    Nanos(u64),
    /// A share in thousandths; per cent with one decimal.
    Share(u64),
    /// Text.
    Str(Cow<'static, str>),
    /// Values in a row.
    List(Vec<Value>),
    /// Rows with named columns.
    Table(Table),
    /// Named fields.
    Record(Record),
}

impl AsRef<Value> for Value {
    fn as_ref(&self) -> &Value {
        self
    }
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::Str(Cow::Owned(String::from(s)))
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::Str(Cow::Owned(s))
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Self {
        Self::Int(n)
    }
}

impl From<u32> for Value {
    fn from(n: u32) -> Self {
        Self::Int(u64::from(n))
    }
}

impl From<usize> for Value {
    fn from(n: usize) -> Self {
        Self::Int(n as u64)
    }
}

impl From<Table> for Value {
    fn from(t: Table) -> Self {
        Self::Table(t)
    }
}

impl From<Record> for Value {
    fn from(r: Record) -> Self {
        Self::Record(r)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::Null, Into::into)
    }
}

/// Rows with named columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    columns: &'static [&'static str],
    rows: Vec<Vec<Value>>,
}

impl Table {
    /// An empty table; the column names are its heading and the keys in JSON.
    pub fn new(columns: &'static [&'static str]) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Adds a row: as many values as there are columns (missing ones are shown as unknown).
    pub fn row(&mut self, values: impl IntoIterator<Item = Value>) {
        let mut row: Vec<Value> = values.into_iter().collect();
        row.resize(self.columns.len(), Value::Null);
        self.rows.push(row);
    }

    /// The column names.
    pub fn columns(&self) -> &'static [&'static str] {
        self.columns
    }

    /// The rows.
    pub fn rows(&self) -> &[Vec<Value>] {
        &self.rows
    }

    /// Prints heading and rows, each line `indent` columns to the right.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn print(&self, out: &mut dyn Write, indent: usize) -> Result {
        let cells: Vec<Vec<String>> = self.rows.iter().map(|row| row.iter().map(cell).collect()).collect();
        let widths: Vec<usize> = self
            .columns
            .iter()
            .enumerate()
            .map(|(n, name)| {
                cells.iter().filter_map(|row| row.get(n)).map(|c| width(c)).fold(width(name), usize::max)
            })
            .collect();
        let right: Vec<bool> = (0..self.columns.len())
            .map(|n| {
                let mut column =
                    self.rows.iter().filter_map(|row| row.get(n)).filter(|v| **v != Value::Null).peekable();
                column.peek().is_some()
                    && column.all(|v| {
                        matches!(v, Value::Int(_) | Value::Bytes(_) | Value::Nanos(_) | Value::Share(_))
                    })
            })
            .collect();
        line(out, indent, self.columns.iter().copied(), &widths, &right)?;
        for row in &cells {
            line(out, indent, row.iter().map(String::as_str), &widths, &right)?;
        }
        Ok(())
    }
}

/// Named fields in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Record {
    fields: Vec<(&'static str, Value)>,
}

impl Record {
    /// No fields yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field.
    pub fn set(&mut self, name: &'static str, value: impl Into<Value>) {
        self.fields.push((name, value.into()));
    }

    /// Adds a field, in a chain.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    /// The fields.
    pub fn fields(&self) -> &[(&'static str, Value)] {
        &self.fields
    }

    /// Prints the fields one a line, each `indent` columns to the right; tables and records below their name.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn print(&self, out: &mut dyn Write, indent: usize) -> Result {
        let simple = |v: &Value| !matches!(v, Value::Table(_) | Value::Record(_));
        let widest = self.fields.iter().filter(|(_, v)| simple(v)).map(|(n, _)| width(n)).max().unwrap_or(0);
        for (name, value) in &self.fields {
            match value {
                Value::Table(t) if t.rows.is_empty() => writeln!(out, "{:indent$}{name}: none", "")?,
                Value::Table(t) => {
                    writeln!(out, "{:indent$}{name}:", "")?;
                    t.print(out, indent + 2)?;
                }
                Value::Record(r) => {
                    writeln!(out, "{:indent$}{name}:", "")?;
                    r.print(out, indent + 2)?;
                }
                _ => {
                    let gap = widest - width(name) + 2;
                    writeln!(out, "{:indent$}{name}:{:gap$}{}", "", "", cell(value))?;
                }
            }
        }
        Ok(())
    }
}

/// Prints a value as text, ending in a line feed.
///
/// # Errors
/// Those of `out`.
pub fn print(out: &mut dyn Write, value: &Value) -> Result {
    match value {
        Value::Table(t) => t.print(out, 0),
        Value::Record(r) => r.print(out, 0),
        _ => writeln!(out, "{}", cell(value)),
    }
}

/// `text` with control characters escaped: what comes from a guest or a device tree must not steer the terminal.
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for c in text.chars() {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

/// An amount of memory in the biggest unit that divides it.
pub fn bytes(n: u64) -> String {
    match n {
        0 => String::from("0"),
        _ if n.is_multiple_of(1 << 30) => format!("{} GiB", n >> 30),
        _ if n.is_multiple_of(1 << 20) => format!("{} MiB", n >> 20),
        _ if n.is_multiple_of(1 << 10) => format!("{} KiB", n >> 10),
        _ => format!("{n} B"),
    }
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::from("-"),
        Value::Bool(b) => String::from(if *b { "yes" } else { "no" }),
        Value::Int(n) => n.to_string(),
        Value::Hex(n) => format!("{n:#x}"),
        Value::Bytes(n) => bytes(*n),
        Value::Nanos(n) => format!("{}.{:06} s", n / 1_000_000_000, n % 1_000_000_000 / 1_000),
        Value::Share(n) => format!("{}.{} %", n / 10, n % 10),
        Value::Str(s) => clean(s).into_owned(),
        Value::List(items) if items.is_empty() => String::from("-"),
        Value::List(items) => items.iter().map(cell).collect::<Vec<_>>().join(", "),
        Value::Table(t) => format!("{} rows", t.rows.len()),
        Value::Record(r) => {
            r.fields.iter().map(|(name, v)| format!("{name} {}", cell(v))).collect::<Vec<_>>().join(", ")
        }
    }
}

fn width(text: &str) -> usize {
    text.chars().count()
}

fn line<'a>(
    out: &mut dyn Write,
    indent: usize,
    cells: impl Iterator<Item = &'a str>,
    widths: &[usize],
    right: &[bool],
) -> Result {
    let mut text = String::new();
    for ((cell, &w), &right) in cells.zip(widths).zip(right) {
        let gap = w - width(cell).min(w);
        let (before, after) = if right { (gap, 0) } else { (0, gap) };
        write!(text, "{:before$}{cell}{:after$}  ", "", "")?;
    }
    writeln!(out, "{:indent$}{}", "", text.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: impl Into<Value>) -> String {
        let mut out = String::new();
        print(&mut out, &value.into()).unwrap();
        out
    }

    #[test]
    fn tables_are_aligned() {
        let mut t = Table::new(&["NAME", "VCPUS", "RAM", "STATE"]);
        t.row(["linux0".into(), Value::Int(2), Value::Bytes(256 << 20), "running".into()]);
        t.row(["a".into(), Value::Int(16), Value::Null, Value::Null]);
        assert_eq!(
            text(t),
            "NAME    VCPUS      RAM  STATE\nlinux0      2  256 MiB  running\na          16        -  -\n"
        );
    }

    #[test]
    fn records_are_aligned_and_nest() {
        let mut t = Table::new(&["A"]);
        t.row(["x".into()]);
        let r = Record::new()
            .with("name", "linux0")
            .with("up", Value::Nanos(1_500_000_999))
            .with("devices", t)
            .with("irqs", Table::new(&["A"]));
        assert_eq!(text(r), "name:  linux0\nup:    1.500000 s\ndevices:\n  A\n  x\nirqs: none\n");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(clean("a\x1b[2Jb\nc"), "a\\u{1b}[2Jb\\nc");
        assert_eq!(clean("\u{9b}31m"), "\\u{9b}31m");
        assert!(matches!(clean("plain é"), Cow::Borrowed(_)));
        assert!(!text(Value::from("a\x07b")).contains('\x07'));
    }

    #[test]
    fn amounts() {
        for (n, s) in [(0, "0"), (4096, "4 KiB"), (3 << 20, "3 MiB"), (1 << 30, "1 GiB"), (1000, "1000 B")] {
            assert_eq!(bytes(n), s);
        }
    }
}
