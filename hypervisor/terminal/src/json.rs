// SPDX-License-Identifier: GPL-2.0-only
//! A JSON writer (RFC 8259): the library for this, serde_json_core, would bring derive macros and code for each type to
//! write what one value tree writes in these lines.

use core::fmt::{Result, Write};

use crate::value::{Table, Value};

/// Writes `value` without white space.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut dyn Write, value: &Value) -> Result {
    match value {
        Value::Null => out.write_str("null"),
        Value::Bool(b) => write!(out, "{b}"),
        Value::Int(n) | Value::Bytes(n) | Value::Nanos(n) => write!(out, "{n}"),
        Value::Share(n) => write!(out, "{}.{}", n / 10, n % 10),
        // Addresses and registers need 64 bits, which many a reader's numbers do not have.
        Value::Hex(n) => write!(out, "\"{n:#x}\""),
        Value::Str(s) => string(out, s),
        Value::List(items) => sequence(out, items, write),
        Value::Record(record) => fields(out, record.fields().iter().map(|(name, value)| (*name, value))),
        Value::Table(table) => sequence(out, table.rows(), |out, row| table_row(out, table, row)),
    }
}

fn table_row(out: &mut dyn Write, table: &Table, row: &[Value]) -> Result {
    fields(out, table.columns().iter().copied().zip(row))
}

fn sequence<T: AsRef<U>, U: ?Sized>(
    out: &mut dyn Write,
    items: &[T],
    each: impl Fn(&mut dyn Write, &U) -> Result,
) -> Result {
    out.write_char('[')?;
    for (n, item) in items.iter().enumerate() {
        if n > 0 {
            out.write_char(',')?;
        }
        each(out, item.as_ref())?;
    }
    out.write_char(']')
}

fn fields<'a>(out: &mut dyn Write, fields: impl Iterator<Item = (&'static str, &'a Value)>) -> Result {
    out.write_char('{')?;
    for (n, (name, value)) in fields.enumerate() {
        if n > 0 {
            out.write_char(',')?;
        }
        out.write_char('"')?;
        for c in name.chars() {
            // Names are those of the text form: `FREE KIB` is `free_kib` to a machine.
            out.write_char(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' })?;
        }
        out.write_str("\":")?;
        write(out, value)?;
    }
    out.write_char('}')
}

/// A JSON string: quotation mark, reverse solidus and control characters escaped.
///
/// # Errors
/// Those of `out`.
pub fn string(out: &mut dyn Write, s: &str) -> Result {
    out.write_char('"')?;
    for c in s.chars() {
        match c {
            '"' | '\\' => {
                out.write_char('\\')?;
                out.write_char(c)?;
            }
            '\n' => out.write_str("\\n")?,
            _ if c.is_control() => write!(out, "\\u{:04x}", u32::from(c))?,
            _ => out.write_char(c)?,
        }
    }
    out.write_char('"')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Record;

    fn json(value: &Value) -> String {
        let mut out = String::new();
        write(&mut out, value).unwrap();
        out
    }

    #[test]
    fn values() {
        assert_eq!(json(&Value::Hex(0x4000_0000)), "\"0x40000000\"");
        assert_eq!(json(&Value::Share(1000)), "100.0");
        assert_eq!(json(&Value::List(vec![Value::Null, Value::Bool(true), Value::Int(3)])), "[null,true,3]");
        assert_eq!(json(&Value::from("a\"b\\c\n\x1b[2J\u{9b}é")), r#""a\"b\\c\n\u001b[2J\u009bé""#);
    }

    #[test]
    fn tables_are_lists_of_objects() {
        let mut table = Table::new(&["NAME", "FREE KIB"]);
        assert_eq!(json(&table.clone().into()), "[]");
        table.row(["a".into(), Value::Int(1)]);
        table.row(["b".into(), Value::Null]);
        assert_eq!(json(&table.into()), r#"[{"name":"a","free_kib":1},{"name":"b","free_kib":null}]"#);
    }

    #[test]
    fn records_nest() {
        let inner = Record::new().with("x", Value::Int(1));
        assert_eq!(json(&Record::new().with("Inner", inner).into()), r#"{"inner":{"x":1}}"#);
    }
}
